"""An objection's life up to the answer: lodged, joined, admitted or returned, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.people.models import Organisation
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, move, note, save
from releases.ballots import can, may, messages, queries
from releases.ballots.clocks import due
from releases.ballots.defaults import rules_at
from releases.ballots.models import Departure, Joinder, Objection, Remedy
from releases.ballots.states import ObjectionState
from releases.ballots.verbs import settling
from releases.ballots.verbs.evidence import Files, digests, keep
from releases.ballots.verbs.remedies import end_remitted_holds
from releases.holds.queries import cells_of
from releases.issues.models import Issue
from releases.products.cohorts import Cohort
from releases.publishing.endings import why_set_aside
from releases.publishing.models import Release


@dataclass(frozen=True)
class Grounds:
    """What an objector says: cited issues, cohort, evidence and the remedy sought.

    `is_limited` closes the gate for the cohort only; a deferral names its date.
    """

    issues: Sequence[Issue]
    cohort: Cohort
    evidence: str
    remedy: str
    defer_to: datetime | None = None
    is_limited: bool = False


@transaction.atomic
def lodge(
    release: Release,
    *,
    supplier: Organisation,
    grounds: Grounds,
    by: Actor,
    at: datetime,
    exhibits: Files = (),
    seen: int | None = None,
) -> Objection:
    """Lodge a supplier's objection to activation and return it; from now on it closes the gate.

    In the objection window it disputes the release, or closes the gate for its cohort where it is limited. A late
    one is always limited and closes nothing until SECAS admits it. Its files are evidence beside its text. Raises
    Invalid for grounds that do not hold together and files that are not allowed. Rule: cites one or more issues, its
    cohort, evidence and the remedy (Objection and ballot).
    """
    barrier.shut()
    release = lock(release, seen=seen)
    may.lodge(supplier.pk, by=by)
    _check(release, supplier, grounds, at)
    can.lodge(release, grounds.issues, at=at)
    is_late = not can.window_is_open(release, at)
    number = take_number(Objection)
    objection = Objection.objects.create(
        pk=number,
        reference=f"OBJ-{number:04d}",
        release=release,
        organisation=supplier,
        lodged_by_organisation=own_organisation(by),
        lodged_by_name=by.name,
        lodged_at=at,
        is_limited=grounds.is_limited or is_late,
        is_late=is_late,
        evidence=settling.brief(grounds.evidence, "evidence"),
        remedy=grounds.remedy,
        defer_to=grounds.defer_to,
        due_at=due(rules_at(at).clocks.admit, release, at),
        **grounds.cohort.as_fields(),
    )
    objection.issues.set(grounds.issues)
    kept = keep(objection, supplier, exhibits, by=by, at=at)
    data: dict[str, Jsonable] = {"supplier": supplier.name, "late": is_late, "files": digests(kept)}
    note(objection, by=by, at=at, verb="lodge", data=data)
    settling.dispute(objection, at=at)
    tell(messages.Lodged(objection, at), at=at)
    return objection


def own_organisation(by: Actor) -> Organisation:
    """The organisation this person works for: the supplier or its agent."""
    return Organisation.objects.get(pk=by.organisation_id or 0)


def _check(release: Release, supplier: Organisation, grounds: Grounds, at: datetime) -> None:
    wrong: dict[str, list[str]] = {}
    if not grounds.issues:
        wrong["issues"] = ["Cite at least one issue of this release."]
    if any(issue.release_id != release.pk for issue in grounds.issues):
        wrong["issues"] = ["Cite issues of this release only."]
    if repeats := can.lodge_once.why_not(release, supplier.pk, grounds.issues, grounds.cohort):
        wrong["issues"] = [repeats]
    if not cells_of(grounds.cohort, release).filter(homes__gt=0).exists():
        wrong["cohort"] = ["This selection has no homes that the release concerns."]
    if not grounds.evidence.strip():
        wrong["evidence"] = ["Describe the evidence."]
    if grounds.remedy not in Remedy.values:
        wrong["remedy"] = ["Choose the remedy you seek."]
    if grounds.remedy == Remedy.DEFER and (grounds.defer_to is None or grounds.defer_to <= at):
        wrong["defer_to"] = ["Give the date to defer to, in the future."]
    if grounds.remedy != Remedy.DEFER and grounds.defer_to is not None:
        wrong["defer_to"] = ["Only a deferral has a date."]
    if wrong:
        raise Invalid("The objection is not complete.", wrong)


@transaction.atomic
def join(
    objection: Objection,
    *,
    supplier: Organisation,
    statement: str,
    by: Actor,
    at: datetime,
    exhibits: Files = (),
    seen: int | None = None,
) -> Joinder:
    """Let another affected supplier join this objection before voting begins, with files of its own; returns its
    joinder."""
    objection = lock(objection, seen=seen)
    may.join(objection, supplier.pk, by=by)
    can.join(objection, supplier.pk)
    joinder = Joinder.objects.create(
        objection=objection,
        organisation=supplier,
        joined_by_organisation=own_organisation(by),
        joined_by_name=by.name,
        joined_at=at,
        statement=settling.brief(statement, "statement"),
    )
    kept = keep(objection, supplier, exhibits, by=by, at=at)
    note(objection, by=by, at=at, verb="join", data={"supplier": supplier.name, "files": digests(kept)})
    tell(messages.Joined(objection, at, supplier), at=at)
    return joinder


@transaction.atomic
def withdraw(objection: Objection, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Objection:
    """Withdraw from an objection before voting begins.

    Where others joined, the first of them carries it on as it stands: what they joined is not taken from them, and the
    gate does not open in between. Else it ends, with its provisional hold and, if it was the last, the dispute.
    """
    barrier.shut()
    objection = lock(objection, seen=seen)
    may.withdraw(objection, by=by)
    can.withdraw(objection)
    heir = queries.successor(objection)
    if heir:
        return _pass_on(objection, heir, why=why, by=by, at=at)
    _end(objection, to=ObjectionState.WITHDRAWN, verb="withdraw", why=why, by=by, at=at)
    tell(messages.Withdrawn(objection, at), at=at)
    return objection


def _pass_on(objection: Objection, heir: Organisation, *, why: str, by: Actor, at: datetime) -> Objection:
    """Make a party that joined the objector; a narrowing on offer is now its own to answer, with the whole clock."""
    Departure.objects.create(
        objection=objection,
        organisation=objection.organisation,
        carried_on_by=heir,
        by_name=by.name,
        why=why.strip(),
        at=at,
    )
    objection.organisation = heir
    if objection.state == ObjectionState.NARROWED:
        objection.due_at = due(rules_at(at).clocks.agree, objection.release, at)
    save(objection, "organisation", "due_at")
    note(objection, by=by, at=at, verb="withdraw", why=why, data={"carried_on_by": heir.name})
    tell(messages.CarriedOn(objection, at), at=at)
    return objection


@transaction.atomic
def lapse(objection: Objection, *, by: Actor, at: datetime) -> Objection:
    """Let an objection lapse because its release ended or returned to draft; ends its provisional hold."""
    barrier.shut()
    objection = lock(objection)
    may.lapse(objection, by=by)
    can.lapse(objection)
    why = why_set_aside(objection.release)
    _end(objection, to=ObjectionState.LAPSED, verb="lapse", why=why, by=by, at=at)
    tell(messages.Lapsed(objection, at), at=at)
    return objection


@transaction.atomic
def admit(objection: Objection, *, by: Actor, at: datetime, seen: int | None = None) -> Objection:
    """Admit an objection: DCC's clock to answer starts; a late one gets a provisional hold on its cohort.

    Rule: affected party, in time, evidence (Objection and ballot).
    """
    barrier.shut()
    objection = lock(objection, seen=seen)
    may.admit(objection, by=by)
    can.admit(objection)
    objection.due_at = due(rules_at(at).clocks.answer, objection.release, at)
    move(objection, to=ObjectionState.ADMITTED, by=by, at=at, verb="admit", fields=("due_at",))
    settling.hold_provisionally(objection, at=at)
    tell(messages.Admitted(objection, at), at=at)
    return objection


@transaction.atomic
def return_with_reasons(
    objection: Objection, *, reasons: str, by: Actor, at: datetime, seen: int | None = None
) -> Objection:
    """Return an objection that does not meet the conditions, with reasons; the dispute ends if it was the last."""
    barrier.shut()
    objection = lock(objection, seen=seen)
    may.return_with_reasons(objection, by=by)
    can.return_with_reasons(objection)
    objection.return_reason = settling.said(reasons, "reasons", "Give the reasons for returning the objection.")
    _end(objection, to=ObjectionState.RETURNED, verb="return_with_reasons", why=reasons, by=by, at=at)
    tell(messages.Returned(objection, at), at=at)
    return objection


def _end(objection: Objection, *, to: ObjectionState, verb: str, why: str, by: Actor, at: datetime) -> None:
    objection.due_at = None
    move(objection, to=to, by=by, at=at, verb=verb, why=why, fields=("due_at", "return_reason"))
    settling.drop_provisional_hold(objection, why=f"{objection.reference} was {to.label.lower()}.", at=at)
    end_remitted_holds(objection, at=at)
    settling.end_dispute(objection.release, at=at)
