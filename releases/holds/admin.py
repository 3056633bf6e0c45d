"""The administration of holds: looked at with history; changed by their own acts only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.people.admin_site import RecordAdmin, actor_in
from releases.holds import queries
from releases.holds.models import Hold


@admin.register(Hold)
class HoldAdmin(RecordAdmin):
    list_display = ("reference", "release", "stage", "cause_words", "state", "placed_at", "lifted_at")
    list_filter = ("state", "stage")
    list_select_related = ("release",)
    search_fields = ("reference",)
    exclude = ("cause", "cause_id", "cause_text", "lift_reason", "parties")
    readonly_fields = ("cause_words",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        return queries.visible_to(actor_in(request))

    def set_history_delta_changes(self, request: HttpRequest, historical_records: Any, **options: Any) -> None:
        """Show what changed, save where a security issue is behind it: its words are not shown (Holds)."""
        if not any(record.restricted for record in historical_records):
            super().set_history_delta_changes(request, historical_records, **options)
