"""What exercises add to shared pages: things to do, dates, the release page's section and act."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Sum
from django.urls import reverse

from portal.pages.contributions import Act, Dated, Due, Effect, ListPage, Panel, Waiting, counted
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import last_changed
from portal.working_days import start_of
from releases.publishing.models import Release
from releases.publishing.terms import Approach
from releases.scheduling import can, may, queries
from releases.scheduling.models import Exercise
from releases.scheduling.states import UNDER_WAY, ExerciseState


def _url(exercise: Exercise) -> str:
    return reverse("scheduling:exercise", args=[exercise.reference])


def lists(actor: Actor) -> Iterator[ListPage]:
    """The list of exercises."""
    if actor.has(Permission.READ_PORTAL):
        yield ListPage("scheduling:exercises", "Scheduling exercises")


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """For parties that are silent the statement; for DCC the schedule of an exercise that is closed."""
    if may.open_exercise.why_not(by=actor) is None:
        for one in queries.visible_to(actor).filter(state=ExerciseState.CLOSED):
            text = f"Make and confirm the schedule of {one.release.reference} ({one})"
            yield Waiting(text, _url(one), since=one.closed_at or one.closes_at, group="Scheduling exercises")
    if may.states.why_not(by=actor) is None:
        for party in queries.silent_parties(actor, at):
            exercise = party.exercise
            url = reverse("scheduling:state", args=[exercise.reference, party.organisation.slug])
            text = f"Say when homes of {party.organisation} may be activated with {exercise.release.reference}"
            yield Waiting(text, url, exercise.opened_at, exercise.closes_at, group="Scheduling exercises")


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """The closing times of statements, and the firm nights."""
    found = queries.visible_to(actor).filter(closes_at__gte=start, closes_at__lt=end)
    own = set(queries.own_exercises(actor).values_list("pk", flat=True))
    status = dict.fromkeys(ExerciseState, "done")
    status |= {ExerciseState.OPEN: "confirmed", ExerciseState.WITHDRAWN: "cancelled"}
    for one in found.annotate(changed_at=last_changed(Exercise)):
        yield Dated(
            one.closes_at,
            f"{one}: statements on when to activate {one.release.reference} close",
            _url(one),
            status[ExerciseState(one.state)],
            key=f"exercise-{one.pk}-close",
            kind="scheduling",
            release=one.release.reference,
            own=one.pk in own,
            ends=True,
            sequence=one.version,
            changed_at=one.changed_at,
        )
    yield from _nights(actor, start, end)


def _nights(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """The firm nights: all for DCC, for others those on which own homes are activated."""
    axes = ("group__exercise", "group__exercise__reference", "group__exercise__release__reference", "night")
    rows = queries.dated_nights(actor, start, end).order_by("night", "group__exercise")
    given_up = queries.given_up()
    for pk, reference, release, night, homes in rows.values_list(*axes).annotate(sum=Sum("homes")):
        ended = given_up.get(pk)
        yield Dated(
            start_of(night),
            f"{release}: {counted(homes, 'home')} activated on this night",
            reverse("scheduling:exercise", args=[reference]),
            "cancelled" if ended and start_of(night) >= ended else "confirmed",
            key=f"exercise-{pk}-night-{night}",
            kind="scheduling",
            release=release,
            own=not actor.has(Permission.MANAGE_RELEASES),
            sequence=1 if ended else 0,
            changed_at=ended,
        )


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """The moments at which reminders go out and statements close."""
    for one in queries.visible_to(actor).filter(state=ExerciseState.OPEN, closes_at__gt=at):
        yield Due(one.closes_at, f"{one}: statements close")
        if one.reminded_at is None and one.remind_at > at:
            yield Due(one.remind_at, f"{one}: who is silent is reminded")


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """The exercises on the release."""
    if release.approach == Approach.SCHEDULING and actor.has(Permission.READ_PORTAL):
        context = {"exercises": list(queries.on_release(release, actor))}
        yield Panel(48, "Scheduling", "scheduling/panels/exercises.html", context, slug="scheduling")


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """DCC opens an exercise from the release."""
    if release.approach == Approach.SCHEDULING and may.open_exercise.why_not(by=actor) is None:
        url = reverse("scheduling:open_exercise", args=[release.reference])
        yield Act(12, "Open a scheduling exercise", url, can.open_exercise.why_not(release))


def release_effects(release: Release, act: str, actor: Actor, at: datetime) -> Iterator[Effect]:
    """An exercise ends with its release; it stays where the release only returns to draft."""
    if act in ("withdraw", "supersede", "reject"):
        held = release.exercises.filter(state__in=[*UNDER_WAY, ExerciseState.CONFIRMED]).count()
        if held:
            yield Effect(23, f"Withdrawn: {counted(held, 'scheduling exercise')}, its parties told so.")
