"""What is told when a ballot hears what has become the Security Sub-Committee's, and to whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Recipient
from portal.people.models import Seat
from portal.people.recipients import of_user
from releases.ballots.messages import AboutBallot, secretaries


@dataclass(frozen=True)
class Misplaced(AboutBallot):
    """SECAS is told what it can do: void the ballot, and draft one there."""

    kind: ClassVar[str] = "ballots.misplaced"
    title: ClassVar[str] = "A ballot has become another committee’s matter"
    template: ClassVar[str] = "ballots/misplaced.txt"
    what: ClassVar[str] = "the matter is restricted now, and another committee’s"
    to_chair: ClassVar[bool] = False

    def context(self) -> dict[str, Any]:
        return {"ballot": self.ballot, "to_chair": self.to_chair}

    def recipients(self) -> Iterable[Recipient]:
        return secretaries(self.at)


class MisplacedFromChair(Misplaced):
    """Its Chair and deputy see the ballot no more: they are told why, and nothing of the issue."""

    to_chair = True

    @property
    def url(self) -> str:
        return reverse("people:committee", args=[self.ballot.committee.slug])

    def recipients(self) -> Iterable[Recipient]:
        preside = (Seat.Capacity.CHAIR, Seat.Capacity.DEPUTY)
        seats = Seat.objects.current(self.at).filter(committee=self.ballot.committee, capacity__in=preside)
        return [of_user(seat.user) for seat in seats.filter(user__is_active=True).select_related("user").order_by("pk")]
