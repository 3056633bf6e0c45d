"""What the parties of an exercise state together, week by week, and in totals that say no reason. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from releases.scheduling.frames import Frame, monday
from releases.scheduling.wishes import Blackout, Wishes


@dataclass(frozen=True, slots=True)
class Stand:
    """A party with its homes, and what it states; None where it is silent."""

    key: int
    name: str
    homes: int
    wishes: Wishes | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many parties, and the homes they are responsible for; a home of two counts for each."""

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
    """What others see of a party: numbers of nights and weeks; reasons only where it shares them."""

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
    spoken = [(one, one.wishes) for one in stands if one.wishes is not None]
    firm = [(one, said.firm_days()) for one, said in spoken]
    soft = [(one, said.soft_days()) for one, said in spoken]
    best = [(one, said.preferred_days()) for one, said in spoken]
    return [
        Week(
            start,
            len(found),
            capacity * len(found),
            *(_count(one for one, days in kind if days & found) for kind in (firm, soft, best)),
        )
        for start, found in nights.items()
    ]


def _count(stands: Iterable[Stand]) -> Counted:
    found = list(stands)
    return Counted(len(found), sum(one.homes for one in found))


def totals(frame: Frame, stands: Iterable[Stand], knows_reasons: set[int] | None = None) -> list[Totals]:
    """Return each party's totals; the reasons of those it shares them with: ``knows_reasons``, None for all."""
    nights = set(frame.nights())
    return [_totals(one, nights, knows_reasons is None or one.key in knows_reasons) for one in stands]


def _totals(stand: Stand, nights: set[date], knows: bool) -> Totals:
    said = stand.wishes or Wishes()
    return Totals(
        stand.key,
        stand.name,
        stand.homes,
        stand.wishes is not None,
        len(said.firm_days() & nights),
        len(said.soft_days() & nights),
        len(said.preferred),
        tuple(sorted(said.limits.items())),
        tuple(one for one in said.blackouts if one.reason) if knows or said.shares_reasons else (),
    )
