"""The clocks of objections and ballots: Working Days from the rule set to instants."""

from datetime import datetime

from portal.working_days import clear_working_days_after
from releases.ballots.rulesets import Clock
from releases.publishing.models import Release, UrgencyClass

QUICK = (UrgencyClass.Name.URGENT, UrgencyClass.Name.EMERGENCY)


def is_urgent(release: Release) -> bool:
    """Whether the shorter clocks apply: Urgent releases, and Emergency ones, which are more so."""
    return release.urgency_class.name in QUICK


def due(clock: Clock, release: Release, at: datetime) -> datetime:
    """When this clock, started at `at`, runs out: the end of its last Working Day."""
    return clear_working_days_after(at, clock.days(urgent=is_urgent(release)))
