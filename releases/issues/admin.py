"""The administration of issues: looked at with history, security issues by nobody who may not know of them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.people.admin_site import RecordAdmin, actor_in
from releases.issues import queries
from releases.issues.models import Issue


@admin.register(Issue)
class IssueAdmin(RecordAdmin):
    list_display = ("reference", "title", "release", "category", "severity", "state", "organisation", "raised_at")
    list_filter = ("state", "category", "severity")
    list_select_related = ("release", "organisation")
    search_fields = ("reference", "title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        return queries.visible_to(actor_in(request))
