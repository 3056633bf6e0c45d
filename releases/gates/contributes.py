"""What the gates add to shared pages: their conditions on the release page, the dates they open."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from portal.pages.contributions import Due, Panel
from portal.workflow.actor import Actor
from releases.gates.queries import gates, notice_over
from releases.holds.models import Stage
from releases.publishing.models import Release
from releases.publishing.queries import visible_to
from releases.publishing.states import BEFORE_ACTIVATION, FINISHED, ReleaseState


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """Yield the panel with both gates, for everybody who may see the release."""
    if release.state in FINISHED or release.state == ReleaseState.DRAFT:
        return
    url = reverse("gates:standing", args=[release.reference])
    yield Panel(30, "Gates", "gates/panel.html", {"gates": gates(release, at), "url": url}, slug="gates")


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """Yield each date on which a notice is over, for the last of its suppliers; publishing tells the release's own."""
    for release in visible_to(actor).filter(state__in=BEFORE_ACTIVATION).exclude(state=ReleaseState.DRAFT):
        for stage in (Stage.DEPLOYMENT, Stage.ACTIVATION):
            over = notice_over(release, stage, at)
            if over is not None:
                yield Due(over, f"{release.reference}: {stage} notice over")
