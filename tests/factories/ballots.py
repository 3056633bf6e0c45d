"""Objections and ballots in each state, made with the verbs; issues as rows, for they are another app's."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.models import ClockSetting
from releases.ballots import verbs
from releases.ballots.models import Ballot, Meeting, Objection, Vote
from releases.ballots.states import UNSETTLED
from releases.ballots.verbs.settling import CLERK
from releases.issues.models import Category, Issue
from releases.products.cohorts import Cohort
from releases.publishing.models import Release
from tests.factories.releases import Catalogue, make_announced, make_catalogue
from tests.factories.world import World

LATER = datetime(2017, 3, 1, tzinfo=UTC)
VOTERS = ("deputy", "member", "second_member", "third_member")


@dataclass
class Matter:
    """A release in its objection window, with one issue on the northern homes of "heron"."""

    world: World
    catalogue: Catalogue
    release: Release
    issue: Issue
    at: datetime

    def actor(self, who: str) -> Actor:
        """Somebody as an actor who has just given a password."""
        return replace(self.world.actor(who), proved_at=timezone.now())

    def later(self, **span: int) -> datetime:
        """Let portal time pass, also for the clock that casting reads again, and return it."""
        self.at += timedelta(**span)
        return self.until(self.at)

    def until(self, at: datetime | None) -> datetime:
        """Move portal time to this moment and return it."""
        if at is None:
            raise AssertionError("there is no such moment")
        self.at = at
        set_clock(at)
        return at


def set_clock(at: datetime) -> None:
    """Let the portal clock show this time."""
    ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": at, "speed": 1})


def make_matter(world: World, **changes) -> Matter:
    """An announced Urgent release and one issue of severity 3 on the homes of "heron" in the north."""
    call_command("ensure_defaults", verbosity=0)
    catalogue = make_catalogue(world)
    release = make_announced(world, catalogue, **changes)
    matter = Matter(world, catalogue, release, make_issue(world, release), world.at)
    matter.until(world.at)
    return matter


def make_issue(world: World, release: Release, *, severity: int = 3, by: str = "heron", **changes) -> Issue:
    """An issue raised by a supplier on its homes in the north."""
    raiser: Organisation = world.organisations[by]
    facts: dict[str, Any] = {
        "reference": f"ISS-{Issue.objects.count() + 1:04d}",
        "title": "Displays go dark",
        "description": "After the restart the display does not join again.",
        "category": Category.IHD_STRANDING,
        "organisation": raiser,
        "raised_by_organisation": raiser,
        "raised_by_name": "Supplier",
        "raised_at": world.at,
        "acknowledge_by": world.at + timedelta(days=3),
        "regions": ["north"],
        "suppliers": [raiser.pk],
    }
    return Issue.objects.create(release=release, severity=severity, **facts | changes)


def grounds(matter: Matter, **changes) -> verbs.Grounds:
    """Grounds on the matter's issue and its cohort, asking for a hold; while one like it waits, on another issue."""
    said = Objection.objects.filter(release=matter.release, state__in=UNSETTLED, issues=matter.issue).exists()
    facts: dict[str, Any] = {
        "issues": [make_issue(matter.world, matter.release) if said else matter.issue],
        "cohort": Cohort.of(matter.issue),
        "evidence": "Video of ten displays that stay dark.",
        "remedy": "hold",
    }
    return verbs.Grounds(**facts | changes)


def lodge(matter: Matter, *, who: str = "supplier", supplier: str = "heron", **changes) -> Objection:
    """A lodged objection."""
    return verbs.lodge(
        matter.release,
        supplier=matter.world.organisations[supplier],
        grounds=grounds(matter, **changes),
        by=matter.actor(who),
        at=matter.at,
    )


def admit(matter: Matter, **changes) -> Objection:
    """An admitted objection."""
    return verbs.admit(lodge(matter, **changes), by=matter.actor("secretary"), at=matter.at)


def contest(matter: Matter, **changes) -> Objection:
    """A contested objection."""
    objection = admit(matter, **changes)
    return verbs.contest(objection, answer="Ten displays are no pattern.", by=matter.actor("manager"), at=matter.at)


def draft(matter: Matter, *objections: Objection, committee=None, defer_to: datetime = LATER) -> Ballot:
    """A drafted ballot of the Panel."""
    return verbs.draft(
        matter.release,
        committee=committee or matter.world.panel,
        objections=objections,
        question="May the release be activated?",
        defer_to=defer_to,
        by=matter.actor("secretary"),
        at=matter.at,
    )


def call(matter: Matter, *, days: int = 30, hours: int = 3) -> Meeting:
    """A meeting of the Panel so many days from now."""
    starts = matter.at + timedelta(days=days)
    return verbs.call_meeting(
        matter.world.panel,
        starts_at=starts,
        ends_at=starts + timedelta(hours=hours),
        place="Room 4",
        by=matter.actor("secretary"),
        at=matter.at,
    )


def notice(matter: Matter, *objections: Objection, **changes) -> Ballot:
    """A ballot about to open on these objections, or on one of the matter's own."""
    ballot = draft(matter, *(objections or (contest(matter),)), **changes)
    ballot = verbs.notice(ballot, by=matter.actor("secretary"), at=matter.at)
    matter.until(ballot.opens_at)
    return ballot


def open_ballot(matter: Matter, *objections: Objection, **changes) -> Ballot:
    """An open ballot on these objections, or on one of the matter's own."""
    ballot = notice(matter, *objections, **changes)
    return verbs.open_voting(ballot, by=matter.actor("secretary"), at=matter.at)


def declare(matter: Matter, ballot: Ballot, *voters: str) -> None:
    """Let these people declare that they have no interest."""
    for who in voters:
        verbs.declare(ballot, has_interest=False, text="", by=matter.actor(who), at=matter.at)


def cast(matter: Matter, ballot: Ballot, who: str, choice: str, **answers) -> Vote:
    """Declare no interest and cast one vote."""
    declare(matter, ballot, who)
    reason = answers.pop("reason", f"My reason for {choice}.")
    paper = verbs.Paper(choice=choice, reason=reason, **answers)
    return verbs.cast(ballot, paper=paper, by=matter.actor(who), at=matter.at)


def vote(matter: Matter, ballot: Ballot, *choices: str, **answers) -> None:
    """Let the Panel's four voters vote in their order."""
    for who, choice in zip(VOTERS, choices, strict=False):
        cast(matter, ballot, who, choice, **answers)


def close(matter: Matter, ballot: Ballot) -> Ballot:
    """Let voting run out and close by the clock."""
    matter.until(ballot.closes_at)
    return verbs.close(ballot, by=CLERK, at=matter.at)


def decided(matter: Matter, *choices: str, **answers) -> Ballot:
    """A decided ballot with these votes."""
    ballot = open_ballot(matter)
    vote(matter, ballot, *choices, **answers)
    return close(matter, ballot)
