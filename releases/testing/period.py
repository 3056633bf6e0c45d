"""When a release may be tested by users, and until when results of a window are taken; pure."""

from dataclasses import dataclass
from datetime import datetime

from portal.working_days import clear_working_days_after

GRACE_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when windows may lie."""

    start: datetime
    end: datetime

    def contains(self, start: datetime, end: datetime) -> bool:
        """Whether a window lies wholly inside."""
        return self.start <= start and end <= self.end


def test_period(
    announced_at: datetime | None, tests_until: datetime | None, planned_activation_at: datetime | None
) -> Period | None:
    """Return when a release may be tested, None before it is announced.

    Rule: the class's user-test period; where there is none, until the planned activation (portal default).
    """
    end = tests_until or planned_activation_at
    if announced_at is None or end is None or end <= announced_at:
        return None
    return Period(announced_at, end)


test_period.__test__ = False  # type: ignore[attr-defined]  # pytest collects names that begin with test


def results_until(window_end: datetime) -> datetime:
    """Return until when results of a window are taken: 5 Working Days after it (portal default)."""
    return clear_working_days_after(window_end, GRACE_WORKING_DAYS)
