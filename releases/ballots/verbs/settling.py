"""What starting and ending an objection does to its release: the dispute and the provisional hold."""

from collections.abc import Iterable
from datetime import datetime

from portal.workflow.actor import system
from portal.workflow.errors import Invalid
from portal.workflow.transitions import note, save
from releases.ballots.laid import digest
from releases.ballots.models import Ballot, Determination, Objection
from releases.ballots.states import UNSETTLED, BallotState
from releases.holds import verbs as holds
from releases.holds.models import Cause, Ground, Hold, Stage
from releases.holds.states import HoldState
from releases.products.cohorts import Cohort
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState

CLERK = system("Objections and ballots")
"""Who acts when a rule, not a person, changes the release or a hold."""


LONGEST = 8_000
"""Characters of the longest text that is read in a vote; a file of evidence holds what is longer."""


def said(text: str, field: str, otherwise: str) -> str:
    """The text without surrounding space. Raises Invalid with this sentence when nothing is left, or with how long it
    may be."""
    kept = brief(text, field)
    if not kept:
        raise Invalid(otherwise, {field: [otherwise]})
    return kept


def brief(text: str, field: str) -> str:
    """The text without surrounding space, which may be empty. Raises Invalid when it is too long to be read."""
    kept = text.strip()
    if len(kept) > LONGEST:
        too_long = f"This has {len(kept):,} characters and at most {LONGEST:,} fit: shorten it, or add a file."
        raise Invalid(too_long, {field: [too_long]})
    return kept


def add_effects(determination: Determination, done: Iterable[str], *, at: datetime) -> None:
    """Add what took effect to a locked determination; the journal keeps the hash of all of it."""
    determination.effects = [*determination.effects, *done]
    save(determination, "effects")
    note(determination, by=CLERK, at=at, verb="take_effect", data={"effects": digest(determination.effects)})


def dispute(objection: Objection, *, at: datetime) -> None:
    """Move the release to disputed, unless the objection closes the gate for its cohort only."""
    release = objection.release
    if not objection.is_limited and release.state in (ReleaseState.NOTIFIED, ReleaseState.CLEARED):
        publishing.dispute(release, by=CLERK, at=at, why=f"{objection.reference} by {objection.organisation}.")


def end_dispute(release: Release, *, at: datetime) -> None:
    """Move a disputed release back to notified once no objection to the whole of it is unsettled."""
    release.refresh_from_db()
    left = release.objections.filter(state__in=UNSETTLED, is_limited=False)
    if release.state == ReleaseState.DISPUTED and not left.exists():
        publishing.settle(release, by=CLERK, at=at, why="No objection to the release is left unsettled.")


def hold_provisionally(objection: Objection, *, at: datetime) -> None:
    """Hold the cohort of a late objection while it is heard. Rule: the rest continues (Late objection)."""
    if objection.is_late:
        holds.place(
            objection.release,
            Cohort.of(objection),
            stage=Stage.BOTH,
            cause=Cause.OBJECTION,
            cause_id=objection.pk,
            cause_text=f"Late objection {objection.reference} by {objection.organisation}",
            condition="Ends when the objection is settled or determined.",
            restricted=is_restricted(objection),
            parties=parties(objection),
            by=CLERK,
            at=at,
        )


def drop_provisional_hold(objection: Objection, *, why: str, at: datetime) -> None:
    """Lift the provisional hold of a late objection, once what replaces it is in place."""
    for hold in Hold.objects.filter(cause=Cause.OBJECTION, cause_id=objection.pk, state=HoldState.PLACED):
        holds.lift(hold, ground=Ground.SETTLED, why=why, by=CLERK, at=at)


def lock_notes(ballot: Ballot, *, at: datetime) -> None:
    """The committee votes on the notes as they are: nobody changes them meanwhile."""
    publishing.lock_notes(ballot.release, by=CLERK, at=at, why=f"{ballot.reference} is open")


def free_notes(ballot: Ballot, *, at: datetime) -> None:
    """Let the notes of the release be changed again, once no ballot on it is open."""
    release = Release.objects.get(pk=ballot.release_id)
    still = Ballot.objects.filter(release=release, state=BallotState.OPEN).exclude(pk=ballot.pk)
    if release.notes_locked and not still.exists():
        publishing.free_notes(release, by=CLERK, at=at)


def parties(objection: Objection) -> list[int]:
    """The organisations behind an objection: the objector and those who joined."""
    joined = objection.joinders.exclude(organisation=objection.organisation_id)
    return [objection.organisation_id, *joined.values_list("organisation_id", flat=True)]


def is_restricted(objection: Objection) -> bool:
    """Whether it cites a security issue, so that its cause is shown to nobody else."""
    return any(issue.is_security for issue in objection.issues.all())
