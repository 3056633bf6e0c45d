"""Releases in lists: by filter, in the search, in the public feed; each only as its reader may know of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from portal.journal.models import Entry
from portal.workflow.actor import ANONYMOUS, Actor
from portal.working_days import end_of, start_of
from releases.products.cohorts import supplied_by
from releases.products.models import Cell
from releases.publishing.classification import in_the_open, releases, with_notes
from releases.publishing.models import Classification, NotesRevision, Release

_SORTS = {
    "reference",
    "title",
    "announced_at",
    "planned_deployment_at",
    "planned_activation_at",
    "state",
    "classification",
}


def listed(actor: Actor, chosen: Mapping[str, Any], *, sort: str = "") -> QuerySet[Release]:
    """Return the visible releases that fit the chosen filters, the newest first unless sorted otherwise."""
    found = in_the_open(actor).select_related("urgency_class").prefetch_related("hub_models")
    sought = chosen.get("search")
    if sought:
        found = found.filter(
            Q(reference__icontains=sought) | Q(title__icontains=sought) | Q(firmware_version__icontains=sought)
        )
    if chosen.get("state"):
        found = found.filter(state__in=chosen["state"])
    if chosen.get("urgency_class"):
        found = found.filter(urgency_class__name__in=chosen["urgency_class"])
    for name in ("approach", "classification"):
        if chosen.get(name):
            found = found.filter(**{f"{name}__in": chosen[name]})
    if chosen.get("hub_model"):
        found = found.filter(pk__in=chosen["hub_model"].releases.values("pk"))
    if chosen.get("activation_from"):
        found = found.filter(planned_activation_at__gte=start_of(chosen["activation_from"]))
    if chosen.get("activation_until"):
        found = found.filter(planned_activation_at__lt=end_of(chosen["activation_until"]))
    if chosen.get("mine"):
        models = Cell.objects.filter(supplied_by(actor.suppliers)).values("combination__hub_model")
        found = found.filter(pk__in=Release.hub_models.through.objects.filter(hubmodel__in=models).values("release"))
    order = sort if sort.removeprefix("-") in _SORTS else "-drafted_at"
    return found.order_by(order, "-pk")


def published_notes(actor: Actor) -> QuerySet[NotesRevision]:
    """Return the newest published revision of each release whose notes this actor may read."""
    published = NotesRevision.objects.filter(published_at__isnull=False)
    newest = published.filter(release=OuterRef("release")).order_by("-number").values("pk")[:1]
    readable = with_notes(actor).values("pk")
    return published.filter(release__in=readable, pk=Subquery(newest)).order_by()


FEED_LENGTH = 50
_RELEASE = "publishing.release"  # how the journal names one


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """Something that happened to a release that the public may read; `number` is the journal's."""

    number: int
    release: Release
    verb: str
    at: datetime


def public_events(verbs: Iterable[str], *, urgency_class: str | None, hub_model: str | None) -> list[PublicEvent]:
    """Return the newest acts of these kinds on releases the public may read, of one class or hub model (a number)."""
    white = releases(ANONYMOUS)
    if urgency_class:
        white = white.filter(urgency_class__name=urgency_class)
    if hub_model:
        white = (
            white.filter(hub_models=int(hub_model)) if hub_model.isdecimal() and len(hub_model) < 10 else white.none()
        )
    acts = Entry.objects.filter(subject_kind=_RELEASE, subject_id__in=white.values("pk"), verb__in=list(verbs))
    newest = list(acts.order_by("-id")[:FEED_LENGTH])
    rows = (
        white.select_related("urgency_class").prefetch_related("hub_models").in_bulk(one.subject_id for one in newest)
    )
    return [PublicEvent(one.pk, rows[one.subject_id], one.verb, one.at) for one in newest]


def public_changed_at(events: list[PublicEvent]) -> datetime | None:
    """Return when the feed last changed: with its newest event, or when a release was opened to or closed to all."""
    public = Q(data__was=Classification.WHITE) | Q(data__now=Classification.WHITE)
    opened = Entry.objects.filter(public, subject_kind=_RELEASE, verb="reclassify").aggregate(last=Max("at"))["last"]
    return max((moment for moment in (opened, *(one.at for one in events)) if moment is not None), default=None)
