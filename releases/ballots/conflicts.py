"""Who on a committee is a party to the matter when a ballot opens, and how many are left to vote."""

from datetime import datetime

from portal.people.models import Membership, OrganisationKind, Seat
from releases.ballots.models import Ballot, Departure, Joinder, Objection
from releases.ballots.paper import Kind
from releases.ballots.roll import VOTING


def conflict(ballot: Ballot, seat: Seat, at: datetime) -> str:
    """Why this person is conflicted, or an empty text.

    Rule: the objector, those who joined, their RSAs for this matter, and DCC; being affected alone is no
    conflict. A person counts for every organisation they work for, not only the one their seat names.
    """
    employers = Membership.objects.current(at).filter(user=seat.user_id)
    own = {seat.organisation_id, *employers.values_list("organisation_id", flat=True)}
    for organisation, reason in _parties(ballot).items():
        if organisation in own:
            return reason
    kinds = {seat.organisation.kind} if seat.organisation else set()
    kinds |= set(employers.values_list("organisation__kind", flat=True))
    if OrganisationKind.DCC not in kinds:
        return ""
    return "DCC answers the objection." if ballot.kind == Kind.OBJECTIONS else "The release is DCC's own."


def seats_with_a_vote(ballot: Ballot, at: datetime) -> int:
    """How many seats would have a vote if the roll were frozen now: parties and whoever presides left out."""
    seats = Seat.objects.current(at).filter(committee=ballot.committee, user__is_active=True)
    free = [seat.capacity for seat in seats.select_related("organisation") if not conflict(ballot, seat, at)]
    presides = Seat.Capacity.CHAIR not in free and Seat.Capacity.DEPUTY in free
    return sum(capacity in VOTING for capacity in free) - presides


def _parties(ballot: Ballot) -> dict[int, str]:
    found: dict[int, str] = {}
    objections = Objection.objects.filter(ballots=ballot)
    for joinder in Joinder.objects.filter(objection__in=objections):
        found[joinder.joined_by_organisation_id] = "Acted for a party that joined the objection."
        found[joinder.organisation_id] = "Joined the objection."
    for objection in objections:
        found[objection.lodged_by_organisation_id] = "Acted for the objector."
    for departure in Departure.objects.filter(objection__in=objections):
        found[departure.organisation_id] = "Lodged the objection, or carried it on, and left it."
    for objection in objections.prefetch_related("departures"):
        carried_on = bool(objection.departures.all())
        found[objection.organisation_id] = "Carries the objection on." if carried_on else "Lodged the objection."
    return found
