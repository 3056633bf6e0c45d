"""A ballot prepared on contested objections."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from portal.people.models import Committee
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.references import take_number
from portal.workflow.transitions import note
from releases.ballots import can, may
from releases.ballots.models import Ballot, Objection
from releases.ballots.verbs import settling
from releases.publishing.models import Release


@transaction.atomic
def draft(
    release: Release,
    *,
    committee: Committee,
    objections: Sequence[Objection],
    question: str,
    defer_to: datetime,
    by: Actor,
    at: datetime,
    replaces: Ballot | None = None,
    recommends: bool = False,
) -> Ballot:
    """Prepare a ballot that hears these contested objections to one release, and return it.

    With `recommends` a Sub-Committee only recommends; the Panel's ballot on the same objections follows it.
    Rule: several objections are heard together when the same answer would settle them. Raises Invalid for a committee
    that does not hear them. A number is taken last: a draft that is refused leaves no gap.
    """
    heard = list(
        Objection.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=[one.pk for one in objections])
        .order_by("pk")
    )
    may.draft(by=by)
    if defer_to <= at:
        raise Invalid("The deferral date is past.", {"defer_to": ["Give a date in the future."]})
    ballot = prepared(
        release,
        committee,
        question,
        at,
        subject=",".join(str(one.pk) for one in heard),
        defer_to=defer_to,
        replaces=replaces,
        recommends=recommends,
        follows=can.recommendation_on(heard),
    )
    if wrong := can.hear.why_not(ballot, heard):
        raise Invalid(wrong, {"committee": [wrong]})
    can.draft(ballot, heard)
    save_numbered(ballot)
    ballot.objections.set(heard)
    note(ballot, by=by, at=at, verb="draft", data={"objections": [one.reference for one in heard]})
    return ballot


def prepared(release: Release, committee: Committee, question: str, at: datetime, **facts: Any) -> Ballot:
    """A new ballot without a number, not yet saved."""
    return Ballot(
        release=release,
        committee=committee,
        question=settling.said(question, "question", "Say what the committee is asked."),
        drafted_at=at,
        **facts,
    )


def save_numbered(ballot: Ballot) -> None:
    """Save a new ballot under the next number."""
    ballot.pk = take_number(Ballot)
    ballot.reference = f"BAL-{ballot.pk:04d}"
    ballot.save(force_insert=True)
