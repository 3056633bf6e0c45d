"""Windows, issues and holds for tests, made with the verbs."""

from datetime import datetime, timedelta
from typing import Any

from releases.holds import verbs as holds
from releases.holds.models import Cause, Hold, Stage
from releases.issues import verbs as issues
from releases.issues.models import Category, Issue
from releases.products.cohorts import Cohort
from releases.publishing.models import Release
from releases.testing import verbs as testing
from releases.testing.defaults import ensure_defaults
from releases.testing.models import Environment, TestWindow
from tests.factories.world import World

DAY = timedelta(days=1)


def finding(**changes) -> issues.Finding:
    """Return a finding of severity 2 on the dual-fuel homes of the north."""
    facts: dict[str, Any] = {
        "title": "Displays go dark",
        "description": "After the hub restarts, the display shows no tariff.",
        "category": Category.IHD_STRANDING,
        "severity": 2,
        "cohort": Cohort(regions=frozenset({"north"})),
    }
    return issues.Finding(**facts | changes)


def make_issue(
    world: World, release: Release, *, who: str = "supplier", of: str = "heron", at: datetime | None = None, **changes
) -> Issue:
    """Return an issue raised by somebody for an organisation."""
    return issues.raise_issue(
        release,
        finding(**changes),
        organisation=world.organisation(of),
        by=world.actor(who),
        at=at or world.at,
    )


def make_hold(
    world: World,
    release: Release | None,
    *,
    cohort: Cohort | None = None,
    stage: str = Stage.BOTH,
    cause: str = Cause.DCC,
    at: datetime | None = None,
    by=None,
    **changes,
) -> Hold:
    """Return a hold on the homes of the north, by DCC unless said otherwise."""
    return holds.place(
        release,
        cohort or Cohort(regions=frozenset({"north"})),
        stage=stage,
        cause=cause,
        cause_text="The displays of the north.",
        by=by or world.actor("manager"),
        at=at or world.at,
        **changes,
    )


def environment(slug: str = "uit-a") -> Environment:
    """Return one of the default environments."""
    ensure_defaults()
    return Environment.objects.get(slug=slug)


def make_window(
    world: World,
    release: Release,
    *,
    who: str = "supplier",
    of: str = "heron",
    where: str = "uit-a",
    start: datetime | None = None,
    hours: int = 4,
    at: datetime | None = None,
    **changes,
) -> TestWindow:
    """Return a window of 4 hours from the day after the world was made."""
    begins = start or world.at + DAY
    changes.setdefault("again", True)
    return testing.book(
        release,
        environment=environment(where),
        organisation=world.organisation(of),
        start=begins,
        end=begins + timedelta(hours=hours),
        by=world.actor(who),
        at=at or world.at,
        **changes,
    )
