"""By when DCC owes an answer; pure. Portal defaults, counted as notices are."""

from datetime import datetime

from portal.working_days import clear_working_days_after

ANSWER_WORKING_DAYS = 3
REQUEST_WORKING_DAYS = 10


def answer_by(asked_at: datetime) -> datetime:
    """Return by when a question is to be answered."""
    return clear_working_days_after(asked_at, ANSWER_WORKING_DAYS)


def request_answer_by(requested_at: datetime) -> datetime:
    """Return by when a content request is to be answered."""
    return clear_working_days_after(requested_at, REQUEST_WORKING_DAYS)
