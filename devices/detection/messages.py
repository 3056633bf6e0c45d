"""What is told about proposed holds: to those who run rollouts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from devices.detection.models import Proposal
from portal.delivery.messages import Notification, Recipient
from portal.people.models import Role
from portal.people.recipients import with_role
from releases.publishing.classification import told


@dataclass(frozen=True)
class HoldProposed(Notification):
    """The portal proposes a hold: told to DCC's release managers, who decide, and the CSP operators."""

    kind: ClassVar[str] = "detection.proposed"
    title: ClassVar[str] = "A hold is proposed for homes that give signs of trouble"
    template: ClassVar[str] = "detection/proposed.txt"

    proposal: Proposal
    at: datetime

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the release's classification
        return self.proposal.rollout.release.is_restricted

    @property
    def subject(self) -> str:
        return f"A hold is proposed in rollout {self.proposal.rollout.reference}"

    @property
    def about(self) -> str:
        return self.proposal.rollout.release.reference

    @property
    def url(self) -> str:
        return reverse("detection:proposal", args=[self.proposal.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("detection.proposal", self.proposal.pk)

    def recipients(self) -> Iterable[Recipient]:
        """Everybody who runs rollouts today and may know of the release."""
        found = [*with_role(Role.RELEASE_MANAGER, self.at), *with_role(Role.CSP_OPERATOR, self.at)]
        return told(found, self.proposal.rollout.release, self.at)

    def context(self) -> dict[str, Any]:
        return {"proposal": self.proposal}
