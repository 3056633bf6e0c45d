"""What each option on the paper would do, shown before the vote: homes held, days lost, validity periods at risk."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum

from portal.working_days import LONDON, london_day
from releases.ballots.can import OPEN_TO_OBJECTIONS
from releases.ballots.models import Ballot, Objection
from releases.ballots.paper import Kind, Option
from releases.holds.queries import cells_of
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from releases.products.queries import validity_by_version
from releases.publishing.dates import WAIVED_NOTICE
from releases.publishing.models import Release
from releases.publishing.readiness import release_timetable

Homes = Counter[date | None]  # by the day on which maintenance of the version they run now ends; None: open


@dataclass(frozen=True)
class OptionEffect:
    """An option, what it does in a sentence, and how many homes move, are held and wait.

    `days` is how much later the waiting homes are activated, None where nobody can say. `at_risk` counts the homes
    whose present version's maintenance period ends before they would be activated.
    """

    option: Option
    sentence: str
    proceeding: int
    held: int
    delayed: int
    days: int | None
    at_risk: int

    @property
    def words(self) -> str:
        """The option with a capital letter."""
        return self.option.words.capitalize()


@dataclass(frozen=True)
class Scene:
    """Whom a ballot concerns: all homes of the release, those objected, those safeguarded already; and its dates."""

    everybody: Homes
    objected: Homes
    kept: Homes
    planned: datetime | None
    defer_to: datetime | None
    again: datetime | None  # the earliest activation if the release is announced again when voting closes
    is_whole: bool  # whether an option can still stop the whole release
    kind: Kind = Kind.OBJECTIONS

    def effect(self, option: Option) -> OptionEffect:
        """What this option would do."""
        date = f"{self.defer_to.astimezone(LONDON):%-d %B %Y}" if self.defer_to else "a date"
        if self.kind is Kind.WAIVER:
            return self._of_the_notice(option, date)
        kept = " The safeguarded homes stay held unless the override question carries." if self.kept else ""
        rest, nobody = self.everybody - self.objected, Homes()
        objected = self.objected - self.kept
        if option is Option.PROCEED:
            return self._effect(option, f"The release proceeds.{kept}", self.everybody - self.kept, nobody, self.kept)
        if option is Option.EXCLUDE:
            return self._effect(option, "The objected homes are held; the rest proceeds.", rest, nobody, self.objected)
        if not self.is_whole:
            return self._under_way(option, date, kept, rest, objected)
        waiting = self.everybody - self.kept
        if option is Option.DEFER:
            sentence = f"No home is activated before {date}.{kept}"
            return self._effect(option, sentence, nobody, waiting, self.kept, self.defer_to)
        if option is Option.RETEST:
            sentence = "The release returns to draft, and its notice starts again."
            return self._effect(option, sentence, nobody, waiting, self.kept, self.again)
        return self._effect(option, "The release ends; no home is activated.", nobody, nobody, self.everybody)

    def _under_way(self, option: Option, date: str, kept: str, rest: Homes, objected: Homes) -> OptionEffect:
        """A release under way goes on: what is against the whole of it holds the objected homes, or what is left."""
        reviewed = self.kind is Kind.REVIEW
        who, others = ("The homes not yet activated", "") if reviewed else ("The objected homes", "; the rest goes on")
        if option is Option.DEFER:
            sentence = f"{who} are held until {date}{others}.{kept}"
            return self._effect(option, sentence, rest, objected, self.kept, self.defer_to)
        sentence = f"{who} are held until a new determination{others}."
        return self._effect(option, sentence, rest, Homes(), self.objected)

    def _of_the_notice(self, option: Option, date: str) -> OptionEffect:
        if option is Option.PROCEED:
            sentence = "The notice is waived: each home may be activated 4 hours after its suppliers were served."
            return self._effect(option, sentence, self.everybody, Homes(), Homes())
        sentence = f"The notice stands: no home is activated before {date}."
        return self._effect(option, sentence, Homes(), self.everybody, Homes(), self.defer_to)

    def _effect(
        self, option: Option, sentence: str, moving: Homes, waiting: Homes, held: Homes, until: datetime | None = None
    ) -> OptionEffect:
        at_risk = [*_late(moving, self.planned), *_late(waiting, until or self.planned), *_late(held, None)]
        days = (until - self.planned).days if until and self.planned else None
        lost = max(days, 0) if days is not None else None
        unknown = None if waiting else 0
        return OptionEffect(
            option,
            sentence,
            moving.total(),
            held.total(),
            waiting.total(),
            lost if waiting and lost is not None else unknown,
            sum(at_risk),
        )


def _late(homes: Mapping[date | None, int], until: datetime | None) -> Iterator[int]:
    """Yield the homes whose maintenance period ends before this moment; before ever, where there is none."""
    for end, count in homes.items():
        if end is not None and (until is None or end < london_day(until)):
            yield count


def option_effects(ballot: Ballot, objections: Sequence[Objection], at: datetime) -> list[OptionEffect]:
    """The effect of every option, in the order of the axis."""
    scene = scene_of(ballot, objections, at)
    return [scene.effect(option) for option in scene.kind.options]


def scene_of(ballot: Ballot, objections: Sequence[Objection], at: datetime) -> Scene:
    """Whom and what this ballot concerns, read now. A review of an Emergency concerns all that is left of it."""
    release, kind = ballot.release, Kind(ballot.kind)
    concerned, ends, closes = cells_of(Cohort(), release), _ends(), max(at, ballot.closes_at or at)
    objected = concerned if kind is Kind.REVIEW else _of(objections, concerned)
    established = ballot.safeguard_objections.get("established", ())
    return Scene(
        everybody=_homes(concerned, ends, release),
        objected=_homes(objected, ends, release),
        kept=_homes(_of([one for one in objections if one.pk in established], concerned), ends, release),
        planned=closes + WAIVED_NOTICE if kind is Kind.WAIVER else release.planned_activation_at,
        defer_to=ballot.defer_to,
        again=release_timetable(release, at=closes).earliest_activation,
        is_whole=kind is not Kind.REVIEW and release.state in OPEN_TO_OBJECTIONS,
        kind=kind,
    )


def _of(objections: Iterable[Objection], among: QuerySet[Cell]) -> QuerySet[Cell]:
    objected = cohorts.union(Cohort.of(one) for one in objections)
    return among.filter(pk__in=objected.values("pk"))


def _ends() -> dict[tuple[str, str], date | None]:
    return {pair: row.maintenance_to for pair, row in validity_by_version().items()}


def _homes(cells: QuerySet[Cell], ends: Mapping[tuple[str, str], date | None], release: Release) -> Homes:
    """Count homes by the end of their version's maintenance; those on the new version already have none."""
    grouped = cells.order_by().values("firmware__version", "firmware__chts", "firmware__gbcs")
    homes = Homes()
    for row in grouped.annotate(total=Sum("homes")):
        found = [ends.get(("CHTS", row["firmware__chts"])), ends.get(("GBCS", row["firmware__gbcs"]))]
        dated = [] if row["firmware__version"] == release.firmware_version else [one for one in found if one]
        homes[min(dated, default=None)] += row["total"]
    return homes
