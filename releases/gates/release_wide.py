"""The conditions that are the same for every hub of a release, each named in plain sight (Gates).

A forgotten one must never open a gate, so they are listed here and not contributed by other apps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import floor

from releases.ballots.models import Objection
from releases.ballots.queries import blocking, determination_in_force, undetermined
from releases.gates.conditions import Condition, Standing, fact, passed
from releases.holds.models import Stage
from releases.publishing import fitness
from releases.publishing.models import Approach, NotesRevision, Notice, Release
from releases.publishing.queries import notice_in_force
from releases.publishing.readiness import approach_lacks, evidence_lacks, image_lacks
from releases.publishing.states import ReleaseState
from releases.testing import matrix

DISTRIBUTING = frozenset(
    {
        ReleaseState.NOTIFIED,
        ReleaseState.DISPUTED,
        ReleaseState.CLEARED,
        ReleaseState.ACTIVE,
        ReleaseState.HYPERCARE,
    }
)
ACTIVATING = frozenset({ReleaseState.CLEARED, ReleaseState.ACTIVE, ReleaseState.HYPERCARE})


@dataclass(frozen=True)
class Facts:
    """What is asked about a release at one moment; what both of its gates ask is looked up once."""

    release: Release
    at: datetime

    @cached_property
    def notice(self) -> Notice | None:
        """The notice in force."""
        return notice_in_force(self.release)

    @cached_property
    def objections(self) -> list[Objection]:
        """The objections that keep the activation gate shut, for the release or for their cohort."""
        return blocking(self.release, self.at)

    @cached_property
    def deployment(self) -> tuple[Condition, ...]:
        """The conditions of the deployment gate, which the activation gate asks for too."""
        return tuple(_deployment(self))


def conditions(facts: Facts, stage: str) -> tuple[Condition, ...]:
    """Return every release-wide condition of the gate, the state of the release first."""
    return (_state(facts.release, stage), *besides_state(facts, stage))


def besides_state(facts: Facts, stage: str) -> tuple[Condition, ...]:
    """Return the conditions of the gate but the release's own state: what ``clear`` asks for."""
    if stage == Stage.ACTIVATION:
        return (*facts.deployment, *_activation(facts))
    return facts.deployment


def _state(release: Release, stage: str) -> Condition:
    states = ACTIVATING if stage == Stage.ACTIVATION else DISTRIBUTING
    words = release.get_state_display().lower()
    return fact(
        "State of the release",
        release.state in states,
        met=f"The release is {words}.",
        unmet=f"The release is {words}: no hub is {'activated' if stage == Stage.ACTIVATION else 'served the image'}.",
    )


def _deployment(facts: Facts) -> Iterator[Condition]:
    release = facts.release
    yield _lacking("Image verified", image_lacks(release), "The image fits every hub model and the version.")
    yield _lacking("Test evidence (Section T)", evidence_lacks(release), "Signed evidence covers every region.")
    yield fact(
        "Release notes",
        NotesRevision.objects.filter(release=release, published_at__isnull=False).exists(),
        met="The notes are complete and published.",
        unmet="No published notes.",
    )
    yield fact(
        "Statutory notice",
        facts.notice is not None,
        met="A notice is in force; each hub waits for its own responsible suppliers.",
        unmet="No notice is in force.",
    )
    yield _approach(release)
    yield passed(
        "Planned deployment date",
        facts.notice.deployment_at if facts.notice else None,
        facts.at,
        still="The date stated in the notice has not come.",
        done="The date stated in the notice has come.",
    )
    yield from _products(release)


def _lacking(title: str, lacking: str, met: str) -> Condition:
    return fact(title, not lacking, met=met, unmet=lacking)


def _products(release: Release) -> Iterator[Condition]:
    """The entry on the Central Products List, permitted from-versions, maintenance, GBCS applicability, deadlines."""
    for found in fitness.findings(release):
        yield Condition(found.title, Standing(found.state), found.reason)


def _approach(release: Release) -> Condition:
    met = {
        Approach.CONSULTATION: "Consultation: the class's deployment notice is asked supplier by supplier.",
        Approach.SCHEDULING: "Scheduling: the exercise has confirmed the dates.",
        Approach.NOTICE_ONLY: f"Notice only, permitted by {release.approach_authority}.",
    }
    return _lacking("Condition of the approach", approach_lacks(release), met[Approach(release.approach)])


def _activation(facts: Facts) -> Iterator[Condition]:
    release, at = facts.release, facts.at
    yield passed(
        "User-test period",
        release.tests_until if release.is_consultation else None,
        at,
        still="Users are still testing.",
        done="The user-test period is over.",
    )
    yield _coverage(release)
    yield passed(
        "Objection window",
        release.objections_until if release.is_consultation else None,
        at,
        still="Users may still object.",
        done="The objection window is closed.",
    )
    open_objections = sum(1 for objection in facts.objections if not objection.is_limited)
    yield fact(
        "Objections to the whole release",
        not open_objections,
        met="None is lodged or undetermined.",
        unmet=f"{open_objections} lodged or undetermined.",
    )
    yield _determination(release)
    yield passed(
        "Deferred date",
        release.deferred_until,
        at,
        still="A determination deferred activation.",
        done="The deferred date has come.",
    )
    yield passed(
        "Planned activation date",
        release.planned_activation_at,
        at,
        still="The planned date has not come.",
        done="The planned date has come.",
    )


def _coverage(release: Release) -> Condition:
    """The share of homes covered by user tests, and what the class asks for."""
    title, least = "Coverage by user tests", release.terms.least_coverage
    if not release.is_consultation:
        return Condition(title, Standing.NOT_NEEDED, "Does not apply to this approach.")
    found = matrix.coverage(release)
    said = f"{floor(1000 * found.share) / 10:.1f} % of {found.homes:,} homes are covered"
    if not least:
        return Condition(title, Standing.NOT_NEEDED, f"{said}; the class asks for no minimum.")
    enough = not found.homes or 100 * found.share >= least
    asked = f"{said}; the class asks for at least {least} %"
    return fact(title, enough, met=f"{asked}.", unmet=f"{asked}: the heaviest gaps are on the page of user testing.")


def _determination(release: Release) -> Condition:
    title = "Determination"
    waiting = [ballot.reference for ballot in undetermined(release)]
    if waiting:
        return Condition(title, Standing.UNMET, f"Not decided yet: {', '.join(waiting)}.")
    decided = determination_in_force(release)
    if decided is None:
        return Condition(title, Standing.NOT_NEEDED, "There was no ballot.")
    return Condition(title, Standing.MET, f"{decided.reference} is in force.", decided.decided_at)
