"""Workers solve drafts, each one alone.

A draft is solved under the lock of a row of its own, so that a second worker finds it taken and one that dies leaves
it to be solved again; the same problem and seed give the same schedule. Who discards it meanwhile waits for nobody: the
solver asks after each stage whether it is still wanted.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.transitions import lock, move, save
from releases.scheduling import messages
from releases.scheduling.checker import check
from releases.scheduling.clashes import explain
from releases.scheduling.first_come import first_come
from releases.scheduling.glop import OutOfTime
from releases.scheduling.models import Draft, DraftWork
from releases.scheduling.problem import Problem, as_rows
from releases.scheduling.solver import Progress, Stopped, reckon, solve
from releases.scheduling.states import BEING_MADE, DraftState

SILENCE = timedelta(seconds=60)  # after which a draft that is not solved is published again
SECONDS = 60.0  # a search at most; the task is ended after ten minutes
KEPT_SECONDS = 3600  # of how far it is: to lose it costs nothing
_SLOW = "No schedule was found in the time there is. Leave out a region, or make the horizon shorter, and try again."
_UNPLACED = "The limits can be kept with parts of homes only, not with whole ones: loosen one of them a little."
_TROUBLE = "The portal could not make this draft. Make it again; if it fails again, tell whoever runs the portal."


def progress_key(draft_id: int) -> str:
    """Under which name the cache keeps how far a draft is."""
    return f"scheduling-draft-{draft_id}"


def play(draft_id: int, *, by: Actor, at: datetime) -> bool:
    """Solve a draft that nobody solves and keep what came of it; return whether it was solved here and now."""
    return _is_to_be_solved(draft_id, by=by, at=at) and _solve(draft_id)


@transaction.atomic
def _is_to_be_solved(draft_id: int, *, by: Actor, at: datetime) -> bool:
    draft = lock(Draft.objects.get(pk=draft_id))
    if draft.state == DraftState.QUEUED:
        move(draft, to=DraftState.SOLVING, by=by, at=at, verb="start_solving")
    return draft.is_being_made


@transaction.atomic
def _solve(draft_id: int) -> bool:
    waiting = DraftWork.objects.filter(draft=draft_id, draft__state=DraftState.SOLVING, found__isnull=True)
    work = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if work is None:
        return False
    draft = Draft.objects.get(pk=draft_id)
    try:
        work.found = _found(draft.frozen, draft)
    except Stopped:
        work.delete()
        return False
    work.save(update_fields=["found"])
    return True


def _found(problem: Problem, draft: Draft) -> dict[str, Any]:
    served = first_come(problem)
    queue = {"first_come": {**asdict(reckon(problem, served.schedule)), "unplaced": served.unplaced}}
    try:
        solution = solve(problem, seed=draft.seed, seconds=SECONDS, watch=partial(_watch, draft.pk))
        if solution is None:
            why = explain(problem)
            return {"why": _UNPLACED} if why is None else {**queue, "clashes": why.as_json()}
    except OutOfTime:
        return {"why": _SLOW}
    figures = {**asdict(solution.reckoning), "bound": solution.bound}
    return {**queue, "rows": as_rows(solution.schedule), "figures": figures}


def _watch(draft_id: int, progress: Progress) -> bool:
    cache.set(progress_key(draft_id), asdict(progress), KEPT_SECONDS)
    return Draft.objects.filter(pk=draft_id, state=DraftState.SOLVING).exists()


@transaction.atomic
def finish(draft_id: int, *, by: Actor, at: datetime) -> bool:
    """Put what was found into the draft, if it is still wanted; return whether it ended now.

    Whatever the solver says: no schedule that breaks a firm limit becomes a draft.
    """
    draft = lock(Draft.objects.get(pk=draft_id))
    if not draft.is_being_made:
        DraftWork.objects.filter(draft=draft).delete()
        return False
    work = DraftWork.objects.filter(draft=draft, found__isnull=False).first()
    if work is None:
        return False
    found: dict[str, Any] = work.found or {}
    for name in ("rows", "figures", "first_come", "clashes"):
        setattr(draft, name, found.get(name))
    if draft.rows and (broken := check(draft.frozen, draft.schedule)):
        raise RuntimeError(f"the solver broke a firm limit: {broken[0]}")
    draft.why, draft.ended_at = found.get("why", ""), at
    to = DraftState.READY if draft.rows else DraftState.IMPOSSIBLE if draft.clashes else DraftState.FAILED
    work.delete()
    _end(draft, to, by, at)
    return True


def _end(draft: Draft, to: DraftState, by: Actor, at: datetime) -> None:
    fields = ("rows", "figures", "first_come", "clashes", "why", "ended_at")
    move(draft, to=to, by=by, at=at, verb="finish_draft", why=draft.why, fields=fields)
    tell(messages.DraftEnded(draft.exercise, draft, at), at=at)


@transaction.atomic
def give_up(draft_id: int, *, by: Actor, at: datetime) -> None:
    """End a draft whose making breaks: to repeat it would break again."""
    draft = lock(Draft.objects.get(pk=draft_id))
    if draft.is_being_made:
        draft.why, draft.ended_at = _TROUBLE, at
        _end(draft, DraftState.FAILED, by, at)


@transaction.atomic
def republish() -> int:
    """Publish again the drafts that are not made yet; return how many. Whoever finds one taken leaves it."""
    now = timezone.now()
    rows = Draft.objects.filter(state__in=BEING_MADE, hinted_at__lt=now - SILENCE)
    found = list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    for draft in found:
        draft.hinted_at = now
        save(draft, "hinted_at")
        enqueue("scheduling.solve", draft_id=draft.pk)
    return len(found)
