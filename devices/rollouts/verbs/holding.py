"""A part of a wave that was found over its limit, held: exactly those homes stop, all others may go on."""

from datetime import datetime

from django.db import transaction

from devices.rollouts import can, may, strata
from devices.rollouts.models import Rollout
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.holds import verbs as holds
from releases.holds.models import Cause, Hold
from releases.holds.states import HoldState
from releases.products.cohorts import Cohort


@transaction.atomic
def hold_part(rollout: Rollout, part: str, *, stage: str, by: Actor, at: datetime, seen: int | None = None) -> Hold:
    """Hold the homes of a part that a verdict found over its limit (`strata.found_at_fault`); returns the hold.

    Its cause is the automatic detection, with the figures that showed it. Raises Invalid for a part that no verdict
    of this rollout names.
    """
    barrier.shut()  # before the row, as pausing does
    rollout = lock(rollout, seen=seen)
    may.hold_part(rollout, by=by)
    can.hold_part(rollout)
    found = {one.key: one for one in strata.found_at_fault(rollout)}
    if part not in found:
        raise Invalid("Choose one of the parts found over the limit.", {"part": ["Choose one of the parts shown."]})
    chosen = found[part]
    cohort = strata.cohort(chosen.axis, chosen.value)
    if held := _held_already(rollout, cohort):
        raise Invalid(f"{held} holds these homes already.", {"part": [f"{held} holds these homes already."]})
    hold = holds.place(
        rollout.release,
        cohort,
        stage=stage,
        cause=Cause.DETECTION,
        cause_text=f"{rollout.reference}, {chosen.words}",
        cause_id=rollout.pk,
        by=by,
        at=at,
    )
    save(rollout)
    note(rollout, by=by, at=at, verb="hold_part", why=f"{hold.reference}: {chosen.words}", data={"part": part})
    return hold


def _held_already(rollout: Rollout, cohort: Cohort) -> Hold | None:
    by_detection = Hold.objects.filter(cause=Cause.DETECTION, cause_id=rollout.pk, state=HoldState.PLACED)
    return by_detection.filter(**cohort.as_fields()).first()
