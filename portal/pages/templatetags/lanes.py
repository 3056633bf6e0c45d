"""A chart of ways from one of several rows to another, one lane a way. ``{% load lanes %}``.

Drawn as the other charts are: on the server, with classes only, and always above the table of what it shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.text import slugify

register = template.Library()

WIDTH, LEFT, LANE, ROW, TOP = 700, 96, 100, 34, 34
COLOURS = 9


@dataclass(frozen=True)
class Lane:
    """A vertical line at ``x`` along the rows it touches: dots where it may begin, an arrow head at its end."""

    name: str
    series: int
    x: int
    top: int
    bottom: int
    dots: list[int]
    head: str


@register.inclusion_tag("charts/lanes.html")
def lane_chart(title: str, rows: Sequence[str], lanes: Sequence[tuple[str, Sequence[str], str]]) -> dict[str, Any]:
    """Draw ``lanes`` given as (name, the rows it may begin at, the row it ends at) across ``rows`` from the top."""
    places = {row: TOP + ROW // 2 + ROW * index for index, row in enumerate(rows)}
    return {
        "title": title,
        "slug": slugify(title),
        "width": max(WIDTH, LEFT + LANE * len(lanes)),
        "height": TOP + ROW * len(rows) + 4,
        "left": LEFT,
        "rows": places.items(),
        "lanes": [_lane(number, lane, places) for number, lane in enumerate(lanes)],
    }


def _lane(number: int, lane: tuple[str, Sequence[str], str], places: dict[str, int]) -> Lane:
    name, starts, end = lane
    x, tip = LEFT + LANE // 2 + LANE * number, places[end]
    dots = [places[start] for start in starts]
    reach = [*dots, tip]
    wing = 9 if max(reach) > tip else -9
    head = f"{x},{tip} {x - 6},{tip + wing} {x + 6},{tip + wing}"
    return Lane(name, number % COLOURS, x, min(reach), max(reach), dots, head)
