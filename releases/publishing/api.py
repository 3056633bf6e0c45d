"""Releases by API: reading, drafting, deciding; the same verbs and rules as the pages."""

from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.pages.contributions import collect
from portal.pages.documents import pdf
from portal.people.api_inputs import SeenSerializer, WhySerializer
from releases.publishing import class_api as dated
from releases.publishing import classification, fitness, listing, may, queries, verbs
from releases.publishing import serializers as shown
from releases.publishing.desk import notes_document
from releases.publishing.difference import compare
from releases.publishing.images import image_attached, image_facts
from releases.publishing.models import Release
from releases.publishing.service_api import Service
from releases.publishing.template import template_of

S = TypeVar("S", bound=serializers.Serializer[Any])


def answers(kind: type[S], request: Request) -> dict[str, Any]:
    """Return the checked answers of a request, ``version`` as ``seen``."""
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    checked = dict(given.validated_data)
    if "version" in checked:
        checked["seen"] = checked.pop("version")
    return checked


class ReleaseViewSet(Service, ReadOnlyModelViewSet[Release]):
    """Releases the caller may read, and each act on them."""

    serializer_class = shown.ReleaseSerializer
    queryset = Release.objects.none()
    lookup_field = "reference"
    lookup_value_regex = "[-A-Za-z0-9]+"
    filterset_fields = ("state", "urgency_class__name", "approach", "classification", "hub_models")

    def get_queryset(self) -> QuerySet[Release]:
        return listing.listed(self.actor, {}).select_related("image", "superseded_by")

    def get_object(self) -> Release:
        """Return the release of the address, journalling reads of Red."""
        found: Release = super().get_object()
        verbs.note_reading(found, self.request.path, by=self.actor, at=self.at)
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        """Add the references of the successors that the caller may know of."""
        known = queries.visible_to(self.actor).filter(supersedes__isnull=False)
        return {**super().get_serializer_context(), "successors": set(known.values_list("reference", flat=True))}

    def _done(self, release: Release, made: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=release.pk)).data, status=made)

    @extend_schema(request=shown.FactsSerializer, responses={201: shown.ReleaseSerializer})
    def create(self, request: Request) -> Response:
        """Draft a release."""
        facts = answers(shown.FactsSerializer, request)
        del facts["seen"]
        made = verbs.draft_release(verbs.Facts(**facts), by=self.actor, at=self.at)
        return self._done(made, status.HTTP_201_CREATED)

    @extend_schema(responses=dated.PlanSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def dates(self, request: Request, reference: str) -> Response:
        """Return the dates of the release with their working and its timeline; a draft's as if announced now."""
        return Response(dated.dates_of(self.get_object(), self.at))

    @extend_schema(request=dated.WhatIfSerializer, responses=dated.ComparisonSerializer)
    @action(detail=True, methods=["post"], url_path="what-if")
    def what_if(self, request: Request, reference: str) -> Response:
        """Compare the present plan with another class, approach, day or plan; changes nothing. For DCC."""
        release = self.get_object()
        may.draft_release(by=self.actor)
        return Response(dated.compared(release, answers(dated.WhatIfSerializer, request), self.at))

    @extend_schema(request=shown.FactsSerializer, responses=shown.ReleaseSerializer)
    def update(self, request: Request, reference: str) -> Response:
        """Change the facts of a draft."""
        facts = answers(shown.FactsSerializer, request)
        seen = facts.pop("seen")
        release = self.get_object()
        return self._done(verbs.edit_release(release, verbs.Facts(**facts), by=self.actor, at=self.at, seen=seen))

    @extend_schema(request=shown.ImageUploadSerializer, responses=shown.ReleaseSerializer)
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def image(self, request: Request, reference: str) -> Response:
        """Attach the firmware image: a ZigBee OTA file."""
        given = answers(shown.ImageUploadSerializer, request)
        release = self.get_object()
        file, signature = given.pop("file"), given.pop("signature")
        given["signature"] = signature.read() if signature else None
        return self._done(verbs.attach_image(release, file, by=self.actor, at=self.at, **given))

    @extend_schema(responses=shown.ImageSerializer)
    @action(detail=True, methods=["get"], url_path="image/facts")
    def image_facts(self, request: Request, reference: str) -> Response:
        """Return what the image's header says, its hash on the product list, its signature and its malware scan."""
        facts = image_facts(self.get_object())
        if facts is None:
            raise Http404
        return Response(shown.ImageSerializer(facts).data)

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    @action(detail=True, methods=["get"], url_path="image/file")
    def download_image(self, request: Request, reference: str) -> FileResponse:
        """Return the image's bytes, for DCC and the CSPs; each download is on the record."""
        return image_attached(self.get_object(), by=self.actor, at=self.at)

    @extend_schema(responses=shown.FindingSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def fitness(self, request: Request, reference: str) -> Response:
        """Return how the release fits the product lists: met, a warning, or not met, which keeps the gates shut."""
        found = fitness.findings(self.get_object())
        return Response(shown.FindingSerializer(found, many=True).data)

    @extend_schema(responses=shown.NotesSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def notes(self, request: Request, reference: str) -> Response:
        """Return the revisions of the notes the caller may read, the newest first."""
        rows = queries.revisions(self.get_object(), self.actor)
        return Response(shown.NotesSerializer(rows, many=True).data)

    @extend_schema(request=shown.SaveNotesSerializer, responses=shown.NotesSerializer)
    @action(detail=True, methods=["post"], url_path="notes/save")
    def save_notes(self, request: Request, reference: str) -> Response:
        """Save the notes as a new revision."""
        given, release = answers(shown.SaveNotesSerializer, request), self.get_object()
        current = queries.current_notes(release, drafts=True)
        kept = current.written if current and "sections" in given else {}
        written = given.pop("markdown", None) or {**kept, **given.pop("sections", {})}
        saved = verbs.save_notes(release, written, by=self.actor, at=self.at, **given)
        return Response(shown.NotesSerializer(saved).data)

    @extend_schema(responses=shown.NotesTemplateSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="notes/template", pagination_class=None, filterset_fields=())
    def notes_template(self, request: Request, reference: str) -> Response:
        """Return the sections the notes may have, what belongs there, and which the class requires."""
        return Response(shown.NotesTemplateSerializer(template_of(self.get_object()), many=True).data)

    @extend_schema(parameters=[shown.CompareNotesSerializer], responses=shown.SectionChangeSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="notes/changes", pagination_class=None, filterset_fields=())
    def notes_changes(self, request: Request, reference: str) -> Response:
        """Return what one revision changed of another, section by section and word by word."""
        rows = queries.revisions(self.get_object(), self.actor)
        asked = shown.CompareNotesSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        newer = get_object_or_404(rows, number=asked.validated_data["newer"])
        older = asked.validated_data["older"]
        before = get_object_or_404(rows, number=older).written if older else {}
        return Response(shown.SectionChangeSerializer(compare(before, newer.written), many=True).data)

    @extend_schema(responses={(200, "application/pdf"): bytes})
    @action(detail=True, methods=["get"], url_path="notes/pdf", pagination_class=None, filterset_fields=())
    def notes_pdf(self, request: Request, reference: str) -> HttpResponse:
        """Return the newest notes the caller may read as a tagged PDF."""
        release = self.get_object()
        newest = queries.revisions(release, self.actor).first()
        if newest is None:
            raise Http404
        return HttpResponse(pdf(notes_document(release, newest)), content_type="application/pdf")

    @extend_schema(request=SeenSerializer, responses=shown.NotesSerializer)
    @action(detail=True, methods=["post"], url_path="notes/publish")
    def publish_notes(self, request: Request, reference: str) -> Response:
        """Publish the newest revision of an announced release."""
        given = answers(SeenSerializer, request)
        published = verbs.publish_notes(self.get_object(), by=self.actor, at=self.at, **given)
        return Response(shown.NotesSerializer(published).data)

    @extend_schema(responses=shown.EvidenceSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def evidence(self, request: Request, reference: str) -> Response:
        """Return the test evidence."""
        return Response(shown.EvidenceSerializer(queries.evidence(self.get_object(), self.actor), many=True).data)

    @extend_schema(request=shown.AttachEvidenceSerializer, responses={201: shown.EvidenceSerializer})
    @action(detail=True, methods=["post"], url_path="evidence/attach", parser_classes=[MultiPartParser, JSONParser])
    def attach_evidence(self, request: Request, reference: str) -> Response:
        """Attach test evidence (Section T)."""
        given = answers(shown.AttachEvidenceSerializer, request)
        seen = given.pop("seen")
        facts = verbs.EvidenceFacts(**given)
        made = verbs.attach_evidence(self.get_object(), facts, by=self.actor, at=self.at, seen=seen)
        return Response(shown.EvidenceSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shown.ReclassifySerializer, responses=shown.ReleaseSerializer)
    @action(detail=True, methods=["post"], url_path="classification")
    def reclassify(self, request: Request, reference: str) -> Response:
        """Change who may read the release and its notes."""
        given = answers(shown.ReclassifySerializer, request)
        why, seen = given.pop("why"), given.pop("seen")
        to = verbs.Readership(**given)
        return self._done(verbs.reclassify(self.get_object(), to, why=why, by=self.actor, at=self.at, seen=seen))

    @extend_schema(request=shown.ReadershipSerializer, responses=shown.ChangeOfSightSerializer)
    @action(detail=True, methods=["post"], url_path="classification/effect")
    def sight(self, request: Request, reference: str) -> Response:
        """Return who would gain and who would lose sight of the release; nothing is changed."""
        to = answers(shown.ReadershipSerializer, request)
        release = self.get_object()
        may.reclassify(release, by=self.actor)
        readers, people = ({one.pk for one in to.get(name, ())} for name in ("readers", "named_people"))
        found = classification.effect_of_reclassifying(release, to["classification"], readers, people, self.at)
        return Response(shown.ChangeOfSightSerializer(found).data)

    @extend_schema(request=SeenSerializer, responses=shown.ReleaseSerializer)
    @action(detail=True, methods=["post"], url_path="approve")
    def approve_emergency(self, request: Request, reference: str) -> Response:
        """Give the second approval of an Emergency."""
        given = answers(SeenSerializer, request)
        return self._done(verbs.approve_emergency(self.get_object(), by=self.actor, at=self.at, **given))

    @extend_schema(request=SeenSerializer, responses=shown.ReleaseSerializer)
    @action(detail=True, methods=["post"])
    def announce(self, request: Request, reference: str) -> Response:
        """Serve notice of the release."""
        given = answers(SeenSerializer, request)
        return self._done(verbs.announce(self.get_object(), by=self.actor, at=self.at, **given))

    @extend_schema(responses=shown.NoticeSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def notices(self, request: Request, reference: str) -> Response:
        """Return the notices of the release, the last first, with the working of their dates."""
        rows = self.get_object().notices.prefetch_related("amendments").order_by("-number")
        return Response(shown.NoticeSerializer(rows, many=True).data)

    @extend_schema(request=shown.AcknowledgeSerializer, responses={201: shown.AcknowledgementSerializer})
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, reference: str) -> Response:
        """Acknowledge the notice for an organisation."""
        given = answers(shown.AcknowledgeSerializer, request)
        seen = given.pop("notice")
        made = verbs.acknowledge(self.get_object(), by=self.actor, at=self.at, seen=seen, **given)
        return Response(shown.AcknowledgementSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shown.ServeSerializer, responses=shown.ServiceLineSerializer(many=True))
    @action(detail=True, methods=["post"], url_path="serve", pagination_class=None, filterset_fields=())
    def serve_by_other_means(self, request: Request, reference: str) -> Response:
        """Record service on an organisation by other means."""
        given = answers(shown.ServeSerializer, request)
        release = self.get_object()
        verbs.serve_by_other_means(release, by=self.actor, at=self.at, **given)
        return self._service_table(release)

    @extend_schema(request=shown.AmendSerializer, responses=shown.ReleaseSerializer)
    @action(detail=True, methods=["post"])
    def amend(self, request: Request, reference: str) -> Response:
        """Move the dates later."""
        given = _renamed(answers(shown.AmendSerializer, request))
        return self._done(verbs.amend(self.get_object(), by=self.actor, at=self.at, **given))

    @extend_schema(parameters=[shown.ActSerializer], responses=shown.EffectSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_fields=())
    def effects(self, request: Request, reference: str) -> Response:
        """Return what withdrawing, superseding, returning or amending the release would do; for DCC."""
        release = self.get_object()
        may.withdraw(release, by=self.actor)
        asked = shown.ActSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = collect("release_effects", release, asked.validated_data["act"], self.actor, self.at)
        rows = sorted(found, key=lambda effect: effect.order)
        return Response(shown.EffectSerializer(rows, many=True).data)

    @extend_schema(request=WhySerializer, responses=shown.ReleaseSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def return_to_draft(self, request: Request, reference: str) -> Response:
        """Void the notice and return the release to draft."""
        given = answers(WhySerializer, request)
        return self._done(verbs.return_to_draft(self.get_object(), by=self.actor, at=self.at, **given))

    @extend_schema(request=WhySerializer, responses=shown.ReleaseSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, reference: str) -> Response:
        """Withdraw the release."""
        given = answers(WhySerializer, request)
        return self._done(verbs.withdraw(self.get_object(), by=self.actor, at=self.at, **given))

    @extend_schema(request=shown.SupersedeSerializer, responses=shown.ReleaseSerializer)
    @action(detail=True, methods=["post"])
    def supersede(self, request: Request, reference: str) -> Response:
        """End the release in favour of another."""
        given = answers(shown.SupersedeSerializer, request)
        successor = get_object_or_404(self.get_queryset(), reference=given.pop("successor"))
        return self._done(verbs.supersede(self.get_object(), successor, by=self.actor, at=self.at, **given))


def _renamed(given: dict[str, Any]) -> dict[str, Any]:
    return given | {
        "deployment_at": given.pop("planned_deployment_at"),
        "activation_at": given.pop("planned_activation_at"),
    }


ENTRIES: list[tuple[str, Any, str]] = [
    ("releases", ReleaseViewSet, "release"),
    ("urgency-classes", dated.UrgencyClassViewSet, "urgency-class"),
]
