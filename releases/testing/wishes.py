"""What a window is to be: where, when, and for what; asked for by booking, waiting and moving alike."""

from dataclasses import dataclass, field
from datetime import datetime

from psycopg.types.range import TimestamptzRange

from releases.products.models import DeviceCombination, HubModel
from releases.testing.models import Environment, Rig, TestWindow, WaitingPlace


@dataclass(frozen=True)
class Wish:
    """A time in an environment with rigs, for a hub model and combinations of it.

    No hub model means any of the release's, no combinations any of the hub model's.
    """

    environment: Environment
    start: datetime
    end: datetime
    hub_model: HubModel | None = None
    combinations: list[DeviceCombination] = field(default_factory=list)
    rigs: list[Rig] = field(default_factory=list)

    @property
    def during(self) -> TimestamptzRange:
        """Its time as the database keeps it."""
        return TimestamptzRange(self.start, self.end)


def of_entry(entry: WaitingPlace) -> Wish:
    """Return what somebody on the waiting list wants."""
    return Wish(
        entry.environment,
        entry.starts_at,
        entry.ends_at,
        entry.hub_model,
        list(entry.combinations.all()),
        list(entry.rigs.all()),
    )


def moved(window: TestWindow, environment: Environment, start: datetime, end: datetime, rigs: list[Rig]) -> Wish:
    """Return what a window would be elsewhere or at another time, for the same hub model and combinations."""
    return Wish(environment, start, end, window.hub_model, list(window.combinations.all()), rigs)
