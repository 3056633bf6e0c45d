"""What another class, approach, day of announcement or plan would mean, beside the present plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.pages.templatetags.timelines import Track
from portal.working_days import last_day_before, london_day
from releases.publishing.classes import current_class
from releases.publishing.dates import activation_notice_over, hypercare_until
from releases.publishing.models import Approach, Release
from releases.publishing.readiness import dates_too_early, release_timetable, terms_at
from releases.publishing.timeline import planned_tracks
from releases.publishing.working import Timetable, day_words, words


@dataclass(frozen=True, slots=True)
class Plan:
    """A release's dates if it were announced at a moment, and what stands against them."""

    release: Release
    announced_at: datetime
    timetable: Timetable
    hypercare_until: datetime | None
    tracks: list[Track]
    refused: str
    """Why these planned dates could not be announced, or an empty text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: in words for both plans, and by how many days the other is later (or earlier)."""

    name: str
    present: str
    other: str
    days: int | None

    @property
    def difference(self) -> str:
        """In words: "3 days later", "the same", or nothing where it is no date."""
        if self.days is None:
            return "" if self.present == self.other else "another"
        if self.days == 0:
            return "the same"
        count = abs(self.days)
        return f"{count} day{'' if count == 1 else 's'} {'later' if self.days > 0 else 'earlier'}"


def plan_of(release: Release, at: datetime) -> Plan:
    """Return the plan of a draft as if it were announced at `at`; that of an announced release as it was announced."""
    at = release.announced_at if release.class_terms and release.announced_at else at
    found, terms = release_timetable(release, at=at), terms_at(release, at)
    notice = activation_notice_over(terms, at)
    activation = release.planned_activation_at or found.earliest_activation
    refused = ""
    if release.planned_deployment_at and release.planned_activation_at:
        refused = dates_too_early(found, release.planned_deployment_at, release.planned_activation_at)
    return Plan(
        release,
        at,
        found,
        hypercare_until(terms, activation) if activation else None,
        list(planned_tracks(terms, found, at, notice, release=release)),
        refused,
    )


def whatif(answers: Mapping[str, Any]) -> Plan:
    """Return the plan under the class in force on the day of announcement, an approach and planned dates.

    Under scheduling both planned dates stand for those the exercise confirms. Raises Invalid for a day without class.
    """
    at = answers["announced_at"]
    deployment, activation = answers.get("planned_deployment_at"), answers.get("planned_activation_at")
    confirmed = answers["approach"] == Approach.SCHEDULING and deployment and activation
    release = Release(
        urgency_class=current_class(answers["urgency_class"], at),
        approach=answers["approach"],
        planned_deployment_at=deployment,
        planned_activation_at=activation,
        schedule_confirmed_at=at if confirmed else None,
    )
    return plan_of(release, at)


def compare(present: Plan, other: Plan) -> list[Row]:
    """Return both plans line by line."""
    return [
        Row("Class", str(present.release.urgency_class), str(other.release.urgency_class), None),
        Row("Approach", present.release.get_approach_display(), other.release.get_approach_display(), None),
        _dated("Announced", present.announced_at, other.announced_at),
        _dated("Earliest deployment", present.timetable.earliest_deployment, other.timetable.earliest_deployment),
        _ended("User testing until", present.timetable.user_test_ends, other.timetable.user_test_ends),
        _ended("Objections until", present.timetable.objections_end, other.timetable.objections_end),
        _dated("Earliest activation", present.timetable.earliest_activation, other.timetable.earliest_activation),
        _dated(
            "Planned deployment", present.release.planned_deployment_at, other.release.planned_deployment_at, "not set"
        ),
        _dated(
            "Planned activation", present.release.planned_activation_at, other.release.planned_activation_at, "not set"
        ),
        _ended("Hypercare until", present.hypercare_until, other.hypercare_until),
    ]


def _dated(name: str, present: datetime | None, other: datetime | None, otherwise: str = "not known yet") -> Row:
    before, after = (words(at) if at else otherwise for at in (present, other))
    return Row(name, before, after, _days(present, other))


def _ended(name: str, present: datetime | None, other: datetime | None) -> Row:
    before, after = (day_words(last_day_before(at)) if at else "none" for at in (present, other))
    return Row(name, before, after, _days(present, other))


def _days(present: datetime | None, other: datetime | None) -> int | None:
    if present is None or other is None:
        return None
    return (london_day(other) - london_day(present)).days
