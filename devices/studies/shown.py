"""The results of a study as pages, files and documents show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from devices.studies.approaches import APPROACH
from devices.studies.assumptions import ASSUMPTIONS, GENERAL, PROBLEMS, Assumption, Problem, settings
from devices.studies.models import Study
from devices.studies.results import MEASURES, Measure, Reading, Spread

HEAD = ("harmed", "worst", "days_to_most", "needless_days")  # what the reading in plain words is about


@dataclass(frozen=True)
class Line:
    """A measure with a cell for each approach: its mean, and the interval that holds the true one in 95 of 100."""

    words: str
    unit: str
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Assumed:
    """An assumption with the figure this study used."""

    assumption: Assumption
    value: float

    @property
    def text(self) -> str:
        """The figure as it is written."""
        return f"{self.value:,g}"

    @property
    def is_changed(self) -> bool:
        """Whether this study used another figure than is assumed."""
        return self.value != self.assumption.default


def name_of(approach: str) -> str:
    """The approach's name in words."""
    return APPROACH[approach].words


def compared(study: Study) -> list[tuple[str, str]]:
    """The approaches of a study, each in words and in a sentence."""
    return [(APPROACH[one].words, APPROACH[one].summary) for one in study.approaches]


PROBLEM_HEAD = ("Problem", "Severity", "Reported a day", "Shown by alerts a day", "Need a visit", "Testable", "Occurs")


def problems(study: Study) -> list[tuple[str, ...]]:
    """What a study assumed of each kind of problem: shares of the homes harmed, of a test's chance, and of all faults.

    A figure that is another than the portal assumes says so.
    """
    used = settings(study.figures).problems
    return [
        (now.words, str(now.severity), *map(_share, _shares(now, used), _shares(usual, PROBLEMS)))
        for now, usual in zip(used, PROBLEMS, strict=True)
    ]


def _shares(one: Problem, among: Sequence[Problem]) -> tuple[float, ...]:
    return one.reported, one.alerted, one.visits, one.tested, one.weight / sum(other.weight for other in among)


def _share(value: float, usual: float) -> str:
    return f"{value * 100:.3g} %" + ("" if value == usual else " (changed)")


def figure(measure: Measure, value: float) -> str:
    """A value of a measure as it is written."""
    return f"{value * measure.factor:,.{measure.places}f}"


def lines(readings: Sequence[Reading]) -> list[Line]:
    """Every measure under every approach."""
    return [
        Line(one.words, one.unit, [_cell(one, reading.spreads[one.name]) for reading in readings]) for one in MEASURES
    ]


def _cell(measure: Measure, spread: Spread) -> tuple[str, str]:
    return figure(measure, spread.mean), f"{figure(measure, spread.least)} to {figure(measure, spread.most)}"


def by_kind(readings: Sequence[Reading]) -> list[tuple[str, list[float]]]:
    """Mean homes harmed a run by kind of problem, a figure for each approach."""
    return [(one.words, [reading.by_kind[one.name] for reading in readings]) for one in PROBLEMS]


def by_supplier(readings: Sequence[Reading]) -> list[tuple[str, list[float]]]:
    """Mean homes harmed a run by supplier, the most harmed first."""
    names = list(readings[0].by_supplier)
    rows = [(name, [reading.by_supplier[name] for reading in readings]) for name in names]
    return sorted(rows, key=lambda row: -max(row[1]))


def assumed(study: Study) -> list[Assumed]:
    """Every assumption with the figure of this study; those of the kinds of problem are `problems`."""
    return [Assumed(one, study.figures.get(one.key, one.default)) for one in GENERAL]


def in_words(readings: Sequence[Reading]) -> list[str]:
    """What the comparison says, in sentences: the best approach by each of the main measures, where one is."""
    measures = {one.name: one for one in MEASURES}
    return [_said(measures[name], readings) for name in HEAD]


def _said(measure: Measure, readings: Sequence[Reading]) -> str:
    first, *others = sorted(readings, key=lambda reading: reading.spreads[measure.name].mean)
    best = first.spreads[measure.name]
    unit = f" {measure.unit}" if measure.unit else ""
    said = f"{measure.words}: least under {name_of(first.approach)}, {figure(measure, best.mean)}{unit}"
    near = [one for one in others if one.spreads[measure.name].least <= best.most]
    if near:
        return f"{said}; {_listed(near)} cannot be told from it by this many runs."
    if others:
        last = others[-1]
        worst = figure(measure, last.spreads[measure.name].mean)
        return f"{said}; most under {name_of(last.approach)}, {worst}{unit}."
    return f"{said}."


def _listed(readings: Sequence[Reading]) -> str:
    names = [name_of(one.approach) for one in readings]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


class Row(NamedTuple):
    """A line of the CSV file."""

    approach: str
    about: str
    what: str
    unit: str
    mean: float
    least: float | None
    most: float | None
    low: float | None
    high: float | None


def rows(readings: Sequence[Reading]) -> Iterator[Row]:
    """The results, a figure a line: measures with their spread, then homes harmed by problem and by supplier."""
    kinds = {one.name: one.words for one in PROBLEMS}
    for reading in readings:
        name = name_of(reading.approach)
        for one in MEASURES:
            spread = reading.spreads[one.name]
            figures = (spread.mean, spread.least, spread.most, spread.low, spread.high)
            yield Row(name, "measure", one.words, one.unit, *(value * one.factor for value in figures))
        for kind, mean in reading.by_kind.items():
            yield Row(name, "homes harmed by problem", kinds[kind], "homes", mean, None, None, None, None)
        for supplier, mean in reading.by_supplier.items():
            yield Row(name, "homes harmed by supplier", supplier, "homes", mean, None, None, None, None)


def everything(study: Study, readings: Sequence[Reading]) -> dict[str, Any]:
    """All that a study is and came to: with this file anybody can run it again."""
    return {
        "study": study.settings_file,
        "assumptions": [
            {
                "key": one.key,
                "words": one.words,
                "unit": one.unit,
                "value": study.figures.get(one.key, one.default),
                "source": one.source,
            }
            for one in ASSUMPTIONS
        ],
        "summary": [row._asdict() for row in rows(readings)],
        "runs": study.results,
        "fleet": study.fleet,
    }
