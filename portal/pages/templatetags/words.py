"""Dates, numbers, states and Markdown in words, the same on every page. ``{% load words %}``."""

from datetime import date, datetime, timedelta
from typing import Any

import nh3
from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt

from portal.working_days import LONDON, last_day_before, london_day, start_of

register = template.Library()

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable("table")
_TAGS = set("p br hr strong em del code pre blockquote ul ol li a h3 h4 h5 h6 table thead tbody tr th td".split())
_HIGHEST, _DEEPEST = 3, 6

# What a state means for the person reading: settled well, moving, waiting for somebody, stopped, or over.
COLOURS = {
    "green": "accepted acknowledged activated active admitted agreed approved cleared complete completed"
    " confirmed decided delivered determined done effective finished met noted open passed permitted"
    " published ready reported resolved served success up_to_date verified",
    "teal": "activating deployed deploying distributing finishing hypercare in_force investigating"
    " running sending solving started testing under_way",
    "yellow": "asked booked current due lodged narrowed noticed notified now pending planned proposed queued"
    " raised requested scheduled soon submitted tied waiting warning",
    "orange": "appealed contested deferred disputed held inquorate later paused placed provisional retest"
    " retrying returned stopping unreachable",
    "red": "blocked bounced declined expired failed halted impossible late lost not_met overdue refused regressed"
    " rejected stopped suspended void voided",
    "grey": "accepted_risk cancelled closed draft duplicate ended excluded inactive lifted not_needed"
    " off overtaken released replaced retired skipped superseded withdrawn",
}
_COLOUR_OF = {state: colour for colour, states in COLOURS.items() for state in states.split()}


def _local(value: datetime) -> datetime:
    return value.astimezone(LONDON) if timezone.is_aware(value) else value


@register.filter
def uk_date(value: date | datetime | None) -> str:
    """Return "9 January 2017", the day in Europe/London; nothing for nothing."""
    if not value:
        return ""
    day = _local(value) if isinstance(value, datetime) else value
    return f"{day.day} {day:%B %Y}"


@register.filter
def uk_weekday(value: date | datetime | None) -> str:
    """Return the day's name in Europe/London."""
    if not value:
        return ""
    return f"{_local(value) if isinstance(value, datetime) else value:%A}"


@register.filter
def uk_time(value: datetime | None) -> str:
    """Return "12:00 GMT" or "12:00 BST"."""
    return f"{_local(value):%H:%M %Z}" if value else ""


@register.filter
def uk_datetime(value: datetime | None) -> str:
    """Return "9 January 2017, 12:00 GMT" in Europe/London; nothing for nothing."""
    return f"{uk_date(value)}, {uk_time(value)}" if value else ""


@register.filter
def deadline_day(end: datetime | None) -> date | datetime | None:
    """Return the last day on which something is in time: for an end at midnight in London, the day before."""
    return last_day_before(end) if end and end == start_of(london_day(end)) else end


@register.filter
def deadline(end: datetime | None) -> str:
    """Return "the end of 8 January 2017" for an end at midnight in London, as everybody says it, else its time."""
    day = deadline_day(end)
    return uk_datetime(end) if day == end else f"the end of {uk_date(day)}"


@register.filter
def uk_short(value: datetime | None) -> str:
    """Return "9 Jan 2017, 12:00 GMT" for columns of a wide table; nothing for nothing."""
    return f"{_local(value).day} {_local(value):%b %Y}, {uk_time(value)}" if value else ""


@register.filter
def calendar_status(status: str) -> str:
    """Return the word for how firm an entry of the calendar is; what is only planned is called provisional."""
    return "Provisional" if status == "planned" else state_words(status)


@register.filter
def iso(value: date | datetime | None) -> str:
    """Return the machine-readable form for ``<time datetime>``."""
    return value.isoformat() if value else ""


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for name, size, least in (("day", 86_400, 2), ("hour", 3_600, 1), ("minute", 60, 1)):
        count = seconds // size
        if count >= least:
            return f"{count} {name}" + ("s" if count != 1 else "")
    return "less than a minute"


@register.filter
def age(since: datetime | None, at: datetime | None) -> str:
    """Return how long ago ``since`` was at portal time ``at``: "3 days", "26 hours", "5 minutes"."""
    return _span(max(at - since, timedelta())) if since and at else ""


@register.filter
def until(due: datetime | None, at: datetime | None) -> str:
    """Return "in 3 days" before ``due`` and "3 days late" after it."""
    if not due or not at:
        return ""
    return f"in {_span(due - at)}" if due >= at else f"{_span(at - due)} late"


@register.filter
def is_late(due: datetime | None, at: datetime | None) -> bool:
    """Whether ``due`` has passed at portal time ``at``."""
    return bool(due and at and due < at)


@register.filter
def number(value: Any, places: int = 0) -> str:
    """Return a number with thousands separators and so many decimal places; a dash for nothing."""
    if value is None or value == "":
        return "–"
    return f"{value:,.{places}f}" if places or not isinstance(value, int) else f"{value:,}"


@register.filter
def percent(value: Any, of: Any) -> str:
    """Return ``value`` as a share of ``of``: "12.5 %"; a dash when there is nothing to share."""
    return f"{100 * value / of:.1f} %" if of else "–"


@register.filter
def bytes_size(value: int | None) -> str:
    """Return a file's size: "512 bytes", "1.5 KB", "12.0 MB" (1 KB = 1,024 bytes)."""
    if value is None:
        return "–"
    if value < 1024:
        return f"{value} bytes"
    return f"{value / 1024:,.1f} KB" if value < 1024**2 else f"{value / 1024**2:,.1f} MB"


@register.filter
def state_words(state: Any) -> str:
    """Return a state as words: its label where it has one, else its value without underscores."""
    label = getattr(state, "label", None)
    text = str(label if label is not None else state).replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


@register.filter
def state_colour(state: Any) -> str:
    """Return the tag colour of a state; grey when the state has none. The words always say it too."""
    return _COLOUR_OF.get(
        str(getattr(state, "value", state)).strip().lower().replace("-", "_").replace(" ", "_"), "grey"
    )


@register.filter
def markdown(text: str | None, level: int = _HIGHEST) -> SafeString:
    """Return CommonMark text as clean HTML: allow-listed tags only, headings from ``level`` (the third) down."""
    tokens = _MARKDOWN.parse(text or "")
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - highest + level, _DEEPEST)}"
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    cleaned = nh3.clean(
        html, tags=_TAGS, attributes={"a": {"href"}, "ol": {"start"}}, url_schemes={"http", "https", "mailto"}
    )
    return mark_safe(cleaned)  # noqa: S308 - nh3 has just cleaned it to the allow-list


@register.filter
def before_colon(words: str) -> str:
    """Return the short name of what is explained after a colon: "White" of "White: public"."""
    return words.partition(":")[0]


@register.filter
def slug_state(state: Any) -> str:
    """Return a state's value as a class name part: "not_met" becomes "not-met"."""
    return str(getattr(state, "value", state)).strip().lower().replace("_", "-").replace(" ", "-")


@register.filter
def field_id(label: str, given: str = "") -> str:
    """Return the id of the reason box of an act: the given one, else made from the act's words."""
    return given or f"why-{slugify(label)}"
