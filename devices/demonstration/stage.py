"""The stage on which the stories play: who there is, what time it is, and the portal's own work at that time."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from devices.demonstration.cast import Players
from devices.rollouts.tasks import ENGINE
from portal.delivery import tasks as delivery
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.working_days import LONDON, add_working_days, london_day
from releases.ballots import tasks as ballots
from releases.gates import tasks as gates
from releases.issues import tasks as issues
from releases.products.cohorts import Cohort
from releases.products.models import DeviceModel, HubModel
from releases.publishing import tasks as publishing
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState

Story = Generator[datetime, None, None]
"""A story yields the moment at which it goes on. What it would do after the present is left to come."""

MACHINE = ENGINE


@dataclass
class Stage:
    """``now`` is the present, at which history ends; ``at`` the moment that is being played."""

    players: Players
    now: datetime
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.now

    def actor(self, who: str) -> Actor:
        """Return somebody, by account key, name or the organisation acted for, as they are at this moment."""
        return self.players.actor(who, self.at)

    def organisation(self, name: str) -> Organisation:
        return self.players.organisations[name]

    def day(self, number: int, hour: int = 0, minute: int = 0) -> datetime:
        """Return a London time on the Working Day so many before (negative) or after today."""
        return self.beside(self.now, number, hour, minute)

    def beside(self, moment: datetime, working_days: int, hour: int, minute: int = 0) -> datetime:
        """Return a London time on the Working Day so many before (negative) or after another moment's day."""
        day = add_working_days(london_day(moment), working_days)
        return datetime.combine(day, time(hour, minute), LONDON)

    def later(self, working_days: int, hour: int, minute: int = 0) -> datetime:
        """Return a London time on the Working Day so many after the one being played."""
        return max(self.beside(self.at, working_days, hour, minute), self.at + timedelta(minutes=5))

    def cohort(self, model: str, *, supplier: str = "", region: str = "", **devices: str) -> Cohort:
        """Return the homes of a hub model, narrowed by supplier, region and the names of devices (esme, display)."""
        return Cohort(
            hub_models=frozenset({HubModel.objects.get(name=model).pk}),
            suppliers=frozenset({self.organisation(supplier).pk} if supplier else ()),
            regions=frozenset({region} if region else ()),
            esme=_devices(devices.get("esme", "")),
            displays=_devices(devices.get("display", "")),
        )

    def keep_clocks(self) -> None:
        """Let the portal do what has fallen due since the last scene: close, contest, escalate, clear."""
        ballots.keep_clocks()
        issues.keep_clocks()
        if Release.objects.filter(state=ReleaseState.NOTIFIED, planned_activation_at__lte=self.at).exists():
            gates.clear_all()

    def deliver(self) -> None:
        """Let the portal send what was told, and prove the service of notices."""
        delivery.deliver_all()
        publishing.record_services()


def _devices(name: str) -> frozenset[int]:
    return frozenset(DeviceModel.objects.filter(name=name).values_list("pk", flat=True)) if name else frozenset()
