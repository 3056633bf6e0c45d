"""The cells of the coverage matrix: hundreds on a page, so they are put together here and not by the template."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from releases.testing.coverage import Standing

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
