"""The administration of user testing: looked at with history; changed by its own acts only."""

from django.contrib import admin

from portal.people.admin_site import RecordAdmin
from releases.testing.models import Environment, TestCase, TestWindow


@admin.register(Environment)
class EnvironmentAdmin(RecordAdmin):
    list_display = ("name", "places", "is_shared")


@admin.register(TestCase)
class TestCaseAdmin(RecordAdmin):
    list_display = ("code", "edition", "title", "retired_at")


@admin.register(TestWindow)
class TestWindowAdmin(RecordAdmin):
    list_display = ("reference", "release", "environment", "place", "organisation", "during", "state")
    list_filter = ("state", "environment")
    list_select_related = ("release", "environment", "organisation")
    search_fields = ("reference",)
