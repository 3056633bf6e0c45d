"""The load of each shared environment by day, as DCC sees it."""

from dataclasses import dataclass
from datetime import date, timedelta

from psycopg.types.range import TimestamptzRange

from portal.working_days import end_of, start_of
from releases.testing import load, opening
from releases.testing.models import Closure, Environment, TestWindow
from releases.testing.states import HOLDING

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Filled:
    """An environment on a day: windows at its fullest moment, of how many open places, and why it is shut if it is.

    A day on which it opens at no moment has no places.
    """

    environment: Environment
    taken: int
    places: int
    shut: str

    @property
    def is_full(self) -> bool:
        """Whether no place is left at the fullest moment."""
        return 0 < self.places <= self.taken


@dataclass(frozen=True, slots=True)
class DayLoad:
    """A day with each environment."""

    day: date
    environments: list[Filled]


def by_day(first: date, days: int) -> list[DayLoad]:
    """Return so many days from the first with the load of every shared environment, by name."""
    start, end = start_of(first), end_of(first + (days - 1) * _ONE_DAY)
    environments = list(Environment.objects.filter(is_shared=True))
    spans: dict[int, list[load.Span]] = {row.pk: [] for row in environments}
    meeting = TimestamptzRange(start, end)
    holding = TestWindow.objects.filter(environment__in=environments, state__in=HOLDING, during__overlap=meeting)
    for number, during in holding.order_by().values_list("environment", "during"):
        spans[number].append((during.lower, during.upper))
    closed = list(Closure.objects.filter(lifted_at=None, during__overlap=meeting))
    return [
        DayLoad(day, [_filled(row, spans[row.pk], closed, day) for row in environments])
        for day in (first + number * _ONE_DAY for number in range(days))
    ]


def _filled(row: Environment, spans: list[load.Span], closures: list[Closure], day: date) -> Filled:
    start, end = start_of(day), end_of(day)
    met = [one for one in closures if one.environment_id == row.pk and one.starts_at < end and start < one.ends_at]
    hours = opening.open_on(row.week, day)
    shut = met[0].why if met else "" if hours else "Closed on this day of the week"
    opens = hours is not None and not load.covers([(one.starts_at, one.ends_at) for one in met], *hours)
    return Filled(row, load.busiest(spans, start, end), row.places if opens else 0, shut)


@dataclass(frozen=True, slots=True)
class Figure:
    """An environment over several days: places taken at the fullest moments, of those there are, and full days."""

    environment: Environment
    taken: int
    places: int
    full: int


def figures(days: list[DayLoad]) -> list[Figure]:
    """Return each environment's sums over the days."""
    columns = zip(*(line.environments for line in days), strict=True)
    return [
        Figure(
            cells[0].environment,
            sum(cell.taken for cell in cells),
            sum(cell.places for cell in cells),
            sum(cell.is_full for cell in cells),
        )
        for cells in columns
    ]
