"""Every change of user testing, one function each, by noun."""

from releases.testing.verbs.booking import ONE_BOOKING, book, cancel, cancel_set_aside
from releases.testing.verbs.cases import add_case, retire_case, revise_case
from releases.testing.verbs.results import Found, report_results

__all__ = [
    "ONE_BOOKING",
    "Found",
    "add_case",
    "book",
    "cancel",
    "cancel_set_aside",
    "report_results",
    "retire_case",
    "revise_case",
]
