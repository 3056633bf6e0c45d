"""Charts drawn on the server as SVG, with their figures as a table. ``{% load charts %}``.

Only classes and presentation attributes are used, so that the content policy needs no exception. Colours
are the Okabe-Ito set and a violet, which colour-blind people tell apart; every series is named in words as well.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.text import slugify

register = template.Library()

Number = float | int
COLOURS = 9
WIDTH, HEIGHT = 600, 280
LEFT, RIGHT, TOP, BOTTOM = 58, 118, 14, 34
LABEL_GAP = 17


@dataclass(frozen=True)
class Mark:
    """A word or line at a place of the drawing."""

    x: float
    y: float
    text: str = ""
    series: int = 0


@dataclass(frozen=True)
class Segment:
    """A piece of a bar: where it begins and how long it is, in hundredths of the bar's room."""

    start: str
    length: str
    series: int
    name: str
    value: Number


def ticks(highest: Number, count: int = 4) -> list[Number]:
    """Return round values from 0 to at least ``highest``, about ``count`` steps apart."""
    if highest <= 0:
        return [0, 1]
    rough = highest / count
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough)
    values = [step * index for index in range(math.ceil(highest / step - 1e-9) + 1)]
    return [int(value) if float(value).is_integer() else round(value, 10) for value in values]


def _short(value: Number) -> str:
    """Return an axis figure: 1,500 as it is, 250,000 as 250k, 2,000,000 as 2m."""
    for size, letter in ((1_000_000, "m"), (10_000, "k")):
        if abs(value) >= size:
            divisor = 1_000 if letter == "k" else size
            return f"{value / divisor:g}{letter}"
    return f"{value:,g}" if isinstance(value, float) else f"{value:,}"


def _spread(labels: list[Mark]) -> list[Mark]:
    """Return the labels at the line ends moved apart so that none covers another."""
    placed: list[Mark] = []
    for label in sorted(labels, key=lambda mark: mark.y):
        floor = placed[-1].y + LABEL_GAP if placed else label.y
        placed.append(Mark(label.x, max(label.y, floor), label.text, label.series))
    return placed


def _place(count: int, highest: Number) -> Any:
    """Return the function from (index, value) to a place in the drawing; time runs left to right."""
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(index: int, value: Number) -> tuple[float, float]:
        x = LEFT + (across * index / (count - 1) if count > 1 else across / 2)
        return round(x, 1), round(TOP + down - down * value / highest, 1)

    return place


def _runs(values: Sequence[Number | None], place: Any) -> list[list[tuple[float, float]]]:
    """Return the points of each unbroken run of values: a missing value breaks the line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(index, value))
    return [run for run in runs if run]


def _line(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in run)


@register.inclusion_tag("charts/line.html")
def line_chart(
    title: str,
    labels: Sequence[Any],
    series: Sequence[tuple[str, Sequence[Number | None]]],
    unit: str = "",
    target: Number | None = None,
    target_words: str = "",
    table: str = "details",
) -> dict[str, Any]:
    """Draw lines over time: ``labels`` along the foot, ``series`` as (name, values), an optional target line.

    ``table``: "details" folds the figures away, "open" shows them (for live pages).
    """
    numbers = [value for _, values in series for value in values if value is not None]
    marks = ticks(max([*numbers, target or 0], default=0))
    place = _place(len(labels), marks[-1])
    every = max(1, math.ceil(len(labels) / 6))
    runs = [(index % COLOURS, _runs(values, place)) for index, (_, values) in enumerate(series)]
    ends = []
    for index, (name, values) in enumerate(series):
        known = [(position, value) for position, value in enumerate(values) if value is not None]
        if known:
            x, y = place(*known[-1])
            ends.append(Mark(x + 8, y + 4, name, index % COLOURS))
    return {
        "title": title,
        "slug": slugify(title),
        "unit": unit,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "foot": HEIGHT - BOTTOM,
        "grid": [Mark(LEFT - 8, place(0, value)[1], _short(value)) for value in marks],
        "feet": [
            Mark(place(index, 0)[0], HEIGHT - 12, str(label))
            for index, label in enumerate(labels)
            if index % every == 0
        ],
        "lines": [(colour, [_line(run) for run in own if len(run) > 1]) for colour, own in runs],
        "dots": [Mark(*run[0], series=colour) for colour, own in runs for run in own if len(run) == 1],
        "ends": _spread(ends),
        "target": None if target is None else Mark(LEFT + 4, place(0, target)[1], target_words),
        "names": [name for name, _ in series],
        "rows": [(label, [values[index] for _, values in series]) for index, label in enumerate(labels)],
        "table": table,
    }


def _hundredths(value: Number, whole: Number) -> str:
    return f"{100 * value / whole:.3f}" if whole else "0"


@register.inclusion_tag("charts/bar.html")
def bar_chart(
    title: str,
    rows: Sequence[tuple[str, Number]],
    unit: str = "",
    heading: str = "",
    target: Number | None = None,
    target_words: str = "",
) -> dict[str, Any]:
    """Draw one bar a row inside the table of its figures: ``rows`` as (label, value)."""
    highest = max([value for _, value in rows] + [target or 0], default=0)
    return {
        "title": title,
        "slug": slugify(title),
        "unit": unit,
        "heading": heading,
        "rows": [(label, value, _hundredths(value, highest)) for label, value in rows],
        "target": None if target is None else _hundredths(target, highest),
        "target_value": target,
        "target_words": target_words,
    }


@register.inclusion_tag("charts/stacked.html")
def stacked_bar_chart(
    title: str,
    names: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Number]]],
    unit: str = "",
    heading: str = "",
    share: bool = False,
) -> dict[str, Any]:
    """Draw one stacked bar a row beside its figures: ``names`` of the parts, ``rows`` as (label, values).

    ``share`` makes every bar as long as the room (parts of a whole); otherwise lengths compare the rows.
    """
    highest = max([sum(values) for _, values in rows], default=0)
    return {
        "title": title,
        "slug": slugify(title),
        "unit": unit,
        "heading": heading,
        "names": [(name, index % COLOURS) for index, name in enumerate(names)],
        "rows": [
            (label, _segments(names, values, sum(values) if share else highest), values, sum(values))
            for label, values in rows
        ],
    }


def _segments(names: Sequence[str], values: Sequence[Number], whole: Number) -> list[Segment]:
    start: Number = 0
    segments = []
    for index, (name, value) in enumerate(zip(names, values, strict=True)):
        if value:
            place, length = _hundredths(start, whole), _hundredths(value, whole)
            segments.append(Segment(place, length, index % COLOURS, name, value))
        start += value
    return segments


@register.inclusion_tag("charts/progress.html")
def progress(label: str, done: Number, total: Number, unit: str = "") -> dict[str, Any]:
    """Draw how much of a whole is done, with the figures in words."""
    return {
        "label": label,
        "done": done,
        "total": total,
        "unit": unit,
        "share": _hundredths(min(done, total), total),
        "whole_percent": int(100 * min(done, total) / total) if total else 0,
    }
