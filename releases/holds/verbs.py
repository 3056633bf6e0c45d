"""Every change to holds."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import Invalid
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, move, note, save
from releases.holds import can, may, messages, queries
from releases.holds.models import Hold
from releases.holds.states import HoldState
from releases.products.cohorts import Cohort
from releases.publishing.models import Release

RESTRICTED = "restricted"


@transaction.atomic
def place(
    release: Release | None,
    cohort: Cohort,
    *,
    stage: str,
    cause: str,
    cause_text: str,
    cause_id: int | None = None,
    restricted: bool = False,
    condition: str = "",
    review_at: datetime | None = None,
    parties: Iterable[int] = (),
    by: Actor,
    at: datetime,
) -> Hold:
    """Stop deployment, activation or both for a cohort from now on; returns the hold.

    Takes the gates' barrier alone, so that no batch that asked before can commit after. A restricted cause is not
    kept in words. Raises Invalid for a cohort without a home, a missing cause, or a review in the past.
    """
    barrier.shut()
    may.place(cause, by=by)
    can.place(release)
    _check(release, cohort, cause_text, review_at, at)
    number = take_number(Hold)
    hold = Hold.objects.create(
        pk=number,
        reference=f"H-{number:04d}",
        release=release,
        stage=stage,
        cause=cause,
        cause_id=cause_id,
        cause_text=RESTRICTED if restricted else cause_text,
        restricted=restricted,
        condition=condition,
        review_at=review_at,
        parties=sorted(set(parties)),
        placed_at=at,
        placed_by_name=by.name,
        **cohort.as_fields(),
    )
    note(hold, by=by, at=at, verb="place_hold", why=hold.cause_words, data={"stage": str(stage), "cause": str(cause)})
    tell(messages.HoldPlaced(hold), at=at)
    return hold


def _check(release: Release | None, cohort: Cohort, text: str, review_at: datetime | None, at: datetime) -> None:
    if not text.strip():
        raise Invalid("Say what the hold is for.", {"cause_text": ["Say what the hold is for."]})
    if review_at is not None and review_at <= at:
        raise Invalid("The review must be in the future.", {"review_at": ["The review must be in the future."]})
    if not queries.cells_of(cohort, release).filter(homes__gt=0).exists():
        raise Invalid("This selection has no homes in it: a hold on it would stop nothing. Choose fewer conditions.")


@transaction.atomic
def name_cause(hold: Hold, text: str, *, restricted: bool, by: Actor, at: datetime) -> Hold:
    """Show a hold's cause as restricted from now on, or in words again; returns the hold."""
    hold = lock(hold)
    may.place(hold.cause, by=by)
    hold.restricted = restricted
    hold.cause_text = RESTRICTED if restricted else text
    save(hold, "restricted", "cause_text")
    note(hold, by=by, at=at, verb="name_cause", why=hold.cause_words)
    return hold


@transaction.atomic
def announce_lift(hold: Hold, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Hold:
    """Tell those behind an issue's hold that it will end; it may be lifted 2 Working Days later (Holds)."""
    hold = lock(hold, seen=seen)
    may.announce_lift(hold, by=by)
    can.announce_lift(hold)
    _reason(why, "Say what evidence allows the hold to end.")
    hold.lift_notified_at = at
    save(hold, "lift_notified_at")
    note(hold, by=by, at=at, verb="announce_lift", why="" if hold.restricted else why)
    tell(messages.LiftAnnounced(hold, why), at=at)
    return hold


@transaction.atomic
def ask_for_review(hold: Hold, *, by: Actor, at: datetime) -> Hold:
    """Ask DCC once whether a hold still stands; does nothing when its review is not due any more."""
    hold = lock(hold)
    if not queries.to_ask_about(at).filter(pk=hold.pk).exists():
        return hold
    hold.review_asked_at = at
    save(hold, "review_asked_at")
    note(hold, by=by, at=at, verb="ask_for_review")
    tell(messages.ReviewDue(hold), at=at)
    return hold


@transaction.atomic
def review(
    hold: Hold, *, why: str, review_at: datetime | None, by: Actor, at: datetime, seen: int | None = None
) -> Hold:
    """DCC has looked at it: it still stands, for a reason, until the next review."""
    hold = lock(hold, seen=seen)
    may.review(hold, by=by)
    can.review(hold)
    _reason(why, "Say why the hold still stands.")
    if review_at is None or review_at <= at:
        raise Invalid("The next review must be in the future.", {"review_at": ["Give a later date and time."]})
    hold.review_at, hold.review_asked_at = review_at, None
    save(hold, "review_at", "review_asked_at")
    note(hold, by=by, at=at, verb="review_hold", why="" if hold.restricted else why)
    return hold


@transaction.atomic
def lift(hold: Hold, *, ground: str, why: str, by: Actor, at: datetime, seen: int | None = None) -> Hold:
    """End a hold on one of the grounds its cause allows; what other holds stop stays held (Holds).

    Hubs it kept back in waves gone by re-enter in a catch-up wave.
    """
    hold = lock(hold, seen=seen)
    may.lift(hold, ground, by=by)
    can.lift(hold, ground, at=at)
    _reason(why, "Say why the hold ends.")
    hold.lifted_at, hold.lifted_by_name = at, by.name
    hold.lift_ground, hold.lift_reason = ground, why
    fields = ("lifted_at", "lifted_by_name", "lift_ground", "lift_reason")
    words = "" if hold.restricted else why
    move(hold, to=HoldState.LIFTED, by=by, at=at, verb="lift_hold", why=words, fields=fields)
    tell(messages.HoldLifted(hold), at=at)
    enqueue("rollouts.catch_up", release_id=hold.release_id)
    return hold


def _reason(why: str, sentence: str) -> None:
    if not why.strip():
        raise Invalid(sentence, {"why": [sentence]})
