"""Ballots on an Emergency that hear no objection: whether its notice is waived, and the review of what is left."""

from datetime import datetime

from django.db import transaction

from portal.people.models import Committee
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note
from releases.ballots import can, may
from releases.ballots.models import Ballot, Determination
from releases.ballots.paper import Kind, Option
from releases.ballots.verbs.drafting import prepared, save_numbered
from releases.ballots.verbs.settling import CLERK
from releases.holds import verbs as holds
from releases.holds.models import Cause, Stage
from releases.products.cohorts import Cohort
from releases.publishing import can as publishing_can
from releases.publishing import verbs as publishing
from releases.publishing.models import Release


@transaction.atomic
def draft_waiver(release: Release, *, committee: Committee, question: str, by: Actor, at: datetime) -> Ballot:
    """Prepare the expedited ballot on the notice of an Emergency, and return it.

    Rule: the one exception to 7 clear days; without objection, at 4 hours' notice, in a vote of 24 hours.
    """
    release = lock(release)
    may.draft(by=by)
    can.draft_waiver(release)
    ballot = prepared(
        release,
        committee,
        question,
        at,
        kind=Kind.WAIVER,
        subject=Kind.WAIVER,
        defer_to=release.earliest_activation_at,
    )
    return _saved(ballot, "draft_waiver", by, at)


@transaction.atomic
def draft_review(
    release: Release, *, committee: Committee, question: str, defer_to: datetime, by: Actor, at: datetime
) -> Ballot:
    """Prepare the review ballot of an Emergency, which may hold the homes it has not reached yet; return it."""
    release = lock(release)
    may.draft(by=by)
    can.draft_review(release)
    if defer_to <= at:
        raise Invalid("The deferral date is past.", {"defer_to": ["Give a date in the future."]})
    ballot = prepared(release, committee, question, at, kind=Kind.REVIEW, subject=Kind.REVIEW, defer_to=defer_to)
    return _saved(ballot, "draft_review", by, at)


def _saved(ballot: Ballot, verb: str, by: Actor, at: datetime) -> Ballot:
    save_numbered(ballot)
    note(ballot, by=by, at=at, verb=verb)
    return ballot


def take_effect(determination: Determination, release: Release, *, at: datetime) -> list[str]:
    """Let the determination on an Emergency take effect and return what it did in sentences."""
    option, why = Option(determination.outcome), f"Determination {determination.reference}."
    if determination.ballot.kind == Kind.WAIVER:
        if option is not Option.PROCEED or publishing_can.waive_notice.why_not(release):
            return ["The notice is not waived: activation waits for its end."]
        release = publishing.waive_notice(release, by=CLERK, at=at, why=why)
        return ["The notice is waived: each home may be activated 4 hours after its suppliers were served."]
    if option is Option.PROCEED:
        return ["The rest of the release proceeds."]
    return [_hold_the_rest(determination, release, at)]


def _hold_the_rest(determination: Determination, release: Release, at: datetime) -> str:
    condition = determination.until or f"Until a new determination replaces {determination.reference}."
    holds.place(
        release,
        Cohort(),
        stage=Stage.BOTH,
        cause=Cause.DETERMINATION,
        cause_id=determination.pk,
        cause_text=f"Determination {determination.reference} on the review of {release.reference}",
        condition=condition,
        by=CLERK,
        at=at,
    )
    return f"Held: the homes not yet activated. {condition}"
