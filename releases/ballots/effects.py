"""What the steps of an objection and a ballot would do, in sentences with numbers, shown before they are taken."""

from releases.ballots import queries
from releases.ballots.models import (
    Ballot,
    Objection,
)
from releases.ballots.paper import Kind, Option
from releases.holds.queries import cells_of, homes_held
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.publishing import can as publishing_can
from releases.publishing.states import FINISHED, ReleaseState
from releases.publishing.working import words


def offering(objection: Objection, part: Cohort) -> list[str]:
    """What a narrowing to a part of the objection's homes holds and lets go, in sentences with numbers."""
    held = cohorts.counts(cells_of(part, objection.release)).homes
    rest = cohorts.counts(cells_of(Cohort.of(objection), objection.release)).homes - held
    kept = f"Held until the fault is fixed: {cohorts.words(part)}, {held:,} homes."
    return [kept, f"Let go with the rest of the release: {rest:,} homes of the objection." if rest else "All are held."]


def withdrawing(objection: Objection) -> list[str]:
    """What withdrawing from an objection does."""
    heir = queries.successor(objection)
    if heir is None:
        return ["The objection ends, and with it what it blocks."]
    return [f"{heir} joined it and carries it on: the objection stays as it is, and so does what it blocks."]


def agreeing(objection: Objection) -> list[str]:
    """What agreeing to a narrowing does."""
    return offering(objection, objection.offer)


def voiding(ballot: Ballot) -> list[str]:
    """What voiding a ballot would do, in sentences with numbers."""
    determination = getattr(ballot, "determination", None)
    if determination is None:
        return ["Nothing is decided: no hold and no date changes. The objections it hears stay as they are."]
    found = list(queries.holds_of(determination).order_by("pk"))
    homes = homes_held(found)
    effects = [
        f"{determination.reference} ({determination.get_outcome_display().lower()}) is in force and will be so no more."
        " It stays readable, marked void.",
        *(f"{hold} ends: {homes[hold.pk]:,} homes are no longer held by it." for hold in found),
    ]
    if ballot.kind == Kind.WAIVER and determination.outcome == Option.PROCEED:
        refused = publishing_can.restore_notice.why_not(ballot.release)
        effects.append(f"The notice stays waived: {refused}" if refused else "The notice runs to its end again.")
    if queries.is_deferred_by(determination):
        before = queries.deferral_without(determination)
        effects.append(f"Activation is deferred to {words(before)} only." if before else "Activation is not deferred.")
    if ballot.release.state in FINISHED or ballot.release.state == ReleaseState.DRAFT:
        effects.append(f"The release stays {ballot.release.get_state_display().lower()}: that cannot be undone.")
    if ballot.release.state not in FINISHED:
        effects += [_contested_again(objection) for objection in queries.determined(ballot)]
    return effects


def appealing(ballot: Ballot) -> list[str]:
    """What an appeal's outcome has to do with, in sentences with numbers: the objected homes, and what is in force."""
    homes = sum(cohorts.counts(cells_of(Cohort.of(one), one.release)).homes for one in queries.heard(ballot))
    determination = ballot.determination
    found = list(queries.holds_of(determination).order_by("pk"))
    held = homes_held(found)
    effects = [f"The objections heard concern {homes:,} homes."]
    effects += [f"{hold} is in force and holds {held[hold.pk]:,} homes." for hold in found]
    if queries.is_deferred_by(determination) and determination.defer_to:
        effects.append(f"Activation is deferred to {words(determination.defer_to)} by this determination.")
    return effects


def _contested_again(objection: Objection) -> str:
    homes = cohorts.counts(cells_of(Cohort.of(objection), objection.release)).homes
    waits = f"activation in its {homes:,} homes waits" if objection.is_limited else "activation of the release waits"
    return f"{objection.reference} is contested again: {waits} for a new ballot."
