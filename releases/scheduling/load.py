"""What the parties of an exercise state together, week by week, and in totals that say no reason. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from releases.scheduling.frames import Frame, monday
from releases.scheduling.wishes import Blackout, Wishes


@dataclass(frozen=True, slots=True)
class Stand:
    """A party with its homes by region, and what it states; None where it is silent."""

    key: int
    name: str
    homes: Mapping[str, int]
    wishes: Wishes | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many parties, and the homes of theirs that are concerned; a home of two counts for each."""

    parties: int
    homes: int


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the horizon: its nights, the homes that CSPs can activate in them, and who rules out or prefers it."""

    monday: date
    nights: int
    capacity: int
    ruled_out: Counted
    avoided: Counted
    preferred: Counted

    @property
    def counts(self) -> tuple[Counted, Counted, Counted]:
        """Who rules out, would rather avoid and prefers one of its nights."""
        return self.ruled_out, self.avoided, self.preferred


@dataclass(frozen=True, slots=True)
class Totals:
    """What others see of a party: numbers of nights (in one region at least) and weeks; reasons only where it shares
    them."""

    key: int
    name: str
    homes: int
    stated: bool
    ruled_out: int
    avoided: int
    preferred: int
    limits: tuple[tuple[str, int], ...]
    reasons: tuple[Blackout, ...]


def weeks(frame: Frame, stands: Sequence[Stand]) -> list[Week]:
    """Return the weeks of the horizon in order."""
    nights: dict[date, set[date]] = {}
    for night in frame.nights():
        nights.setdefault(monday(night), set()).add(night)
    capacity = sum(frame.capacity.values())
    spoken = [(one, one.wishes, region) for one in stands if one.wishes is not None for region in one.homes]
    firm = [(one, region, said.firm_days(region)) for one, said, region in spoken]
    soft = [(one, region, said.soft_days(region)) for one, said, region in spoken]
    best = [(one, region, said.preferred_days()) for one, said, region in spoken]
    return [
        Week(
            start,
            len(found),
            capacity * len(found),
            *(_count((one, region) for one, region, days in kind if days & found) for kind in (firm, soft, best)),
        )
        for start, found in nights.items()
    ]


def _count(concerned: Iterable[tuple[Stand, str]]) -> Counted:
    found = list(concerned)
    return Counted(len({one.key for one, _ in found}), sum(one.homes.get(region, 0) for one, region in found))


def totals(frame: Frame, stands: Iterable[Stand], knows_reasons: set[int] | None = None) -> list[Totals]:
    """Return each party's totals; the reasons of those it shares them with: ``knows_reasons``, None for all."""
    return [_totals(one, frame, knows_reasons is None or one.key in knows_reasons) for one in stands]


def _totals(stand: Stand, frame: Frame, knows: bool) -> Totals:
    said, nights = stand.wishes or Wishes(), set(frame.nights())
    return Totals(
        stand.key,
        stand.name,
        sum(stand.homes.values()),
        stand.wishes is not None,
        len(nights & set().union(*map(said.firm_days, frame.capacity))),
        len(nights & set().union(*map(said.soft_days, frame.capacity))),
        len(said.preferred),
        tuple(sorted(said.limits.items())),
        tuple(one for one in said.blackouts if one.reason) if knows or said.shares_reasons else (),
    )
