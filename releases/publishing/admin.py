"""The administration of publishing: classes are kept here, everything else is only looked at."""

from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from portal.people.admin_site import RecordAdmin
from portal.workflow.http import PortalRequest
from releases.publishing import can, verbs
from releases.publishing.models import (
    Acknowledgement,
    Evidence,
    NotesRevision,
    Notice,
    NoticeService,
    Release,
    UrgencyClass,
)


@admin.register(UrgencyClass)
class UrgencyClassAdmin(RecordAdmin):
    """A change of a class that releases use is a new row with a later first day."""

    adds = changes = True
    list_display = ("name", "effective_from", "meant_for", "test_working_days", "activation_notice_days")
    list_filter = ("name",)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        unused = obj is None or can.keep_class.why_not(cast(UrgencyClass, obj)) is None
        return unused and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        edge = cast(PortalRequest, request)
        verbs.keep_class(cast(UrgencyClass, obj), by=edge.actor, at=edge.at)


@admin.register(Release)
class ReleaseAdmin(RecordAdmin):
    list_display = ("reference", "title", "state", "urgency_class", "classification", "announced_at")
    list_filter = ("state", "urgency_class__name", "classification")
    list_select_related = ("urgency_class",)
    search_fields = ("reference", "title")


@admin.register(Evidence)
class EvidenceAdmin(RecordAdmin):
    list_display = ("title", "release", "region", "signatory", "signed_on")
    list_select_related = ("release",)


@admin.register(NotesRevision)
class NotesRevisionAdmin(RecordAdmin):
    list_display = ("release", "number", "saved_by_name", "saved_at", "published_at")
    list_select_related = ("release",)


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    list_display = ("release", "number", "issued_at", "deployment_at", "activation_at", "voided_at")
    list_select_related = ("release",)


@admin.register(NoticeService)
class NoticeServiceAdmin(RecordAdmin):
    list_display = ("notice", "organisation", "served_at", "means")
    list_select_related = ("notice__release", "organisation")


@admin.register(Acknowledgement)
class AcknowledgementAdmin(RecordAdmin):
    list_display = ("notice", "organisation", "by", "at", "test_days_needed")
    list_select_related = ("notice__release", "organisation", "by")
