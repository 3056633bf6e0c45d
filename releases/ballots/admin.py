"""The administration of objections and ballots: looked at with history; changed by their own acts only.

Votes, what was declared and the keys have no place here: an administrator sees no sealed vote and no opened one.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.people.admin_site import RecordAdmin, actor_in
from releases.ballots import queries
from releases.ballots.models import Ballot, Determination, Meeting, Objection, RuleSet


@admin.register(Objection)
class ObjectionAdmin(RecordAdmin):
    list_display = ("reference", "release", "organisation", "remedy", "state", "lodged_at", "due_at")
    list_filter = ("state", "remedy", "is_late")
    list_select_related = ("release", "organisation")
    search_fields = ("reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Objection]:
        return queries.objections(actor_in(request))


@admin.register(Ballot)
class BallotAdmin(RecordAdmin):
    list_display = ("reference", "release", "committee", "state", "opened_at", "closes_at")
    list_filter = ("state", "committee")
    list_select_related = ("release", "committee")
    search_fields = ("reference",)
    exclude = ("public_key", "wrapped_private_key", "exclusion_cells")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ballot]:
        return queries.ballots(actor_in(request))


@admin.register(Determination)
class DeterminationAdmin(RecordAdmin):
    list_display = ("reference", "ballot", "outcome", "decided_at", "published_at", "appeal_until")
    list_filter = ("outcome",)
    search_fields = ("reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Determination]:
        return queries.determinations(actor_in(request))


@admin.register(RuleSet)
class RuleSetAdmin(RecordAdmin):
    """A rule set is never edited: a new version is a new row."""

    list_display = ("number", "title", "effective_from")


@admin.register(Meeting)
class MeetingAdmin(RecordAdmin):
    list_display = ("reference", "committee", "starts_at", "ends_at", "cancelled_at")
    list_filter = ("committee",)
    list_select_related = ("committee",)
