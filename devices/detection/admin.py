"""The administration of proposed holds: looked at with history; decided by their own acts only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from devices.detection import queries
from devices.detection.models import Proposal
from portal.people.admin_site import RecordAdmin, actor_in


@admin.register(Proposal)
class ProposalAdmin(RecordAdmin):
    list_display = ("reference", "combination", "state", "proposed_at", "decided_by_name")
    list_filter = ("state",)
    search_fields = ("reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        return queries.visible_to(actor_in(request))
