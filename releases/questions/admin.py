"""The administration of questions and content requests: looked at, with their history, and not changed."""

from django.contrib import admin

from portal.people.admin_site import RecordAdmin
from releases.questions.models import ContentRequest, Question, Support, Watch


@admin.register(Question)
class QuestionAdmin(RecordAdmin):
    list_display = ("reference", "release", "organisation", "state", "asked_at", "answered_at")
    list_select_related = ("release", "organisation")
    list_filter = ("state",)
    search_fields = ("reference",)


@admin.register(Watch)
class WatchAdmin(RecordAdmin):
    list_display = ("question", "organisation", "at")
    list_select_related = ("question__release", "organisation")


@admin.register(ContentRequest)
class ContentRequestAdmin(RecordAdmin):
    list_display = ("reference", "title", "organisation", "state", "requested_at", "answered_at")
    list_select_related = ("organisation",)
    list_filter = ("state",)
    search_fields = ("reference", "title")


@admin.register(Support)
class SupportAdmin(RecordAdmin):
    list_display = ("request", "organisation", "by_name", "at")
    list_select_related = ("request", "organisation")
