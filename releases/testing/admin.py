"""The administration of user testing: looked at with history; changed by its own acts only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.people.admin_site import RecordAdmin, actor_in
from releases.publishing.queries import visible_to
from releases.testing.models import Closure, Environment, Extension, Rig, TestCase, TestWindow, WaitingPlace


@admin.register(Environment)
class EnvironmentAdmin(RecordAdmin):
    list_display = ("name", "places", "is_shared")


@admin.register(Closure)
class ClosureAdmin(RecordAdmin):
    list_display = ("environment", "during", "why", "lifted_at")
    list_select_related = ("environment",)


@admin.register(Rig)
class RigAdmin(RecordAdmin):
    list_display = ("name", "environment", "in_use")
    list_select_related = ("environment",)


@admin.register(TestCase)
class TestCaseAdmin(RecordAdmin):
    list_display = ("code", "edition", "title", "retired_at")


@admin.register(Extension)
class ExtensionAdmin(RecordAdmin):
    list_display = ("window", "until", "state", "asked_at", "answered_at")
    list_select_related = ("window",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        rows: QuerySet[Extension] = super().get_queryset(request)
        return rows.filter(window__release__in=visible_to(actor_in(request)).values("pk"))


@admin.register(TestWindow)
class TestWindowAdmin(RecordAdmin):
    list_display = ("reference", "release", "environment", "place", "organisation", "during", "state")
    list_filter = ("state", "environment")
    list_select_related = ("release", "environment", "organisation")
    search_fields = ("reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TestWindow]:
        rows: QuerySet[TestWindow] = super().get_queryset(request)
        return rows.filter(release__in=visible_to(actor_in(request)).values("pk"))


@admin.register(WaitingPlace)
class WaitingPlaceAdmin(RecordAdmin):
    list_display = ("reference", "release", "environment", "organisation", "during", "state")
    list_filter = ("state", "environment")
    list_select_related = ("release", "environment", "organisation")
    search_fields = ("reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitingPlace]:
        rows: QuerySet[WaitingPlace] = super().get_queryset(request)
        return rows.filter(release__in=visible_to(actor_in(request)).values("pk"))
