"""The administration of webhooks: looked at with history; changed by their own people only."""

from django.contrib import admin

from devices.alerts.models import Webhook
from portal.people.admin_site import RecordAdmin


@admin.register(Webhook)
class WebhookAdmin(RecordAdmin):
    list_display = ("organisation", "url", "is_dead", "failures", "taken_at", "set_by_name")
    list_select_related = ("organisation",)
    exclude = ("salt",)
