"""Every change of user testing, one function each, by noun."""

from releases.testing.verbs.booking import ONE_BOOKING, book, cancel, cancel_set_aside
from releases.testing.verbs.results import Found, report_results

__all__ = [
    "ONE_BOOKING",
    "Found",
    "book",
    "cancel",
    "cancel_set_aside",
    "report_results",
]
