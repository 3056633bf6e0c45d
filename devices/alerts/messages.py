"""What is told about alerts: a summary a day to each supplier, and that a webhook was given up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.urls import reverse

from devices.alerts.models import Webhook
from devices.alerts.queries import Day
from portal.delivery.messages import Notification, Recipient
from portal.pages.templatetags.words import uk_date
from portal.people.models import Organisation, Role
from portal.people.recipients import of_organisations, with_role


@dataclass(frozen=True)
class DaySummed(Notification):
    """Hubs of a supplier activated on a day: one summary, never a mail a hub."""

    kind: ClassVar[str] = "alerts.summary"
    title: ClassVar[str] = "Hubs of mine activated: a summary of the day"
    template: ClassVar[str] = "alerts/summary.txt"

    supplier: Organisation
    day: date
    rows: list[Day]

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the releases' classification
        return any(row.rollout.release.is_restricted for row in self.rows)

    @property
    def subject(self) -> str:
        return f"{sum(row.hubs for row in self.rows):,} of your hubs activated on {uk_date(self.day)}"

    @property
    def url(self) -> str:
        return reverse("alerts:alerts")

    @property
    def reference(self) -> tuple[str, int]:
        return ("people.organisation", self.supplier.pk)

    def recipients(self) -> Iterable[Recipient]:
        """The supplier itself."""
        return of_organisations([self.supplier])

    def context(self) -> dict[str, Any]:
        return {"day": self.day, "rows": self.rows}


@dataclass(frozen=True)
class WebhookGivenUp(Notification):
    """A supplier's system took no call for so long that the portal calls no more: told to its people."""

    kind: ClassVar[str] = "alerts.webhook_given_up"
    title: ClassVar[str] = "The webhook of my organisation was given up"
    template: ClassVar[str] = "alerts/given_up.txt"

    webhook: Webhook
    at: datetime

    @property
    def subject(self) -> str:
        return "Your webhook for activation alerts was given up"

    @property
    def url(self) -> str:
        return reverse("alerts:webhook")

    @property
    def reference(self) -> tuple[str, int]:
        return ("alerts.webhook", self.webhook.pk)

    def recipients(self) -> Iterable[Recipient]:
        """The supplier's people of today."""
        return with_role(Role.SUPPLIER_USER, self.at, organisation=self.webhook.organisation_id)

    def context(self) -> dict[str, Any]:
        return {"webhook": self.webhook}
