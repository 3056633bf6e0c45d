"""What studies add to shared pages: the way to them."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from devices.studies import can, may, queries
from devices.studies.states import StudyState
from portal.pages.contributions import Act, Link, Panel
from portal.workflow.actor import Actor
from releases.publishing.models import Release

SHOWN = 5


def fleet_acts(actor: Actor) -> Iterator[Link]:
    """On the page of the fleet: the studies of its homes."""
    if may.read_studies.why_not(by=actor) is None:
        yield Link("Studies that compare approaches", reverse("studies:studies"), order=30)


def rollouts_links(actor: Actor) -> Iterator[Link]:
    """On the list of rollouts: the studies of how they might have gone."""
    yield from fleet_acts(actor)


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """On the page of a release: the studies of it that are done."""
    rows = list(queries.listed(actor).filter(release=release, state=StudyState.DONE)[:SHOWN])
    if rows and may.read_studies.why_not(by=actor) is None:
        yield Panel(60, "Studies", "studies/panels/studies.html", {"rows": rows}, slug="studies")


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """For whoever makes studies: one of this release."""
    if may.make_study.why_not(by=actor) is None:
        url = f"{reverse('studies:make')}?release={release.reference}"
        yield Act(80, "Compare approaches", url, can.make_study.why_not(by=actor))
