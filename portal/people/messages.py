"""What people are told about their accounts, agents and seats."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people import recipients
from portal.people.models import Appointment, Membership, Seat


class _AboutMembership(Notification):
    """To the person whose role it is."""

    membership: Membership

    @property
    def url(self) -> str:
        return reverse("people:account")

    @property
    def reference(self) -> tuple[str, int]:
        return ("people.membership", self.membership.pk)

    def recipients(self) -> Iterable[Recipient]:
        return [recipients.of_user(self.membership.user)]

    def context(self) -> dict[str, Any]:
        return {"membership": self.membership}


@dataclass(frozen=True)
class Invited(_AboutMembership):
    """A new person is told where to choose a password. ``link`` is the address of that page."""

    kind: ClassVar[str] = "people.invited"
    title: ClassVar[str] = "Invitation to the portal"
    template: ClassVar[str] = "people/invited.txt"
    statutory: ClassVar[bool] = True

    membership: Membership
    link: str

    @property
    def subject(self) -> str:
        return "You are invited to the Communications Hub Firmware Portal"

    @property
    def url(self) -> str:
        return ""  # nothing to read until the password is set


@dataclass(frozen=True)
class MembershipAdded(_AboutMembership):
    kind: ClassVar[str] = "people.membership_added"
    title: ClassVar[str] = "A role of mine was added"
    template: ClassVar[str] = "people/membership_added.txt"

    membership: Membership

    @property
    def subject(self) -> str:
        return f"You are now {self.membership.get_role_display()} for {self.membership.organisation}"


@dataclass(frozen=True)
class MembershipEnded(_AboutMembership):
    kind: ClassVar[str] = "people.membership_ended"
    title: ClassVar[str] = "A role of mine ended"
    template: ClassVar[str] = "people/membership_ended.txt"
    statutory: ClassVar[bool] = True

    membership: Membership

    @property
    def subject(self) -> str:
        return f"You are no longer {self.membership.get_role_display()} for {self.membership.organisation}"


class _AboutAppointment(Notification):
    """To the agent and the supplier."""

    appointment: Appointment

    @property
    def url(self) -> str:
        return reverse("people:organisation")

    @property
    def reference(self) -> tuple[str, int]:
        return ("people.appointment", self.appointment.pk)

    def recipients(self) -> Iterable[Recipient]:
        return recipients.of_organisations([self.appointment.rsa, self.appointment.supplier])

    def context(self) -> dict[str, Any]:
        return {"appointment": self.appointment}


@dataclass(frozen=True)
class AgentAppointed(_AboutAppointment):
    kind: ClassVar[str] = "people.agent_appointed"
    title: ClassVar[str] = "An agent was appointed"
    template: ClassVar[str] = "people/agent_appointed.txt"

    appointment: Appointment

    @property
    def subject(self) -> str:
        return f"{self.appointment.rsa} now acts for {self.appointment.supplier}"


@dataclass(frozen=True)
class AppointmentEnded(_AboutAppointment):
    kind: ClassVar[str] = "people.appointment_ended"
    title: ClassVar[str] = "An agent's appointment ended"
    template: ClassVar[str] = "people/appointment_ended.txt"
    statutory: ClassVar[bool] = True

    appointment: Appointment

    @property
    def subject(self) -> str:
        return f"{self.appointment.rsa} no longer acts for {self.appointment.supplier}"


class _AboutSeat(Notification):
    """To the person whose seat it is."""

    seat: Seat

    @property
    def url(self) -> str:
        return reverse("people:committee", args=[self.seat.committee.slug])

    @property
    def reference(self) -> tuple[str, int]:
        return ("people.seat", self.seat.pk)

    def recipients(self) -> Iterable[Recipient]:
        return [recipients.of_user(self.seat.user)]

    def context(self) -> dict[str, Any]:
        return {"seat": self.seat}


@dataclass(frozen=True)
class Seated(_AboutSeat):
    kind: ClassVar[str] = "people.seated"
    title: ClassVar[str] = "I was given a seat on a committee"
    template: ClassVar[str] = "people/seated.txt"

    seat: Seat

    @property
    def subject(self) -> str:
        return f"You sit on the {self.seat.committee} as {self.seat.get_capacity_display()}"


@dataclass(frozen=True)
class SeatEnded(_AboutSeat):
    kind: ClassVar[str] = "people.seat_ended"
    title: ClassVar[str] = "My seat on a committee ended"
    template: ClassVar[str] = "people/seat_ended.txt"
    statutory: ClassVar[bool] = True

    seat: Seat

    @property
    def subject(self) -> str:
        return f"Your seat on the {self.seat.committee} has ended"
