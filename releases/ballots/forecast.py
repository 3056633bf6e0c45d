"""What each option on the paper would do, worked out on sets of cells: homes held, days lost, validity at risk. Pure.

Rule: overlapping holds are a union (Holds). So homes that other holds hold anyway are held under every option, and are
counted once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from portal.working_days import LONDON, london_day
from releases.ballots.paper import Kind, Option

Cells = frozenset[int]
NONE: Cells = frozenset()


class Homes(NamedTuple):
    """The homes of a cell and the day on which maintenance of the version they run now ends; None: open."""

    number: int
    ends: date | None


@dataclass(frozen=True)
class OptionEffect:
    """An option, what it does in a sentence, and how many homes move, are held and wait.

    `held` counts the homes that other holds hold anyway, `newly` leaves them out. `days` is how much later the waiting
    homes are activated, None where nobody can say. `at_risk` counts the homes whose present version's maintenance
    period ends before they would be activated.
    """

    option: Option
    sentence: str
    proceeding: int
    held: int
    newly: int
    delayed: int
    days: int | None
    at_risk: int

    @property
    def words(self) -> str:
        """The option with a capital letter."""
        return self.option.words.capitalize()


@dataclass(frozen=True)
class Scene:
    """Whom a ballot concerns: the cells of the release, those objected, those safeguarded, those that other holds hold.

    And its dates: when activation is planned, deferred to, and possible again after a retest.
    """

    cells: Mapping[int, Homes]
    objected: Cells
    kept: Cells
    standing: Cells
    planned: datetime | None
    defer_to: datetime | None
    again: datetime | None  # the earliest activation if the release is announced again when voting closes
    is_whole: bool  # whether an option can still stop the whole release
    kind: Kind = Kind.OBJECTIONS

    @property
    def everybody(self) -> Cells:
        """The cells of the release."""
        return frozenset(self.cells)

    def homes(self, cells: Iterable[int]) -> int:
        """How many homes these cells have."""
        return sum(self.cells[cell].number for cell in cells)

    def effect(self, option: Option) -> OptionEffect:
        """What this option would do."""
        date = f"{self.defer_to.astimezone(LONDON):%-d %B %Y}" if self.defer_to else "a date"
        if self.kind is Kind.WAIVER:
            return self._of_the_notice(option, date)
        kept = " The safeguarded homes stay held unless the override question carries." if self.kept else ""
        rest, objected = self.everybody - self.objected, self.objected - self.kept
        if option is Option.PROCEED:
            return self._effect(option, f"The release proceeds.{kept}", self.everybody - self.kept, NONE, self.kept)
        if option is Option.EXCLUDE:
            return self._effect(option, "The objected homes are held; the rest proceeds.", rest, NONE, self.objected)
        if not self.is_whole:
            return self._under_way(option, date, kept, rest, objected)
        waiting = self.everybody - self.kept
        if option is Option.DEFER:
            sentence = f"No home is activated before {date}.{kept}"
            return self._effect(option, sentence, NONE, waiting, self.kept, self.defer_to)
        if option is Option.RETEST:
            sentence = "The release returns to draft, and its notice starts again."
            return self._effect(option, sentence, NONE, waiting, self.kept, self.again)
        return self._effect(option, "The release ends; no home is activated.", NONE, NONE, self.everybody)

    def _under_way(self, option: Option, date: str, kept: str, rest: Cells, objected: Cells) -> OptionEffect:
        """A release under way goes on: what is against the whole of it holds the objected homes, or what is left."""
        reviewed = self.kind is Kind.REVIEW
        who, others = ("The homes not yet activated", "") if reviewed else ("The objected homes", "; the rest goes on")
        if option is Option.DEFER:
            sentence = f"{who} are held until {date}{others}.{kept}"
            return self._effect(option, sentence, rest, objected, self.kept, self.defer_to)
        sentence = f"{who} are held until a new determination{others}."
        if option is Option.REJECT and not reviewed:
            sentence += " A release under way is not taken back: this does what a return for retest does."
        return self._effect(option, sentence, rest, NONE, self.objected)

    def _of_the_notice(self, option: Option, date: str) -> OptionEffect:
        if option is Option.PROCEED:
            sentence = "The notice is waived: each home may be activated 4 hours after its suppliers were served."
            return self._effect(option, sentence, self.everybody, NONE, NONE)
        sentence = f"The notice stands: no home is activated before {date}."
        return self._effect(option, sentence, NONE, self.everybody, NONE, self.defer_to)

    def _effect(
        self, option: Option, sentence: str, moving: Cells, waiting: Cells, held: Cells, until: datetime | None = None
    ) -> OptionEffect:
        """Count what the option does of itself, and hold what other holds hold anyway."""
        moving, waiting, newly, held = (
            moving - self.standing,
            waiting - self.standing,
            held - self.standing,
            held | self.standing,
        )
        late = self._late(moving, self.planned) | self._late(waiting, until or self.planned) | self._late(held, None)
        days = max((until - self.planned).days, 0) if until and self.planned else None
        return OptionEffect(
            option=option,
            sentence=sentence,
            proceeding=self.homes(moving),
            held=self.homes(held),
            newly=self.homes(newly),
            delayed=self.homes(waiting),
            days=days if self.homes(waiting) else 0,
            at_risk=self.homes(late),
        )

    def _late(self, cells: Cells, until: datetime | None) -> Cells:
        """The cells whose maintenance period ends before this moment; before ever, where there is none."""
        ends = {cell: self.cells[cell].ends for cell in cells}
        return frozenset(
            cell for cell, end in ends.items() if end is not None and (until is None or end < london_day(until))
        )
