"""The dates of objections, ballots, meetings and determinations for the calendar."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from portal.pages.contributions import Dated
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import last_changed
from releases.ballots import queries
from releases.ballots.models import RUNNING, Ballot, Determination, Meeting, Objection
from releases.ballots.states import BallotState, ObjectionState

ANSWERS = {
    ObjectionState.LODGED: "to be admitted or returned",
    ObjectionState.ADMITTED: "DCC's answer due",
    ObjectionState.NARROWED: "objector's answer due",
}


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """Yield answers due, votes opening and closing and appeal windows ending, among what the actor may see."""
    yield from _objections(actor, start, end)
    yield from _ballots(actor, start, end)
    yield from _appeals(actor, start, end)
    yield from _meetings(actor, start, end)


def _at(name: str, reference: str) -> str:
    return reverse(f"ballots:{name}", args=[reference])


def _objections(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    own = {actor.organisation_id, *actor.suppliers}
    answers = actor.has(Permission.ADMIT_OBJECTIONS) or actor.has(Permission.ANSWER_OBJECTIONS)
    waiting = queries.objections(actor).filter(state__in=ANSWERS, due_at__gte=start, due_at__lt=end)
    for row in waiting.select_related("release").annotate(changed_at=last_changed(Objection)):
        yield Dated(
            row.due_at or start,
            f"{row.reference}: {ANSWERS[ObjectionState(row.state)]}",
            _at("objection", row.reference),
            "confirmed",
            key=f"objection-{row.pk}-due",
            kind="objection",
            release=row.release.reference,
            own=answers or row.organisation_id in own,
            ends=True,
            sequence=row.version,
            changed_at=row.changed_at,
        )


def _ballots(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    void = Q(state=BallotState.VOID, noticed_at__isnull=False)
    near = Q(opens_at__gte=start, opens_at__lt=end) | Q(closes_at__gte=start, closes_at__lt=end)
    rows = queries.ballots(actor).filter(near, Q(state__in=RUNNING) | void).select_related("release")
    for ballot in rows.annotate(changed_at=last_changed(Ballot)):
        moments = (
            (ballot.opens_at, "voting may open", "done" if ballot.opened_at else "confirmed"),
            (ballot.closes_at, "voting closes", "confirmed"),
        )
        for moment, words, status in moments:
            if moment and start <= moment < end:
                yield Dated(
                    moment,
                    f"{ballot.reference}: {words}",
                    _at("ballot", ballot.reference),
                    "cancelled" if ballot.state == BallotState.VOID else status,
                    key=f"ballot-{ballot.pk}-{words.rpartition(' ')[2]}",
                    kind="ballot",
                    release=ballot.release.reference,
                    own=ballot.committee_id in actor.committees,
                    ends=words == "voting closes",
                    sequence=ballot.version,
                    changed_at=ballot.changed_at,
                )


def _appeals(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    rows = queries.determinations(actor).filter(appeal_until__gte=start, appeal_until__lt=end)
    for row in rows.select_related("ballot__release").annotate(changed_at=last_changed(Determination)):
        yield Dated(
            row.appeal_until or start,
            f"{row.reference}: appeal window ends",
            _at("determination", row.reference),
            "confirmed",
            key=f"determination-{row.pk}-appeal",
            kind="ballot",
            release=row.ballot.release.reference,
            own=row.ballot.committee_id in actor.committees,
            ends=True,
            sequence=row.version,
            changed_at=row.changed_at,
        )


def _meetings(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    rows = queries.meetings(actor).filter(starts_at__gte=start, starts_at__lt=end)
    for row in rows.annotate(changed_at=last_changed(Meeting)):
        yield Dated(
            row.starts_at,
            f"{row.reference}: the {row.committee} meets",
            _at("meeting", row.reference),
            "cancelled" if row.cancelled_at else "confirmed",
            until=row.ends_at,
            key=f"meeting-{row.pk}",
            kind="ballot",
            own=row.committee_id in actor.committees,
            sequence=row.version,
            changed_at=row.changed_at,
        )
