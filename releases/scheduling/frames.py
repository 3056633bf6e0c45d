"""The frame of an exercise: on which nights, and with how many homes a night, activation can be scheduled. Pure.

A night is written by the day on which it begins in Europe/London; nothing is activated before 00:00 of that day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.working_days import bank_holidays

LONGEST = 366  # days of a horizon
WEEKEND = 5  # the first weekday, counted from Monday as 0, that is no weekday


@dataclass(frozen=True, slots=True)
class Frame:
    """What DCC sets: the horizon, the homes a CSP can activate in a night by region, and the days allowed.

    ``notice_over`` is the first day on which activation notice served at the close of statements is over,
    ``valid_to`` the last day on which the firmware may be activated, None where none is set.
    """

    first: date
    last: date
    capacity: Mapping[str, int]
    weekends: bool
    bank_holidays: bool
    notice_over: date
    valid_to: date | None = None

    @property
    def begins(self) -> date:
        """The first day of the horizon on which notice is over."""
        return max(self.first, self.notice_over)

    @property
    def ends(self) -> date:
        """The last day of the horizon on which the firmware is valid."""
        return self.last if self.valid_to is None else min(self.last, self.valid_to)

    def allows(self, day: date) -> bool:
        """Whether activation may be scheduled on a day of the horizon."""
        if not self.begins <= day <= self.ends or day.weekday() >= WEEKEND and not self.weekends:
            return False
        return self.bank_holidays or day not in bank_holidays(day.year)

    def nights(self) -> list[date]:
        """Return the nights on which activation may be scheduled, in order."""
        return [day for day in days(self.begins, self.ends) if self.allows(day)]

    def weeks(self) -> list[date]:
        """Return the Mondays of the weeks in which there is such a night."""
        return sorted({monday(day) for day in self.nights()})


def days(first: date, last: date) -> list[date]:
    """Return the days from the first to the last, none where the last is before it."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def monday(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def words(day: date) -> str:
    """Return a date as on every page: 9 January 2017."""
    return f"{day.day} {day:%B %Y}"


def wrong_with(frame: Frame, homes: Mapping[str, int]) -> dict[str, list[str]]:
    """Return by field what makes an exercise over these homes (by region) impossible; nothing where it can be held."""
    if frame.last < frame.first:
        return {"last": [f"{words(frame.last)} is before the first day, {words(frame.first)}: exchange the two."]}
    if (frame.last - frame.first).days >= LONGEST:
        return {"last": [f"The horizon is longer than {LONGEST} days: end it sooner."]}
    wrong = {f"capacity_{region}": ["Enter at least 1 home a night."] for region, most in _none(frame.capacity)}
    nights = frame.nights()
    if not nights:
        return wrong | {"last": [_no_night(frame)]}
    for region, most in frame.capacity.items():
        if most > 0 and (least := -(-homes.get(region, 0) // most)) > len(nights):
            wrong[f"capacity_{region}"] = [
                f"{homes[region]:,} homes at {most:,} a night take {least:,} nights; the horizon has {len(nights):,}: "
                "state more homes a night, allow more days, or end the horizon later."
            ]
    return wrong


def _none(capacity: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(region, most) for region, most in capacity.items() if most < 1]


def _no_night(frame: Frame) -> str:
    if frame.last < frame.notice_over:
        return (
            f"The horizon is too short: notice served when statements close is over on {words(frame.notice_over)}. "
            "End the horizon later, or close statements sooner."
        )
    if frame.ends < frame.begins:
        return f"The firmware may be activated until {words(frame.ends)} only: begin the horizon sooner."
    return "No day of the horizon is allowed: allow weekends or bank holidays, or end the horizon later."
