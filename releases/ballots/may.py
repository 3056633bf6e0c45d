"""Who may do what with objections and ballots."""

from portal.people.models import OrganisationKind, Seat
from portal.people.permissions import Permission
from portal.workflow.actor import Actor, Channel
from portal.workflow.rules import who
from releases.ballots.models import Ballot, Determination, Entitlement, Objection
from releases.ballots.roll import Roll, awaits_ruling, is_recused

PROOF_MINUTES = 15


def _acts_for(supplier_id: int, by: Actor) -> str | None:
    if by.has(Permission.OBJECT) and supplier_id in by.suppliers:
        return None
    return "Only the supplier itself, or an agent that it has appointed, may do this."


def _secretary(by: Actor, permission: Permission, what: str) -> str | None:
    return None if by.has(permission) else f"Only the SECAS secretary {what}."


def _dcc(by: Actor) -> str | None:
    if by.kind == OrganisationKind.DCC and by.has(Permission.ANSWER_OBJECTIONS):
        return None
    return "Only a DCC release manager answers an objection."


@who
def lodge(supplier_id: int, *, by: Actor) -> str | None:
    """Rule: an RSA acts for the supplier it names; the act stays with that supplier."""
    return _acts_for(supplier_id, by)


@who
def join(objection: Objection, supplier_id: int, *, by: Actor) -> str | None:
    if supplier_id == objection.organisation_id:
        return "The objector need not join its own objection."
    return _acts_for(supplier_id, by) or _is_not_told(objection, supplier_id)


def _is_not_told(objection: Objection, supplier_id: int) -> str | None:
    """Rule: a security issue is visible only to its raiser, DCC and the Security Sub-Committee (Issues): an agent of
    two suppliers does not open it to the other by letting it join."""
    issues = [issue for issue in objection.issues.all() if issue.is_security]
    if all(issue.organisation_id == supplier_id for issue in issues):
        return None
    return "This supplier may not know of the security issue that the objection cites, so it cannot join."


@who
def add_evidence(objection: Objection, supplier_id: int, *, by: Actor) -> str | None:
    """Rule: the evidence is the objector's, and theirs who joined, each for itself."""
    joined = objection.joinders.filter(organisation=supplier_id).exists()
    if supplier_id == objection.organisation_id or joined:
        return _acts_for(supplier_id, by)
    return "Only the objector and those who joined put evidence forward."


@who
def withdraw(objection: Objection, *, by: Actor) -> str | None:
    return _acts_for(objection.organisation_id, by)


@who
def admit(objection: Objection, *, by: Actor) -> str | None:
    return _secretary(by, Permission.ADMIT_OBJECTIONS, "admits or returns an objection")


return_with_reasons = admit


@who
def keep_rules(*, by: Actor) -> str | None:
    return _secretary(by, Permission.RUN_BALLOTS, "keeps the voting rules")


@who
def accept(objection: Objection, *, by: Actor) -> str | None:
    return _dcc(by)


narrow = accept


@who
def contest(objection: Objection, *, by: Actor) -> str | None:
    """Rule: silence past the clock counts as contest, which the portal itself records."""
    return None if by.is_system else _dcc(by)


@who
def agree(objection: Objection, *, by: Actor) -> str | None:
    return _acts_for(objection.organisation_id, by)


@who
def disagree(objection: Objection, *, by: Actor) -> str | None:
    """Rule: where the objector does not agree in time it counts as contested, which the portal records."""
    return None if by.is_system else _acts_for(objection.organisation_id, by)


@who
def draft(*, by: Actor) -> str | None:
    return _secretary(by, Permission.RUN_BALLOTS, "prepares a ballot")


@who
def call_meeting(*, by: Actor) -> str | None:
    return _secretary(by, Permission.RUN_BALLOTS, "calls a meeting and sets its agenda")


cancel_meeting = put_on_agenda = call_meeting


@who
def notice(ballot: Ballot, *, by: Actor) -> str | None:
    return _secretary(by, Permission.RUN_BALLOTS, "gives notice of a ballot")


@who
def open_voting(ballot: Ballot, *, by: Actor) -> str | None:
    return _secretary(by, Permission.RUN_BALLOTS, "opens a ballot")


@who
def begin(ballot: Ballot, *, by: Actor) -> str | None:
    return None if by.is_system else "Only the portal's clock opens a ballot as its meeting begins."


@who
def extend(ballot: Ballot, *, by: Actor) -> str | None:
    return _secretary(by, Permission.RUN_BALLOTS, "extends a ballot")


@who
def refer(ballot: Ballot, *, by: Actor) -> str | None:
    return _secretary(by, Permission.RUN_BALLOTS, "refers a ballot to the Panel")


@who
def count(ballot: Ballot, *, by: Actor) -> str | None:
    return _secretary(by, Permission.RUN_BALLOTS, "has a closed ballot counted again")


@who
def lapse(objection: Objection, *, by: Actor) -> str | None:
    """Rule: only the portal lets an objection lapse, when its release ends or returns to draft."""
    return None if by.is_system else "An objection lapses by itself when its release ends or returns to draft."


@who
def tell_misplaced(ballot: Ballot, *, by: Actor) -> str | None:
    return None if by.is_system else "The portal itself tells that a ballot is another committee’s now."


@who
def void(ballot: Ballot, *, by: Actor) -> str | None:
    """Rule: SECAS voids a ballot; the portal does where the release has ended or returned to draft."""
    if by.is_system:
        return None
    return _secretary(by, Permission.RUN_BALLOTS, "voids a ballot")


@who
def determine(ballot: Ballot, *, by: Actor) -> str | None:
    if by.is_system:
        return None
    return _secretary(by, Permission.RUN_BALLOTS, "records a determination under the rule for its case")


@who
def publish(ballot: Ballot, *, by: Actor) -> str | None:
    return _secretary(by, Permission.PUBLISH_DETERMINATIONS, "publishes a determination")


@who
def record_appeal(ballot: Ballot, *, by: Actor) -> str | None:
    return _secretary(by, Permission.PUBLISH_DETERMINATIONS, "records an appeal and its outcome")


record_appeal_outcome = record_appeal


@who
def dossier(determination: Determination, *, by: Actor) -> str | None:
    """Who voted how is in it by name, so SECAS hands it to whoever audits a decision."""
    return _secretary(by, Permission.PUBLISH_DETERMINATIONS, "takes a decision out of the portal as a file")


@who
def add_statement(ballot: Ballot, organisation_id: int, *, by: Actor) -> str | None:
    """Rule: the objector, those who joined, and DCC may put statements on the page."""
    parties = set(ballot.objections.values_list("organisation", flat=True))
    parties |= set(ballot.objections.filter(joinders__isnull=False).values_list("joinders__organisation", flat=True))
    if organisation_id in parties:
        return _acts_for(organisation_id, by)
    if organisation_id == by.organisation_id and not _dcc(by):
        return None
    return "Only the objector, those who joined, and DCC put statements on the page."


@who
def declare(roll: Roll, *, by: Actor) -> str | None:
    row = roll.of(by.user_id)
    return _by_key(row, by) if row else "You are not on the roll of this ballot."


def _by_key(row: Entitlement, by: Actor) -> str | None:
    """Rule: a key acts only where it was made for, and while its maker sits there."""
    if by.channel != Channel.API or row.ballot.committee_id in by.committees:
        return None
    return "This key acts in no seat on the committee of this ballot."


@who
def rule_on_interest(roll: Roll, entitlement: Entitlement, *, by: Actor) -> str | None:
    """Rule: the Chair rules on interests; a deputy where the Chair is conflicted or it is the Chair's own."""
    arbiter = roll.arbiter(entitlement)
    if arbiter and arbiter.user_id == by.user_id:
        return _by_key(arbiter, by)
    return "Only the Chair rules on an interest, or a deputy where the Chair is conflicted."


@who
def cast(roll: Roll, *, by: Actor) -> str | None:
    """Rule: the Chair has only the casting vote; the recused do not vote; casting is done in person on the page."""
    row = roll.of(by.user_id)
    if row is None:
        return "You are not on the roll of this ballot."
    if by.channel != Channel.PAGE:
        return "A vote is cast in person on the page, never through the API."
    if row == roll.presiding or row.capacity == Seat.Capacity.CHAIR:
        return "The Chair has only the casting vote."
    if awaits_ruling(row):
        return "You declared an interest: you are recused until the Chair rules on it."
    if is_recused(row):
        return "You are recused from this matter and do not vote on it."
    seat = row.alternate_for
    if seat and is_recused(seat):
        return f"{seat.name}, for whom you stand in, is recused: that seat does not vote."
    if seat and seat == roll.presiding:
        return f"{seat.name}, for whom you stand in, presides: that seat has only the casting vote."
    return None


@who
def read_own_vote(roll: Roll, *, by: Actor) -> str | None:
    """Rule: votes are readable by nobody but the voter until close."""
    row = roll.of(by.user_id)
    if row and row.pk in roll.voted and by.channel == Channel.PAGE:
        return None
    return "You have cast no vote in this ballot."


@who
def close(ballot: Ballot, roll: Roll, *, by: Actor) -> str | None:
    """Rule: a ballot is closed by the clock or by the Chair; SECAS may close one whose time is over."""
    if by.is_system or by.has(Permission.RUN_BALLOTS):
        return None
    if roll.presiding and _presides(roll, by):
        return _by_key(roll.presiding, by)
    return "A ballot is closed by the clock, the Chair or the SECAS secretary."


@who
def casting_vote(roll: Roll, *, by: Actor) -> str | None:
    if _presides(roll, by) and by.channel == Channel.PAGE:
        return None
    return "Only the Chair gives the casting vote, or a deputy where the Chair is conflicted."


def _presides(roll: Roll, by: Actor) -> bool:
    return by.user_id is not None and roll.presiding is not None and roll.presiding.user_id == by.user_id
