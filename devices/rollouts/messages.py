"""What is told about rollouts: to those who run them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.urls import reverse

from devices.rollouts.models import NightlyCapacity, Rollout
from portal.delivery.messages import Notification, Recipient
from portal.people.models import Appointment, Organisation, Role
from portal.people.recipients import of_organisations, with_role
from releases.products import cohorts
from releases.products.models import Cell
from releases.publishing.classification import told


@dataclass(frozen=True)
class RolloutMoved(Notification):
    """A rollout has moved: told to DCC's release managers and the CSP operators."""

    kind: ClassVar[str] = "rollouts.moved"
    title: ClassVar[str] = "A rollout was planned, started, halted or finished"
    template: ClassVar[str] = "rollouts/moved.txt"

    rollout: Rollout
    what: str
    at: datetime
    why: str = ""

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the release's classification
        return self.rollout.release.is_restricted

    @property
    def subject(self) -> str:
        return f"Rollout {self.rollout.reference} {self.what}"

    @property
    def about(self) -> str:
        return self.rollout.release.reference

    @property
    def url(self) -> str:
        return reverse("rollouts:rollout", args=[self.rollout.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("rollouts.rollout", self.rollout.pk)

    def recipients(self) -> Iterable[Recipient]:
        """Everybody who runs rollouts today and may know of the release."""
        found = [*with_role(Role.RELEASE_MANAGER, self.at), *with_role(Role.CSP_OPERATOR, self.at)]
        return told(found, self.rollout.release, self.at)

    def context(self) -> dict[str, Any]:
        return {"rollout": self.rollout, "what": self.what, "why": self.why}


@dataclass(frozen=True)
class CatchUpPlanned(RolloutMoved):
    """Hubs that a hold kept back re-enter: told to their suppliers, those suppliers' agents and who runs rollouts."""

    kind: ClassVar[str] = "rollouts.catch_up"
    title: ClassVar[str] = "Hubs of mine that a hold kept back catch up"
    template: ClassVar[str] = "rollouts/catch_up.txt"

    def recipients(self) -> Iterable[Recipient]:
        """Whoever supplies a hub of it and may know of the release, their agents, and those who run rollouts."""
        numbers = {cell for row in self.rollout.batches.values_list("cell_numbers", flat=True) for cell in row}
        suppliers = cohorts.homes_by_supplier(Cell.objects.filter(number__in=numbers))
        agents = Appointment.objects.current(self.at).filter(supplier__in=suppliers).values("rsa")
        concerned = Organisation.objects.filter(Q(pk__in=suppliers) | Q(pk__in=agents), is_active=True)
        return [*super().recipients(), *told(of_organisations(concerned), self.rollout.release, self.at)]


@dataclass(frozen=True)
class CapacityStated(Notification):
    """A CSP has stated how many hubs a night it lets be asked: told to DCC's release managers."""

    kind: ClassVar[str] = "rollouts.capacity"
    title: ClassVar[str] = "A CSP stated its nightly capacity"
    template: ClassVar[str] = "rollouts/capacity.txt"

    capacity: NightlyCapacity
    at: datetime

    @property
    def subject(self) -> str:
        return f"Nightly capacity of region {self.capacity.get_region_display()} is stated"

    @property
    def url(self) -> str:
        return reverse("rollouts:capacity")

    @property
    def reference(self) -> tuple[str, int]:
        return ("rollouts.nightlycapacity", self.capacity.pk)

    def recipients(self) -> Iterable[Recipient]:
        """Every release manager of today."""
        return with_role(Role.RELEASE_MANAGER, self.at)

    def context(self) -> dict[str, Any]:
        return {"capacity": self.capacity}
