"""How a window stands in words, of which its state knows only a part: whether results are still owed."""

from datetime import datetime

from portal.pages.templatetags.words import deadline
from releases.testing.period import results_until
from releases.testing.states import WindowState


def standing(state: str, ends_at: datetime, at: datetime) -> tuple[str, str]:
    """Return how a window stands, and until when results are due where it is over without any.

    A window that is over stays booked while its results are taken; afterwards none will come.
    """
    label = str(WindowState(state).label)
    if state != WindowState.BOOKED or at < ends_at:
        return label, ""
    until = results_until(ends_at)
    return (label, f"results due until {deadline(until)}") if at < until else ("No results", "")
