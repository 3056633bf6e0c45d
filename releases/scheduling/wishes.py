"""What a party states in an exercise, and what is contradictory in it. Pure."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from releases.scheduling.frames import Frame, days, words

MOST_BLACKOUTS = 50
LONGEST_REASON = 300
WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which a party's homes must not be activated (firm), or rather not: in these regions, in every one where
    none is named."""

    first: date
    last: date
    firm: bool = True
    reason: str = ""
    regions: tuple[str, ...] = ()

    def __str__(self) -> str:
        period = words(self.first) if self.first == self.last else f"{words(self.first)} to {words(self.last)}"
        return f"{period} in {named(self.regions)}" if self.regions else period

    def covers(self, region: str) -> bool:
        """Whether it is about this region."""
        return not self.regions or region in self.regions

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
            "regions": list(self.regions),
        }


def read(stored: Mapping[str, Any]) -> Blackout:
    """Return a blackout kept as JSON values."""
    first, last = (date.fromisoformat(stored[name]) for name in ("first", "last"))
    regions = tuple(stored.get("regions", ()))  # those stated before regions could be named hold in every one
    return Blackout(first, last, firm=stored["firm"], reason=stored["reason"], regions=regions)


def named(regions: Sequence[str]) -> str:
    """Return regions as a sentence names them: Central, North and South."""
    *others, last = [region.title() for region in regions]
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything a party states: blackouts, preferred weeks (their Mondays), and most homes a night by region."""

    blackouts: Sequence[Blackout] = ()
    preferred: Sequence[date] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    shares_reasons: bool = False
    remark: str = ""

    def firm_days(self, region: str) -> set[date]:
        """Return the days on which none of the party's homes in a region may be activated."""
        return {day for one in self.blackouts if one.firm and one.covers(region) for day in one.days}

    def soft_days(self, region: str) -> set[date]:
        """Return the days that the party would rather avoid in a region."""
        return {day for one in self.blackouts if not one.firm and one.covers(region) for day in one.days}

    def preferred_days(self) -> set[date]:
        """Return the days of the preferred weeks."""
        return {day for week in self.preferred for day in days(week, week + WEEK)}


def within(wishes: Wishes, frame: Frame) -> Wishes:
    """Return what of the wishes concerns this frame: blackouts in its horizon, weeks it offers, regions it asks."""
    weeks = set(frame.weeks())
    asked = [found for one in wishes.blackouts if (found := in_regions(one, frame.capacity)) is not None]
    return replace(
        wishes,
        blackouts=[one for one in asked if one.first <= frame.last and one.last >= frame.first],
        preferred=[week for week in wishes.preferred if week in weeks],
        limits={region: most for region, most in wishes.limits.items() if region in frame.capacity},
    )


def in_regions(one: Blackout, asked: Container[str]) -> Blackout | None:
    """Return what of a blackout concerns the regions asked; None where it is about others alone."""
    kept = tuple(region for region in one.regions if region in asked)
    return replace(one, regions=kept) if kept or not one.regions else None


def wrong_with(wishes: Wishes, frame: Frame, homes: Mapping[str, int]) -> dict[str, list[str]]:
    """Return by field what is contradictory in the wishes of a party with these homes by region."""
    found = {
        "firm": _of_blackouts([one for one in wishes.blackouts if one.firm], frame),
        "soft": _of_blackouts([one for one in wishes.blackouts if not one.firm], frame),
    }
    if not any(found.values()):
        left = {region: set(frame.nights()) - wishes.firm_days(region) for region in frame.capacity}
        lived_in = {region: left[region] for region in left if homes.get(region)} or left
        found["firm"] = _nothing_left(lived_in)
        found["soft"] = _nothing_liked(lived_in, wishes)
        found["preferred"] = _of_weeks(wishes, frame, set().union(*lived_in.values()))
        for region, most in wishes.limits.items():
            found[f"limit_{region}"] = _of_limit(region, most, frame, homes, len(left.get(region, ())))
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
    if strangers := [region for region in one.regions if region not in frame.capacity]:
        asked = named(list(frame.capacity))
        return f"{one}: {named(strangers)} is not asked in this exercise. Name of {asked}, or none for every region."
    if one.firm and not one.reason.strip():
        return f"{one}: give the reason, which DCC weighs. A blackout without one does not bind."
    if len(one.reason) > LONGEST_REASON:
        return f"{one}: keep the reason under {LONGEST_REASON} characters."
    return None


def _nothing_left(left: Mapping[str, set[date]]) -> list[str]:
    none = [region for region, nights in left.items() if not nights]
    if not none:
        return []
    where = "" if len(none) == len(left) else f" in {named(none)}"
    return [f"Your firm blackouts leave no night of the horizon{where}: make some of them days you would rather avoid."]


def _nothing_liked(left: Mapping[str, set[date]], wishes: Wishes) -> list[str]:
    none = [region for region, nights in left.items() if nights and not nights - wishes.soft_days(region)]
    if not none:
        return []
    where = "" if len(none) == len(left) else f" in {named(none)}"
    return [
        f"You would rather avoid every night that you leave{where}: name those that matter, so that the others are "
        "known."
    ]


def _of_weeks(wishes: Wishes, frame: Frame, free: set[date]) -> list[str]:
    offered = set(frame.weeks())
    wrong = []
    for week in wishes.preferred:
        if week not in offered:
            wrong.append(f"The week of {words(week)} has no night in the horizon: choose one that is offered.")
        elif free and not free & set(days(week, week + WEEK)):
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
