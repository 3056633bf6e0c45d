"""The administration of publishing: classes are kept here, everything else is only looked at."""

from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from portal.people.admin_site import RecordAdmin, actor_in
from portal.workflow.actor import Actor
from portal.workflow.http import PortalRequest
from releases.products.models import Image, ImageScan, ImageSignature
from releases.publishing import can, classification, verbs
from releases.publishing.models import (
    Acknowledgement,
    Evidence,
    NotesRevision,
    Notice,
    NoticeService,
    Release,
    StandingSection,
    UrgencyClass,
    WaitingNote,
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


class OfReleases(RecordAdmin):
    """Rows of releases: an administrator sees those that their classification allows, as on the pages."""

    release = "release"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{f"{self.release}__in": self.readable(actor_in(request)).values("pk")})

    def readable(self, actor: Actor) -> models.QuerySet[Release]:
        return classification.releases(actor)


@admin.register(Release)
class ReleaseAdmin(OfReleases):
    release = "pk"
    list_display = ("reference", "title", "state", "urgency_class", "classification", "announced_at")
    list_filter = ("state", "urgency_class__name", "classification")
    list_select_related = ("urgency_class",)
    search_fields = ("reference", "title")


class OfImages(RecordAdmin):
    """Images of the releases that the administrator may know of: an image tells what a release brings."""

    image = "image"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset(request)
        known = classification.releases(actor_in(request)).exclude(image=None)
        return rows.filter(**{f"{self.image}__in": known.values("image")})


@admin.register(Image)
class ImageAdmin(OfImages):
    image = "pk"
    list_display = ("file_version", "sha256", "size", "uploaded_by_name", "uploaded_at")
    exclude = ("file",)
    search_fields = ("sha256", "file_version")


@admin.register(ImageSignature)
class ImageSignatureAdmin(OfImages):
    list_display = ("image", "key", "checked_by_name", "checked_at")
    list_select_related = ("image", "key")


@admin.register(ImageScan)
class ImageScanAdmin(OfImages):
    list_display = ("image", "outcome", "detail", "scanned_at")
    list_filter = ("outcome",)
    list_select_related = ("image",)


@admin.register(Evidence)
class EvidenceAdmin(RecordAdmin):
    list_display = ("title", "release", "region", "signatory", "signed_on")
    list_select_related = ("release",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Evidence]:
        return classification.material(super().get_queryset(request), actor_in(request))


@admin.register(NotesRevision)
class NotesRevisionAdmin(OfReleases):
    list_display = ("release", "number", "saved_by_name", "saved_at", "published_at")
    list_select_related = ("release",)

    def readable(self, actor: Actor) -> models.QuerySet[Release]:
        return classification.with_notes(actor)


@admin.register(WaitingNote)
class WaitingNoteAdmin(RecordAdmin):
    list_display = ("release", "section", "cause", "added_at", "in_revision")
    list_select_related = ("release",)


@admin.register(StandingSection)
class StandingSectionAdmin(RecordAdmin):
    list_display = ("title", "required_for", "cause", "added_at", "ended_at")


@admin.register(Notice)
class NoticeAdmin(OfReleases):
    list_display = ("release", "number", "issued_at", "deployment_at", "activation_at", "voided_at")
    list_select_related = ("release",)


@admin.register(NoticeService)
class NoticeServiceAdmin(OfReleases):
    release = "notice__release"
    list_display = ("notice", "organisation", "served_at", "means")
    list_select_related = ("notice__release", "organisation")


@admin.register(Acknowledgement)
class AcknowledgementAdmin(OfReleases):
    release = "notice__release"
    list_display = ("notice", "organisation", "by", "at", "test_days_needed")
    list_select_related = ("notice__release", "organisation", "by")
