"""The administration of scheduling exercises: looked at, with their history, and not changed."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.people.admin_site import RecordAdmin, actor_in
from releases.scheduling import queries
from releases.scheduling.models import Exercise, Statement


@admin.register(Exercise)
class ExerciseAdmin(RecordAdmin):
    list_display = ("reference", "release", "first", "last", "state", "closes_at", "confirmed_at")
    list_filter = ("state",)
    list_select_related = ("release",)
    search_fields = ("reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exercise]:
        rows: QuerySet[Exercise] = super().get_queryset(request)
        return rows.filter(pk__in=queries.visible_to(actor_in(request)).values("pk"))


@admin.register(Statement)
class StatementAdmin(RecordAdmin):
    list_display = ("exercise", "organisation", "made_by_name", "made_at", "left_at")
    list_select_related = ("exercise", "organisation")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        rows: QuerySet[Statement] = super().get_queryset(request)
        return rows.filter(exercise__in=queries.visible_to(actor_in(request)).values("pk"))
