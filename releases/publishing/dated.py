"""The dates of releases for the calendar."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q
from django.urls import reverse

from portal.delivery.models import Delivery
from portal.pages.contributions import Dated
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import last_changed
from releases.publishing.classification import acts_for, in_the_open
from releases.publishing.models import ENDS, Notice, Release
from releases.publishing.service import NOTICE
from releases.publishing.states import FINISHED, ReleaseState

DATED = (
    ("planned_deployment_at", "deployment planned"),
    ("tests_until", "user testing ends"),
    ("objections_until", "objections end"),
    ("planned_activation_at", "activation planned"),
    ("deferred_until", "deferral ends"),
    ("hypercare_until", "hypercare ends"),
)
_PLANNED = ("planned_deployment_at", "planned_activation_at")
_BEGUN = (ReleaseState.ACTIVE, ReleaseState.HALTED, ReleaseState.HYPERCARE, ReleaseState.CLOSED)


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """Yield the planned and stated dates of the releases the actor may see; those given up say so."""
    within = reduce(or_, (Q(**{f"{field}__gte": start, f"{field}__lt": end}) for field, _ in DATED))
    found = list(in_the_open(actor).filter(within).annotate(changed_at=last_changed(Release)))
    told = _told_of(actor, found)
    for release in found:
        url = reverse("publishing:release", args=[release.reference])
        for field, words in DATED:
            moment = getattr(release, field)
            if moment is not None and start <= moment < end:
                yield Dated(
                    moment,
                    f"{release.reference}: {words}",
                    url,
                    _status(release, field),
                    key=f"release-{release.pk}-{field}",
                    kind="release",
                    release=release.reference,
                    own=release.pk in told,
                    ends=field in ENDS,
                    sequence=release.version,
                    changed_at=release.changed_at,
                )


def _status(release: Release, field: str) -> str:
    if release.state == ReleaseState.DRAFT:
        return "planned"
    if release.state in FINISHED and release.state != ReleaseState.CLOSED:
        return "cancelled"
    over = release.state == ReleaseState.CLOSED or (field in _PLANNED and release.state in _BEGUN)
    return "done" if over else "confirmed"


def _told_of(actor: Actor, releases: Sequence[Release]) -> set[int]:
    """Return which of the releases concern the organisations acted for: all for DCC, else those told of by notice."""
    numbers = {release.pk for release in releases}
    if not numbers or actor.has(Permission.MANAGE_RELEASES):
        return numbers
    told = Delivery.objects.filter(
        message__kind=NOTICE,
        message__reference_kind=NOTICE,
        organisation_id__in=acts_for(actor),
    )
    notices = Notice.objects.filter(release__in=numbers, pk__in=told.values("message__reference_id"))
    return set(notices.values_list("release_id", flat=True))
