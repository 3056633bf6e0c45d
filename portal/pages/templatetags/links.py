"""Links that keep the address's other parameters: sorting and paging. ``{% load links %}``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.template.context import Context

register = template.Library()


@dataclass(frozen=True)
class SortLink:
    """A sort link: where it leads, what assistive technology says of the column, the arrow shown."""

    href: str
    aria: str
    arrow: str


@register.simple_tag(takes_context=True)
def sort_link(context: Context, name: str) -> SortLink:
    """Return the link that sorts by a column; a second time it turns the order round (``?sort=-name``)."""
    query = context["request"].GET.copy()
    present = query.get("sort", "")
    query["sort"] = f"-{name}" if present == name else name
    query.pop("page", None)
    aria, arrow = {name: ("ascending", "↑"), f"-{name}": ("descending", "↓")}.get(present, ("none", ""))
    return SortLink(f"?{query.urlencode()}", aria, arrow)


@register.filter
def above(path: str) -> str:
    """Return the address one step up: "/rollouts/R1/pause/" becomes "/rollouts/R1/"."""
    return path.rstrip("/").rpartition("/")[0] + "/"


@register.filter
def page_numbers(paginator: "Paginator[Any]", number: int) -> Iterable[int | str]:
    """Return the page numbers to show, with "…" where some are left out."""
    return paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
