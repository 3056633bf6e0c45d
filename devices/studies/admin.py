"""The administration of studies: looked at; changed by their own acts only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from devices.studies import queries
from devices.studies.models import Study
from portal.people.admin_site import RecordAdmin, actor_in


@admin.register(Study)
class StudyAdmin(RecordAdmin):
    list_display = ("reference", "title", "state", "runs", "organisation", "asked_at")
    list_filter = ("state",)
    list_select_related = ("organisation",)
    search_fields = ("reference", "title")
    exclude = ("fleet", "results")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Study]:
        return queries.studies(actor_in(request))
