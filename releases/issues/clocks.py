"""The clocks of an issue; pure. Portal defaults, counted as notices are."""

from datetime import UTC, datetime, timedelta

from portal.working_days import clear_working_days_after

ACKNOWLEDGE_SEVERITY_1_WITHIN = timedelta(hours=4)
REOPEN_WORKING_DAYS = 10


def acknowledge_by(raised_at: datetime, severity: int) -> datetime:
    """Return by when DCC owes the acknowledgement of an issue of this severity.

    Rule: severity 1 within 4 hours by day or night, severity 2 within 1 Working Day, others within 3
    (Issues, portal default). Raising after 17:00 or on a non-Working Day counts as the next Working Day.
    """
    if severity == 1:
        return raised_at.astimezone(UTC) + ACKNOWLEDGE_SEVERITY_1_WITHIN
    return clear_working_days_after(raised_at, 1 if severity == 2 else 3)


def reopen_until(ended_at: datetime) -> datetime:
    """Return until when an issue that ended (closed, rejected, duplicate) may be reopened.

    Rule: within 10 Working Days (Issues).
    """
    return clear_working_days_after(ended_at, REOPEN_WORKING_DAYS)
