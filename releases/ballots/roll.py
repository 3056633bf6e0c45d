"""The roll of a ballot as it stands: who presides, who votes, who is recused, who has voted."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from portal.people.models import Seat
from portal.workflow.actor import Actor
from portal.workflow.errors import NotAllowed
from releases.ballots.models import Ballot, Declaration, Entitlement, Ruling, Vote

VOTING = (Seat.Capacity.MEMBER, Seat.Capacity.DEPUTY)


def is_recused(row: Entitlement) -> bool:
    """Whether this person takes no part.

    A party to the matter is recused, and so is who declares an interest, until the Chair or deputy rules; nobody takes
    an interest back by declaring that there is none, and a new one asks for a new ruling. Rule: recused unless the
    Chair rules otherwise.
    """
    ruling = last_ruling(row)
    if awaits_ruling(row):
        return True
    return ruling.recused if ruling else row.is_conflicted


def last_ruling(row: Entitlement) -> Ruling | None:
    """The ruling that counts."""
    return max(row.rulings.all(), key=lambda one: one.pk, default=None)


def last_declaration(row: Entitlement) -> Declaration | None:
    """The declaration that counts."""
    return max(row.declarations.all(), key=lambda one: one.pk, default=None)


def last_interest(row: Entitlement) -> Declaration | None:
    """The interest last declared, also where none was declared since."""
    return max((one for one in row.declarations.all() if one.has_interest), key=lambda one: one.pk, default=None)


def awaits_ruling(row: Entitlement) -> bool:
    """Whether an interest was declared that nobody has ruled on."""
    ruling, interest = last_ruling(row), last_interest(row)
    return interest is not None and (ruling is None or interest.at > ruling.at)


@dataclass(frozen=True)
class Roll:
    """The frozen rows of one ballot with what was declared and ruled since."""

    rows: tuple[Entitlement, ...]
    voted: frozenset[int]

    def of(self, user_id: int | None) -> Entitlement | None:
        """The row of this person, or None."""
        return next((row for row in self.rows if row.user_id == user_id), None)

    def own(self, by: Actor) -> Entitlement:
        """The row of this actor. Raises NotAllowed for somebody who is not on the roll."""
        row = self.of(by.user_id)
        if row is None:
            raise NotAllowed("You are not on the roll of this ballot.")
        return row

    @cached_property
    def presiding(self) -> Entitlement | None:
        """Who holds the casting vote: the Chair, or a deputy where the Chair is conflicted."""
        return next((row for row in self._chairs if not is_recused(row)), None)

    def arbiter(self, row: Entitlement) -> Entitlement | None:
        """Who rules on this person's interest: the Chair, else a deputy; nobody on their own."""
        return next((one for one in self._chairs if one != row and not is_recused(one)), None)

    @cached_property
    def seats(self) -> tuple[Entitlement, ...]:
        """The seats with an ordinary vote, the recused included. Rule: the Chair has only the casting vote."""
        return tuple(row for row in self.rows if row.capacity in VOTING and row != self.presiding)

    @cached_property
    def recused(self) -> tuple[Entitlement, ...]:
        """The seats that leave the base."""
        return tuple(row for row in self.seats if is_recused(row))

    @cached_property
    def base(self) -> tuple[Entitlement, ...]:
        """The seats that count for quorum."""
        return tuple(row for row in self.seats if row not in self.recused)

    def voters(self, seat: Entitlement) -> tuple[Entitlement, ...]:
        """Who may vote for a seat: the member, whose vote counts before any other, then the alternates."""
        alternates = [row for row in self.rows if row.alternate_for_id == seat.pk and not is_recused(row)]
        return (seat, *alternates)

    def counted(self, seat: Entitlement) -> Entitlement | None:
        """Whose vote counts for the seat, or None while nobody has voted for it."""
        return next((row for row in self.voters(seat) if row.pk in self.voted), None)

    def is_alone(self, row: Entitlement) -> bool:
        """Whether nobody else votes in this person's category, so that its tally tells the vote."""
        return sum(seat.constituency == (row.alternate_for or row).constituency for seat in self.base) <= 1

    @cached_property
    def turnout(self) -> int:
        """How many seats of the base have voted."""
        return sum(self.counted(seat) is not None for seat in self.base)

    @cached_property
    def _chairs(self) -> tuple[Entitlement, ...]:
        chairs = [row for row in self.rows if row.capacity == Seat.Capacity.CHAIR]
        deputies = [row for row in self.rows if row.capacity == Seat.Capacity.DEPUTY]
        return (*chairs, *deputies)


def roll_of(ballot: Ballot) -> Roll:
    """The roll of this ballot, read now; no vote is read, only who has cast one."""
    return rolls_of([ballot])[ballot.pk]


def rolls_of(ballots: Iterable[Ballot]) -> dict[int, Roll]:
    """The rolls of these ballots by their ids, read together."""
    rows: dict[int, list[Entitlement]] = {ballot.pk: [] for ballot in ballots}
    voted: dict[int, set[int]] = {pk: set() for pk in rows}
    found = Entitlement.objects.filter(ballot__in=rows).order_by("pk").select_related("alternate_for")
    for row in found.prefetch_related("declarations", "rulings"):
        rows[row.ballot_id].append(row)
    casts = Vote.objects.filter(entitlement__ballot__in=rows)
    for ballot, entitlement in casts.values_list("entitlement__ballot_id", "entitlement_id").distinct():
        voted[ballot].add(entitlement)
    return {pk: Roll(rows=tuple(rows[pk]), voted=frozenset(voted[pk])) for pk in rows}
