"""The working behind a release's dates, in plain sentences; pure.

`dates.timetable` computes; this module explains each date in the words of the class table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portal.working_days import (
    LONDON,
    last_day_before,
    london_day,
    non_working_days_between,
    service_day,
    start_of,
    why_not_working,
)
from releases.publishing.terms import LEAST_CLEAR_DAYS, Approach, ClassTerms, Period, Unit


@dataclass(frozen=True, slots=True)
class Line:
    """One explained step of the working: what it is about, the instant it leads to, and why."""

    about: str
    result: datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """The dates of a release, each with the line that explains it.

    `earliest_deployment` and `earliest_activation` are None while a scheduling exercise has not confirmed
    them; `user_test_ends` and `objections_end` are None where class or approach has no such period.
    """

    service_day: datetime
    earliest_deployment: datetime | None
    user_test_ends: datetime | None
    objections_end: datetime | None
    earliest_activation: datetime | None
    working: Sequence[Line] = field(default_factory=tuple)

    @property
    def tests_last_day(self) -> date | None:
        """The last day of the user-test period."""
        return last_day_before(self.user_test_ends) if self.user_test_ends else None

    @property
    def objections_last_day(self) -> date | None:
        """The last day on which objections are in time."""
        return last_day_before(self.objections_end) if self.objections_end else None


def day_words(day: date) -> str:
    """Return `day` as "9 January 2017"."""
    return f"{day.day} {day:%B %Y}"


def words(at: datetime) -> str:
    """Return the London day of `at` as "9 January 2017", with the time where it is neither end of the day."""
    local = at.astimezone(LONDON)
    day = day_words(local.date())
    return day if f"{local:%H:%M:%S}" in ("00:00:00", "23:59:59") else f"{day} at {local:%H:%M}"


def last_day_words(end: datetime) -> str:
    """Return the last day before `end` as "18 January 2017"."""
    return day_words(last_day_before(end))


def explain(
    terms: ClassTerms,
    approach: Approach,
    found: Timetable,
    *,
    announced_at: datetime,
    planned: datetime | None,
    notice: datetime,
    counted: Period | None,
) -> tuple[Line, ...]:
    """Return one line for each date of `found`, in the order in which they follow from one another.

    `counted` is the period behind the activation notice, None where a ballot waived it.
    """
    return (
        _service(announced_at),
        _deployment(terms, approach, found, announced_at),
        _tests(terms, approach, found, announced_at),
        _objections(terms, found, planned),
        _notice(announced_at, notice, counted),
        _activation(found),
        _bank_holidays(found, announced_at, planned),
    )


def _service(announced_at: datetime) -> Line:
    counted = service_day(announced_at)
    local = announced_at.astimezone(LONDON)
    because = f"Notice served on {day_words(local.date())} at {local:%H:%M %Z} counts on {day_words(counted)}."
    if counted != london_day(announced_at):
        because += " Service after 17:00 or on a day that is not a Working Day counts as the next Working Day."
        reason = why_not_working(london_day(announced_at))
        if reason is not None:
            because += f" {day_words(local.date())} was {reason}."
    return Line("Service", start_of(counted), because)


def _deployment(terms: ClassTerms, approach: Approach, found: Timetable, served: datetime) -> Line:
    about, at = "Earliest deployment", found.earliest_deployment
    if at is None:
        return Line(about, None, "The scheduling exercise has not confirmed a date yet.")
    if approach == Approach.SCHEDULING:
        return Line(about, at, f"The scheduling exercise confirmed {words(at)}.")
    if approach == Approach.NOTICE_ONLY:
        return Line(about, at, "Under notice only, deployment needs no notice.")
    if not terms.deployment_notice:
        return Line(about, at, f"The class {terms.name} has no notice before deployment.")
    return Line(about, at, _counted(terms.deployment_notice, served, at))


def _tests(terms: ClassTerms, approach: Approach, found: Timetable, served: datetime) -> Line:
    about, at = "User testing", found.user_test_ends
    if at is None:
        whose = f"The class {terms.name}" if approach == Approach.CONSULTATION else "This approach"
        return Line(about, None, f"{whose} has no user-test period.")
    days = Period(terms.user_test_days).words()
    skipped = _skipped(service_day(served), last_day_before(at))
    return Line(about, at, f"{days} after the day of service: to {last_day_words(at)}.{skipped}")


def _objections(terms: ClassTerms, found: Timetable, planned: datetime | None) -> Line:
    about, at = "Objections", found.objections_end
    if at is None or terms.objections_after_test is None:
        return Line(about, None, "There are no objections before activation.")
    after = f"{Period(terms.objections_after_test).words()} after the user-test period"
    if terms.objections_before_activation is None or planned is None:
        return Line(about, at, f"{after}: to {last_day_words(at)}.")
    before = f"{Period(terms.objections_before_activation).words()} before the activation on {words(planned)}"
    return Line(about, at, f"The later of {before} and {after}: to {last_day_words(at)}.")


def _notice(served: datetime, notice: datetime, counted: Period | None) -> Line:
    about = "Activation notice"
    if counted is None:
        return Line(about, notice, f"Waived by ballot to 4 hours after service: {words(notice)}.")
    because = _counted(counted, served, notice)
    if counted.unit != Unit.CLEAR_DAYS:
        because += f" Never less than {LEAST_CLEAR_DAYS} clear days."
    return Line(about, notice, because)


def _activation(found: Timetable) -> Line:
    about, at = "Earliest activation", found.earliest_activation
    if at is None:
        return Line(about, None, "The scheduling exercise has not confirmed a date yet.")
    if at == found.earliest_deployment:
        because = "The image must be deployed first"
    elif at == found.objections_end:
        because = "The objection window is over"
    else:
        because = "The last of the conditions above is met"
    return Line(about, at, f"{because}: from {words(at)}.")


def _bank_holidays(found: Timetable, served: datetime, planned: datetime | None) -> Line:
    """Name the bank holidays that any count of Working Days above has passed over."""
    ends = [at for at in (found.earliest_deployment, found.user_test_ends, found.objections_end) if at is not None]
    if planned is not None and found.objections_end is not None and planned > found.objections_end:
        ends.append(planned)  # counted backwards from there
    last = max((last_day_before(end) for end in ends), default=service_day(served))
    names = _holidays(london_day(served), last)
    return Line(
        "Bank holidays",
        None,
        f"Passed over: {', '.join(names)}." if names else "None is passed over; calendar days count them too.",
    )


def _counted(period: Period, served: datetime, opens: datetime) -> str:
    start, last = service_day(served), last_day_before(opens)
    count = period.words().replace("Working", "clear Working")
    skipped = _skipped(start, last) if period.unit == Unit.WORKING_DAYS else ""
    first = day_words(start + timedelta(days=1))
    return f"{count}, from {first} to {day_words(last)}: open from {words(opens)}.{skipped}"


def _skipped(after: date, until: date) -> str:
    holidays = _holidays(after, until)
    return f" Not counted: {', '.join(holidays)}." if holidays else ""


def _holidays(after: date, until: date) -> list[str]:
    return [f"{name} ({day_words(day)})" for day, name in non_working_days_between(after, until)]
