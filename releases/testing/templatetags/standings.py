"""How windows stand, and the cells of the coverage matrix: hundreds on a page, so they are put together here."""

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from releases.testing.coverage import Standing
from releases.testing.models import TestWindow
from releases.testing.standing import standing as standing_of

register = template.Library()

_WORDS = {
    Standing.COVERED: "Pass",
    Standing.FAILED: "Fail",
    Standing.BLOCKED: "Blocked",
    Standing.UNTESTED: "–",
}
_CELLS = {standing: f'<td class="app-cover__{standing}">{word}</td>' for standing, word in _WORDS.items()}


@register.filter
def cells(standings: Iterable[Standing]) -> SafeString:
    """Return a table cell for each standing, in words as well as by colour."""
    return SafeString("".join(_CELLS[standing] for standing in standings))


@register.filter
def standing(window: TestWindow, at: datetime) -> tuple[str, str]:
    """Return how a window stands in words, and until when results are due."""
    return standing_of(window.state, window.ends_at, at)
