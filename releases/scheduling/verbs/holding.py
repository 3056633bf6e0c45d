"""DCC holds an exercise: opens it, changes its frame, closes and reopens it, or withdraws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from portal.delivery.outbox import tell
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.references import take_number
from portal.workflow.said import said
from portal.workflow.transitions import lock, move, note, save
from portal.working_days import london_day
from releases.publishing.dates import activation_notice_over
from releases.publishing.models import Release
from releases.publishing.readiness import terms_at
from releases.scheduling import can, frames, may, messages, queries
from releases.scheduling.models import Exercise, Group, Party, Statement, reach_of
from releases.scheduling.states import ExerciseState
from releases.scheduling.wishes import within, wrong_with

REMIND_AFTER = 2 / 3  # of the time to state
FARTHEST = timedelta(days=3 * 365)  # from today to the first day of a horizon
WRONG = "Something in this exercise needs to be put right."


@dataclass(frozen=True, slots=True)
class Terms:
    """What DCC sets: the horizon, homes a night by region, the days allowed, and until when parties state."""

    first: date
    last: date
    capacity: Mapping[str, int]
    closes_at: datetime
    deployment_on: date
    weekends: bool = False
    bank_holidays: bool = False


_FRAME = ("first", "last", "capacity", "weekends", "bank_holidays", "deployment_on")
_SET = (*_FRAME, "valid_to", "closes_at", "remind_at", "reminded_at", "notice_over")


@transaction.atomic
def open_exercise(release: Release, terms: Terms, *, by: Actor, at: datetime, seen: int | None = None) -> Exercise:
    """Ask every supplier with homes in a release when they may be activated, and return the exercise.

    On a release with firm dates it is a re-run. Raises Invalid, by field, for terms under which no schedule could be.
    """
    release = lock(release, seen=seen)
    may.open_exercise(by=by)
    can.open_exercise(release)
    confirmed = release.exercises.filter(state=ExerciseState.CONFIRMED).first()
    exercise = Exercise(release=release, reruns=confirmed, opened_at=at, opened_by_name=by.name)
    _check_days(exercise, terms, at)
    _set_closing(exercise, terms.closes_at, at, last=terms.last)
    _set_frame(exercise, terms)
    exercise.pk = take_number(Exercise)  # last: a number taken by an opening that is refused is taken for good
    exercise.reference = f"SX-{exercise.pk:04d}"
    exercise.save(force_insert=True)
    _count_parties(exercise)
    if confirmed is not None:
        _carry_over(exercise, confirmed)
    note(exercise, by=by, at=at, verb="open_exercise", data={"release": release.reference})
    tell(messages.ExerciseOpened(exercise, at), at=at)
    return exercise


def _check_days(exercise: Exercise, terms: Terms, at: datetime) -> None:
    """Raise Invalid, by field, for a day newly set that is past, and for a horizon in the far future."""
    today, wrong = london_day(at), {}
    planned = exercise.release.planned_deployment_at
    known = {exercise.first, exercise.deployment_on, london_day(planned) if planned else None}
    for name, what in (("first", "the horizon begins"), ("deployment_on", "deployment begins")):
        day = getattr(terms, name)
        if day < today and day not in known:
            wrong[name] = [f"{frames.words(day)} is past: {what} on {frames.words(today)} or later."]
    if terms.first > today + FARTHEST:
        wrong["first"] = [f"The horizon begins within three years, by {frames.words(today + FARTHEST)}."]
    if wrong:
        raise Invalid(WRONG, wrong)


def _set_closing(exercise: Exercise, closes_at: datetime, at: datetime, *, last: date) -> None:
    """Let statements close then; who is silent is reminded before, and notice is counted from then."""
    sentence = ""
    if closes_at <= at:
        sentence = "Statements close in the future: parties need time to answer."
    elif london_day(closes_at) > last:
        sentence = f"Statements close before the horizon ends, on {frames.words(last)}: close them sooner."
    if sentence:
        raise Invalid(sentence, {"closes_at": [sentence]})
    exercise.closes_at = closes_at
    exercise.remind_at, exercise.reminded_at = at + (closes_at - at) * REMIND_AFTER, None
    exercise.notice_over = london_day(activation_notice_over(terms_at(exercise.release, at), closes_at))


def _set_frame(exercise: Exercise, terms: Terms) -> None:
    """Give the exercise these terms, but for its closing time. Raises Invalid, by field, for what cannot be."""
    for name in _FRAME:
        setattr(exercise, name, getattr(terms, name))
    exercise.capacity = dict(terms.capacity)
    exercise.valid_to = queries.valid_to(exercise.release)
    wrong = frames.wrong_with(exercise.frame, queries.homes_by_region(exercise.release, exercise.capacity))
    if not exercise.capacity:
        wrong["regions"] = ["Choose at least one region."]
    nights = [] if wrong else exercise.frame.nights()
    if nights and terms.deployment_on > nights[0]:
        wrong["deployment_on"] = [f"Deployment begins no later than the first night, {frames.words(nights[0])}."]
    if wrong:
        raise Invalid(WRONG, wrong)


def _count_parties(exercise: Exercise) -> None:
    """Write down who has homes in the exercise now, and how many; who has none any more stays if it has stated."""
    found = queries.homes_by_party(exercise.release, exercise.capacity)
    kept = set(exercise.statements.values_list("organisation", flat=True))
    exercise.parties.exclude(organisation__in=[*found, *kept]).delete()
    for organisation in Organisation.objects.filter(pk__in=[*found, *kept]).order_by("pk"):
        homes = dict(found.get(organisation.pk, {}))
        Party.objects.update_or_create(exercise=exercise, organisation=organisation, defaults={"homes": homes})


def _carry_over(exercise: Exercise, earlier: Exercise) -> None:
    """Let what parties stated for the dates before stand in the re-run, as far as its frame has room for it.

    Who says nothing anew keeps its firm blackouts; what contradicts the new frame is left to its party.
    """
    parties = {party.organisation_id: party for party in exercise.parties.all()}
    for statement in earlier.statements.filter(left_at=None, organisation__in=parties):
        kept = within(statement.wishes, exercise.frame)
        if not wrong_with(kept, exercise.frame, parties[statement.organisation_id].homes):
            Statement.objects.create(
                exercise=exercise,
                organisation_id=statement.organisation_id,
                blackouts=[one.as_stored() for one in kept.blackouts],
                preferred=list(kept.preferred),
                limits=dict(kept.limits),
                shares_reasons=kept.shares_reasons,
                remark=kept.remark,
                made_by_organisation_id=statement.made_by_organisation_id,
                made_by_name=statement.made_by_name,
                made_at=statement.made_at,
                version=1,
            )


@transaction.atomic
def change_exercise(
    exercise: Exercise, terms: Terms, *, why: str, by: Actor, at: datetime, seen: int | None = None
) -> Exercise:
    """Give an exercise under way other terms, with the reason, and return it; what parties stated stays.

    One that is closed is counted anew with them; its closing time stays.
    """
    exercise = lock(exercise, seen=seen)
    may.change_exercise(by=by)
    can.change_exercise(exercise)
    why = said(why, "why", "Say why it changes: every party reads it.")
    is_open = exercise.state == ExerciseState.OPEN
    _check_days(exercise, terms, at)
    if is_open:
        _set_closing(exercise, terms.closes_at, at, last=terms.last)
    _set_frame(exercise, terms)
    save(exercise, *_SET)
    _count_parties(exercise)
    if not is_open:
        _count_groups(exercise)
    note(exercise, by=by, at=at, verb="change_exercise", why=why)
    tell(messages.ExerciseChanged(exercise, why, at), at=at)
    return exercise


def _count_groups(exercise: Exercise) -> None:
    exercise.groups.all().delete()
    Group.objects.bulk_create(queries.groups_of(exercise))


@transaction.atomic
def close_exercise(exercise: Exercise, *, by: Actor, at: datetime, seen: int | None = None) -> Exercise:
    """End the time to state and return the exercise; homes are counted now, and DCC makes the schedule."""
    exercise = lock(exercise, seen=seen)
    may.close_exercise(by=by)
    can.close_exercise(exercise, by=by, at=at)
    exercise.closed_at, exercise.closes_at = at, min(at, exercise.closes_at)
    exercise.asked_about = reach_of(exercise.release)
    _count_parties(exercise)
    _count_groups(exercise)
    fields = ("closed_at", "closes_at", "asked_about")
    move(exercise, to=ExerciseState.CLOSED, by=by, at=at, verb="close_exercise", fields=fields)
    tell(messages.StatementsClosed(exercise, at), at=at)
    return exercise


@transaction.atomic
def reopen_exercise(
    exercise: Exercise, *, closes_at: datetime, why: str, by: Actor, at: datetime, seen: int | None = None
) -> Exercise:
    """Let parties state again until a later time, with the reason, and return the exercise."""
    exercise = lock(exercise, seen=seen)
    may.reopen_exercise(by=by)
    can.reopen_exercise(exercise)
    why = said(why, "why", "Say why it opens again: every party reads it.")
    _set_closing(exercise, closes_at, at, last=exercise.last)
    _set_frame(exercise, Terms(**{name: getattr(exercise, name) for name in _FRAME}, closes_at=closes_at))
    exercise.closed_at = exercise.asked_about = None
    fields = (*_SET, "closed_at", "asked_about")
    move(exercise, to=ExerciseState.OPEN, by=by, at=at, verb="reopen_exercise", why=why, fields=fields)
    _count_parties(exercise)
    tell(messages.ExerciseChanged(exercise, why, at), at=at)
    return exercise


@transaction.atomic
def withdraw_exercise(exercise: Exercise, *, why: str, by: Actor, at: datetime, seen: int | None = None) -> Exercise:
    """End an exercise without a schedule, with the reason, and return it."""
    exercise = lock(exercise, seen=seen)
    may.withdraw_exercise(by=by)
    can.withdraw_exercise(exercise, by=by)
    why = said(why, "why", "Say why it is withdrawn: every party reads it.")
    move(exercise, to=ExerciseState.WITHDRAWN, by=by, at=at, verb="withdraw_exercise", why=why)
    tell(messages.ExerciseWithdrawn(exercise, why, at), at=at)
    return exercise
