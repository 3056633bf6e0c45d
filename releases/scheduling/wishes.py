"""What a party states in an exercise, and what is contradictory in it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from releases.scheduling.frames import Frame, days, words

MOST_BLACKOUTS = 50
LONGEST_REASON = 300
WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which a party's homes must not be activated (firm), or rather not."""

    first: date
    last: date
    firm: bool = True
    reason: str = ""

    def __str__(self) -> str:
        if self.first == self.last:
            return words(self.first)
        return f"{words(self.first)} to {words(self.last)}"

    @property
    def days(self) -> list[date]:
        """Its days, in order."""
        return days(self.first, self.last)

    def as_stored(self) -> dict[str, Any]:
        """Return it as JSON values, for `read`."""
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "firm": self.firm,
            "reason": self.reason,
        }


def read(stored: Mapping[str, Any]) -> Blackout:
    """Return a blackout kept as JSON values."""
    first, last = (date.fromisoformat(stored[name]) for name in ("first", "last"))
    return Blackout(first, last, firm=stored["firm"], reason=stored["reason"])


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything a party states: blackouts, preferred weeks (their Mondays), and most homes a night by region."""

    blackouts: Sequence[Blackout] = ()
    preferred: Sequence[date] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    shares_reasons: bool = False
    remark: str = ""

    def firm_days(self) -> set[date]:
        """Return the days on which none of the party's homes may be activated."""
        return {day for one in self.blackouts if one.firm for day in one.days}

    def soft_days(self) -> set[date]:
        """Return the days that the party would rather avoid."""
        return {day for one in self.blackouts if not one.firm for day in one.days}

    def preferred_days(self) -> set[date]:
        """Return the days of the preferred weeks."""
        return {day for week in self.preferred for day in days(week, week + WEEK)}


def within(wishes: Wishes, frame: Frame) -> Wishes:
    """Return what of the wishes concerns this frame: blackouts in its horizon, weeks it offers, regions it asks."""
    weeks = set(frame.weeks())
    return replace(
        wishes,
        blackouts=[one for one in wishes.blackouts if one.first <= frame.last and one.last >= frame.first],
        preferred=[week for week in wishes.preferred if week in weeks],
        limits={region: most for region, most in wishes.limits.items() if region in frame.capacity},
    )


def wrong_with(wishes: Wishes, frame: Frame, homes: Mapping[str, int]) -> dict[str, list[str]]:
    """Return by field what is contradictory in the wishes of a party with these homes by region."""
    found = {
        "firm": _of_blackouts([one for one in wishes.blackouts if one.firm], frame),
        "soft": _of_blackouts([one for one in wishes.blackouts if not one.firm], frame),
    }
    if not any(found.values()):
        left = [night for night in frame.nights() if night not in wishes.firm_days()]
        found["firm"] = _nothing_left(left)
        found["soft"] = _nothing_liked(left, wishes.soft_days())
        found["preferred"] = _of_weeks(wishes, frame, left)
        for region, most in wishes.limits.items():
            found[f"limit_{region}"] = _of_limit(region, most, frame, homes, len(left))
    return {field: sentences for field, sentences in found.items() if sentences}


def _of_blackouts(blackouts: Sequence[Blackout], frame: Frame) -> list[str]:
    if len(blackouts) > MOST_BLACKOUTS:
        return [f"State at most {MOST_BLACKOUTS} blackouts: join those that touch each other."]
    return [sentence for one in blackouts if (sentence := _of_blackout(one, frame))]


def _of_blackout(one: Blackout, frame: Frame) -> str | None:
    if one.last < one.first:
        return f"{words(one.last)} is before {words(one.first)}: write the first day first."
    if one.last < frame.first or one.first > frame.last:
        return f"{one} lies outside the horizon, {words(frame.first)} to {words(frame.last)}: leave it out."
    if one.firm and not one.reason.strip():
        return f"{one}: give the reason, which DCC weighs. A blackout without one does not bind."
    if len(one.reason) > LONGEST_REASON:
        return f"{one}: keep the reason under {LONGEST_REASON} characters."
    return None


def _nothing_left(left: Sequence[date]) -> list[str]:
    if left:
        return []
    return ["Your firm blackouts leave no night of the horizon: make some of them days you would rather avoid."]


def _nothing_liked(left: Sequence[date], soft: set[date]) -> list[str]:
    if not left or set(left) - soft:
        return []
    return ["You would rather avoid every night that you leave: name those that matter, so that the others are known."]


def _of_weeks(wishes: Wishes, frame: Frame, left: Sequence[date]) -> list[str]:
    offered, free = set(frame.weeks()), set(left)
    wrong = []
    for week in wishes.preferred:
        if week not in offered:
            wrong.append(f"The week of {words(week)} has no night in the horizon: choose one that is offered.")
        elif left and not free & set(days(week, week + WEEK)):
            wrong.append(f"You prefer the week of {words(week)} and rule out all its nights: change one of the two.")
    return wrong


def _of_limit(region: str, most: int, frame: Frame, homes: Mapping[str, int], nights: int) -> list[str]:
    if region not in frame.capacity:
        return ["This region is not in the exercise."]
    if most < 1:
        return ["Enter at least 1 home a night, or leave it empty for no limit."]
    if nights and (least := -(-homes.get(region, 0) // most)) > nights:
        return [
            f"Your {homes[region]:,} homes at {most:,} a night take {least:,} nights, and {nights:,} are left: "
            "state more homes a night or rule out fewer days."
        ]
    return []
