"""DCC confirms a schedule: its dates are firm from then on, and there is no objection stage (Approaches)."""

from datetime import date, datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.said import said
from portal.workflow.transitions import lock, move
from portal.working_days import london_day, start_of
from releases.publishing import verbs as publishing
from releases.publishing.dates import activation_notice_over
from releases.publishing.models import Release
from releases.publishing.readiness import terms_at
from releases.publishing.states import IN_SERVICE_OF_NOTICE, ReleaseState
from releases.scheduling import can, may, messages
from releases.scheduling.checker import check
from releases.scheduling.frames import words
from releases.scheduling.frozen import changes_since, problem_of
from releases.scheduling.models import Draft, Exercise, FirmNight
from releases.scheduling.problem import Schedule
from releases.scheduling.states import ExerciseState

MOST_BREACHES = 10  # named in a refusal


@transaction.atomic
def confirm(
    exercise: Exercise, schedule: Schedule, *, why: str, by: Actor, at: datetime, seen: int | None = None
) -> Exercise:
    """Make the dates of a schedule firm, with the reasons, and return the exercise; each party learns what it got.

    The first night becomes the release's planned activation. Those of a re-run take the place of the firm dates before;
    the message is their notice. Raises Invalid, naming what is broken, for a schedule that breaks a firm limit, or
    whose first night comes before notice served now is over.
    """
    exercise = lock(exercise, seen=seen)
    may.confirm(by=by)
    can.confirm(exercise)
    why = said(why, "why", "Give your reasons: every party reads them.")
    problem = problem_of(exercise)
    breaches = [str(one) for one in check(problem, schedule)]
    if breaches:
        raise Invalid("The schedule breaks a firm limit.", {"schedule": breaches[:MOST_BREACHES]})
    first = min(one.day for one in schedule)
    _check_notice(exercise.release, first, at)
    _write(exercise, schedule)
    _set_dates(exercise, first, why=why, by=by, at=at)
    for replaced in exercise.release.exercises.filter(state=ExerciseState.CONFIRMED):
        move(lock(replaced), to=ExerciseState.REPLACED, by=by, at=at, verb="confirm", why=f"Re-run as {exercise}")
    exercise.confirmed_at, exercise.confirmed_by_name, exercise.reasons = at, by.name, why
    fields = ("confirmed_at", "confirmed_by_name", "reasons")
    move(exercise, to=ExerciseState.CONFIRMED, by=by, at=at, verb="confirm", why=why, fields=fields)
    tell(messages.DatesConfirmed(exercise, problem, schedule, at), at=at)
    return exercise


@transaction.atomic
def confirm_draft(draft: Draft, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Exercise:
    """Make the dates of a draft firm, as `confirm` does, and return its exercise; ``seen`` is the draft's version.

    Raises NotNow for a draft made from anything else than what stands now.
    """
    lock(draft.exercise)
    draft = lock(draft, seen=seen)
    may.confirm(by=by)
    can.confirm_draft(draft, changes_since(draft))
    return confirm(draft.exercise, draft.schedule, why=why, by=by, at=at)


def _check_notice(release: Release, first: date, at: datetime) -> None:
    over = london_day(activation_notice_over(terms_at(release, at), at))
    if first < over:
        sentence = (
            f"The first night is {words(first)}, and notice served now is over on {words(over)}: change the exercise "
            "to begin no sooner, and make the schedule again."
        )
        raise Invalid(sentence, {"schedule": [sentence]})


def _write(exercise: Exercise, schedule: Schedule) -> None:
    groups = {group.number: group for group in exercise.groups.all()}
    FirmNight.objects.bulk_create(
        FirmNight(group=groups[one.group + 1], night=one.day, homes=one.homes) for one in schedule
    )


def _set_dates(exercise: Exercise, first: date, *, why: str, by: Actor, at: datetime) -> None:
    """Give the release its planned dates; once it is announced a later one is an amendment, an earlier one refused."""
    release, activation = lock(exercise.release), start_of(first)
    deployment = start_of(exercise.deployment_on)
    if release.state == ReleaseState.DRAFT:
        exercise.release = publishing.confirm_schedule(
            release, deployment_at=deployment, activation_at=activation, by=by, at=at
        )
    elif release.state in IN_SERVICE_OF_NOTICE and activation != release.planned_activation_at:
        begins = release.planned_deployment_at or deployment
        exercise.release = publishing.amend(
            release, deployment_at=begins, activation_at=activation, why=why, by=by, at=at, is_rerun=True
        )
