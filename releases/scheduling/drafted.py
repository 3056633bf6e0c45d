"""What the pages and the API show of a draft schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, cast

from django.core.cache import cache

from portal.journal.models import Entry
from portal.journal.queries import timeline
from portal.workflow.transitions import subject_of
from releases.scheduling import lines
from releases.scheduling.models import Draft
from releases.scheduling.outcomes import Night, Outcome, Outcomes
from releases.scheduling.problem import Placement, Problem
from releases.scheduling.verbs.solving import progress_key

FIRST = 5  # parties shown before all others
STAGES = {
    "worst": "Looking for what the worst-off party can have",
    "total": "Serving all parties together",
    "nights": "Saving nights of the networks",
    "whole": "Almost done",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of several schedules, side by side."""

    words: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Placed:
    """A group of homes with its number from 1, its parties, and the days it is on."""

    number: int
    parties: str
    region: str
    homes: int
    days: Sequence[Placement]

    @property
    def first(self) -> date | None:
        """The first of its days."""
        return self.days[0].day if self.days else None

    @property
    def last(self) -> date | None:
        """The last of its days."""
        return self.days[-1].day if self.days else None


@dataclass(frozen=True, slots=True)
class Changed:
    """A change by hand, as the journal has it: homes of a group, by its number from 1, from one day to another."""

    group: int
    parties: str
    region: str
    homes: int
    whence: date
    to: date
    why: str
    by: str
    at: datetime


class Drafted:
    """A draft as its page shows it; nothing is worked out before it is asked for."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    @cached_property
    def problem(self) -> Problem:
        """What it was made from."""
        return self.draft.frozen

    @cached_property
    def outcomes(self) -> Outcomes:
        """Its schedule, read from all sides."""
        return Outcomes(self.problem, self.draft.schedule)

    @cached_property
    def parties(self) -> list[Outcome]:
        """What each party gets, the worst off first."""
        return self.outcomes.parties()

    @property
    def worst_off(self) -> list[Outcome]:
        """The first of those that get less than they asked."""
        return [one for one in self.parties[:FIRST] if one.conflict]

    @property
    def regions(self) -> list[str]:
        """Names of the regions."""
        return [one.name for one in self.problem.regions]

    @property
    def weeks(self) -> list[tuple[str, list[int]]]:
        """Homes by week and region."""
        return [(f"{start.day} {start:%b %Y}", homes) for start, homes in self.outcomes.weeks() if any(homes)]

    @property
    def nights(self) -> list[Night]:
        """The load of every night that is used."""
        return list(self.outcomes.nights())

    @cached_property
    def groups(self) -> list[Placed]:
        """The groups of homes with the days they are on."""
        days: dict[int, list[Placement]] = {}
        for one in self.draft.schedule:
            days.setdefault(one.group, []).append(one)
        problem = self.problem
        return [
            Placed(
                number + 1,
                " and ".join(problem.party[party].name for party in group.parties),
                problem.region[group.region].name,
                group.homes,
                sorted(days.get(number, [])),
            )
            for number, group in enumerate(problem.groups)
        ]

    @cached_property
    def by_hand(self) -> list[Changed]:
        """The changes by hand, the first first, with who made each, when and why."""
        entries = timeline(*subject_of(self.draft)[:2]).filter(verb="edit") if self.draft.edits else ()
        return [self._changed(one) for one in entries]

    def _changed(self, entry: Entry) -> Changed:
        group = self.groups[entry.data["group"] - 1]
        whence, to = (cast(date, lines.day(entry.data[name])) for name in ("from", "to"))  # as `edit` has noted them
        homes = entry.data["homes"]
        about = (group.number, group.parties, group.region, homes, whence, to)
        return Changed(*about, why=entry.why, by=entry.actor_name, at=entry.at)

    @property
    def worst(self) -> tuple[str, str]:
        """The conflict of the worst-off party, and the least it could be."""
        figures: dict[str, Any] = self.draft.figures or {}
        return share(figures["worst"]), share(figures["bound"])

    @property
    def last(self) -> date:
        """The last night."""
        return max(one.day for one in self.draft.schedule)

    @property
    def progress(self) -> dict[str, str]:
        """How far a worker is, in words; empty while none has begun."""
        found: dict[str, Any] | None = cache.get(progress_key(self.draft.pk))
        if not found:
            return {}
        best = found["incumbent"]
        return {
            "stage": STAGES[found["stage"]],
            "bound": share(found["bound"]),
            "incumbent": "none yet" if best is None else share(best),
        }


def share(value: float) -> str:
    """A conflict as it is written."""
    return f"{100 * value:.1f} %"


def compared(drafts: Sequence[Draft]) -> list[Line]:
    """The drafts that are ready, and first come, first served on the statements of the last, by every aim."""
    columns: list[dict[str, Any]] = [one.figures or {} for one in drafts] + [drafts[-1].first_come or {}]
    return [
        Line("Conflict of the worst-off party", [share(one["worst"]) for one in columns]),
        Line("Conflicts of all parties together", [f"{one['total']:.2f}" for one in columns]),
        Line("Nights of the networks", [f"{one['nights']:,}" for one in columns]),
        Line("Nights of each group, added up", [f"{one['visits']:,}" for one in columns]),
        Line("Last night, counted from the first day", [f"{one['last'] + 1:,}" for one in columns]),
        Line("Homes without a night", [f"{one.get('unplaced', 0):,}" for one in columns]),
    ]
