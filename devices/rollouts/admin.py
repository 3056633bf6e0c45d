"""The administration of rollouts: looked at with history; changed by their own acts only.

Hub rows and events are not here: millions of rows without a single key are reached by pages.
"""

from django.contrib import admin

from devices.rollouts.models import ExitReport, Rollout, Wave
from portal.people.admin_site import RecordAdmin


@admin.register(Rollout)
class RolloutAdmin(RecordAdmin):
    list_display = ("reference", "release", "state", "hubs", "planned_at", "planned_by_name", "approved_by_name")
    list_filter = ("state",)
    list_select_related = ("release",)
    search_fields = ("reference",)
    exclude = ("regressing_cells", "source_cells", "target_cells")


@admin.register(Wave)
class WaveAdmin(RecordAdmin):
    list_display = ("__str__", "state", "low", "high")
    list_select_related = ("rollout",)


@admin.register(ExitReport)
class ExitReportAdmin(RecordAdmin):
    list_display = ("rollout", "published_at", "published_by_name")
    list_select_related = ("rollout",)
