"""What is told about holds: to the suppliers with homes in the cohort, their agents, and those behind the hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people import recipients
from portal.people.models import Appointment, Organisation, Role
from releases.holds import queries
from releases.holds.can import lift_notice_over
from releases.holds.models import Hold
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.publishing.classification import told


class _AboutHold(Notification):
    hold: Hold

    @property
    def about(self) -> str:
        return self.hold.release.reference if self.hold.release else ""

    @property
    def url(self) -> str:
        return reverse("holds:hold", args=[self.hold.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("holds.hold", self.hold.pk)

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the release's classification
        return self.hold.release is not None and self.hold.release.is_restricted

    def recipients(self) -> Iterable[Recipient]:
        concerned = queries.concerned(self.hold)
        agents = Appointment.objects.current(self.at).filter(supplier__in=concerned).values("rsa")
        found = Organisation.objects.filter(Q(pk__in=concerned) | Q(pk__in=agents), is_active=True)
        return self.readers(found)

    @property
    def at(self) -> datetime:
        """The moment it is about."""
        return self.hold.lifted_at or self.hold.lift_notified_at or self.hold.placed_at

    def readers(self, organisations: Iterable[Organisation]) -> list[Recipient]:
        """Return those of the organisations that may know of the hold's release, as recipients."""
        return told(recipients.of_organisations(organisations), self.hold.release, self.at)

    def context(self) -> dict[str, Any]:
        cohort = Cohort.of(self.hold)
        cells = queries.cells_of(cohort, self.hold.release)
        return {"hold": self.hold, "cohort": cohorts.words(cohort), "counts": cohorts.counts(cells)}


@dataclass(frozen=True)
class HoldPlaced(_AboutHold):
    """Hubs of the cohort stay as they are from now on."""

    kind: ClassVar[str] = "holds.placed"
    title: ClassVar[str] = "A hold was placed on homes of mine"
    template: ClassVar[str] = "holds/placed.txt"

    hold: Hold

    @property
    def subject(self) -> str:
        release = self.hold.release.reference if self.hold.release else "every release"
        return f"Hold {self.hold} placed on {release}"


@dataclass(frozen=True)
class LiftAnnounced(_AboutHold):
    """Those behind an issue's hold hear 2 Working Days before that it will end (Holds)."""

    kind: ClassVar[str] = "holds.lift_announced"
    title: ClassVar[str] = "A hold I am behind will end"
    template: ClassVar[str] = "holds/lift_announced.txt"
    statutory: ClassVar[bool] = True

    hold: Hold
    why: str

    @property
    def subject(self) -> str:
        return f"Hold {self.hold} will end"

    def recipients(self) -> Iterable[Recipient]:
        return self.readers(Organisation.objects.filter(pk__in=self.hold.parties, is_active=True))

    def context(self) -> dict[str, Any]:
        return {**super().context(), "why": self.why, "from_when": lift_notice_over(self.hold)}


@dataclass(frozen=True)
class ReviewDue(_AboutHold):
    """DCC is asked whether a hold still stands."""

    kind: ClassVar[str] = "holds.review_due"
    title: ClassVar[str] = "A hold is due for review"
    template: ClassVar[str] = "holds/review_due.txt"

    hold: Hold

    @property
    def subject(self) -> str:
        return f"Does hold {self.hold} still stand?"

    @property
    def at(self) -> datetime:
        """When DCC was asked."""
        return self.hold.review_asked_at or super().at

    def recipients(self) -> Iterable[Recipient]:
        return told(recipients.with_role(Role.RELEASE_MANAGER, self.at), self.hold.release, self.at)


@dataclass(frozen=True)
class HoldLifted(_AboutHold):
    """The cohort's hubs may move again; the dates of the catch-up wave are told by the rollout."""

    kind: ClassVar[str] = "holds.lifted"
    title: ClassVar[str] = "A hold on homes of mine was lifted"
    template: ClassVar[str] = "holds/lifted.txt"

    hold: Hold

    @property
    def subject(self) -> str:
        return f"Hold {self.hold} lifted"
