"""Planning: who is in which wave, made in the background and approved by somebody else."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from numpy.typing import NDArray

from devices.copying import copy_into, copy_out
from devices.fleet import verbs as fleet
from devices.fleet.models import World
from devices.fleet.places import REGION_NUMBER, REGIONS
from devices.gateway import Numbers, Stage
from devices.rollouts import can, firm, foresight, may, messages, partitions, prepared
from devices.rollouts.models import Batch, Rollout, Wave
from devices.rollouts.outcomes import NONE_YET
from devices.rollouts.path import START, count, pack
from devices.rollouts.planning import Cut, WaveSpec, arrange, cut, cut_batches, line_up, quotas
from devices.rollouts.plans import Plan, check
from devices.rollouts.states import HubState, RolloutState
from devices.rollouts.verdicts import Thresholds
from devices.simulator.scenarios import SCENARIOS
from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import Invalid, NotNow
from portal.workflow.said import said
from portal.workflow.transitions import lock, move, note
from releases.products.models import Cell
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.scope import affected_cells
from releases.publishing.states import ReleaseState

AT_A_TIME = 50  # batches written between two looks at how far it is


@transaction.atomic
def plan(release: Release, chosen: Plan, *, by: Actor, at: datetime) -> Rollout:
    """Plan a rollout of a release and have it prepared in the background; return it, in preparation.

    Raises Invalid for choices that make no plan. Rule: nobody approves their own plan, so its maker is kept.
    """
    release = lock(release)
    may.plan(release, by=by)
    can.plan(release)
    check(chosen)
    exercise, chosen = firm.planned(release, chosen)
    _check_deadlines(release, chosen, at)
    rollout = Rollout(
        reference=f"{release.reference}-R{release.rollouts.filter(catches_up=None).count() + 1}",
        release=release,
        exercise=exercise,
        wave_specs=[spec.as_json() for spec in chosen.waves],
        thresholds=_stored(chosen.thresholds),
        turns=chosen.turns,
        answer_seconds=chosen.answer_seconds,
        retry_seconds=chosen.retry_seconds,
        soak_seconds=chosen.soak_seconds,
        window_opens=chosen.window_opens,
        window_closes=chosen.window_closes,
        scenario=chosen.scenario,
        seed=secrets.randbits(31) if chosen.seed is None else chosen.seed,
        network_seed=_network_seed(),
        planned_by_id=by.user_id,
        planned_by_name=by.name,
        planned_at=at,
    )
    try:
        with transaction.atomic():
            rollout.save()
    except IntegrityError as error:
        raise NotNow("The release has a rollout already.") from error
    note(rollout, by=by, at=at, verb="plan", data={"seed": rollout.seed, "waves": len(chosen.waves)})
    enqueue("rollouts.prepare", rollout_id=rollout.pk)
    return rollout


def _check_deadlines(release: Release, chosen: Plan, at: datetime) -> None:
    """Rule: the target's maintenance and GBCS applicability cover every planned activation (Gates), and no firm night
    is missed (Approaches)."""
    foreseen = foresight.foresee(release, chosen, at)
    passed = [one.words for one in foreseen.deadlines if one.blocks]
    if passed:
        raise Invalid(" ".join((*passed, foreseen.mend[0].upper() + foreseen.mend[1:])))


def _stored(thresholds: Thresholds) -> dict[str, Any]:
    return {"limit": thresholds.limit, "minimum": thresholds.minimum, "confidence": thresholds.confidence}


def _network_seed() -> int:
    world = World.objects.first()
    return world.seed if world else 0


@transaction.atomic
def prepare(rollout: Rollout, *, by: Actor, at: datetime) -> Rollout:
    """Line up the hubs of a planned rollout, cut them into waves and batches, and write them; return it, planned.

    Whole or not at all; a second call finds it done, or under way with another worker, and changes nothing. A release
    whose hubs nobody has is cancelled, with the reason.
    """
    rows = Rollout.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
    locked = rows.filter(pk=rollout.pk, state=RolloutState.PREPARING).first()
    if locked is None:
        return rollout
    rollout = locked
    fleet.cells_stay()
    cells = list(affected_cells(rollout.release).select_related("combination", "firmware").order_by("number"))
    hubs, cell_of = _hubs_in([cell.number for cell in cells])
    if not len(hubs):
        move(rollout, to=RolloutState.CANCELLED, by=by, at=at, verb="cancel", why="No hub runs a version it updates.")
        return rollout
    places = np.searchsorted(np.array([cell.number for cell in cells]), cell_of)
    region_of = np.array([REGION_NUMBER[cell.region] for cell in cells], dtype=np.uint8)[places]
    line = line_up(hubs, strata(cells)[places], seed=rollout.seed)
    if rollout.exercise_id is None:
        sizes = _sizes(rollout, region_of)
        line, nights = line[arrange(region_of[line], sizes)], None
        waves = cut([sum(wave) for wave in sizes])
    else:
        order, dated = firm.line_up(rollout, cells, places[line])
        line, nights = line[order], [night for night, _ in dated]
        waves = cut([size for _, size in dated])
    if not waves:
        move(rollout, to=RolloutState.CANCELLED, by=by, at=at, verb="cancel", why="No hub it updates has a firm night.")
        return rollout
    write(rollout, waves, hubs[line], cell_of[line], region_of[line], nights=nights)
    rollout.hubs = len(line)
    rollout.regressing_cells = _regressing(cells, SCENARIOS[rollout.scenario].needs)
    move(
        rollout,
        to=RolloutState.PLANNED,
        by=by,
        at=at,
        verb="prepare",
        fields=("hubs", "regressing_cells"),
        data={"hubs": len(line), "waves": len(waves), "seed": rollout.seed},
    )
    tell(messages.RolloutMoved(rollout, "is planned and waits for approval", at), at=at)
    return rollout


def _sizes(rollout: Rollout, region_of: NDArray[np.uint8]) -> list[list[int]]:
    counted = np.bincount(region_of, minlength=len(REGIONS)).tolist()
    totals = {region.value: hubs for region, hubs in zip(REGIONS, counted, strict=True)}
    waves = quotas(totals, [WaveSpec.read(spec) for spec in rollout.wave_specs])
    return [list(wave.values()) for wave in waves]


def _hubs_in(cells: list[int]) -> tuple[Numbers, Numbers]:
    found = copy_out("SELECT id, cell FROM fleet_hub WHERE cell = ANY(%s::int[])", [cells], sizes={"id": 8, "cell": 4})
    return found["id"].astype(np.uint32), found["cell"].astype(np.uint32)


def strata(cells: Sequence[Cell]) -> NDArray[np.int64]:
    """Return each cell's stratum: region and device combination (which names the hub model)."""
    return np.array([cell.combination_id * len(REGIONS) + REGION_NUMBER[cell.region] for cell in cells], dtype=np.int64)


def _regressing(cells: Sequence[Cell], needs: str) -> list[int]:
    """Return the cells of the cohort that regresses in that scenario: the combination of middling size with a device
    of the kind needed; none where no home has one."""
    homes: dict[int, int] = {}
    for cell in cells:
        if needs and getattr(cell.combination, f"{needs}_id") is None:
            continue
        homes[cell.combination_id] = homes.get(cell.combination_id, 0) + cell.homes
    ranked = sorted(homes, key=lambda combination: (homes[combination], combination))
    chosen = ranked[len(ranked) // 2] if ranked else None
    return [cell.number for cell in cells if cell.combination_id == chosen]


def write(
    rollout: Rollout,
    waves: Sequence[Cut],
    hubs: Numbers,
    cells: Numbers,
    regions: NDArray[np.uint8],
    *,
    nights: Sequence[date] | None = None,
) -> None:
    """Write the hubs of a plan in the order of their slots, its waves and its batches; say meanwhile how far it is.

    With `nights` each wave has its firm date.
    """
    partitions.make(rollout.pk)
    total = len(hubs)
    wave_of = np.empty(total, dtype=np.int16)
    for wave in waves:
        wave_of[wave.low : wave.high] = wave.number
    rows = Wave.objects.bulk_create(
        Wave(
            rollout=rollout,
            number=wave.number,
            low=wave.low,
            high=wave.high,
            night=nights[wave.number] if nights else None,
        )
        for wave in waves
    )
    batches = cut_batches(waves)
    for first in range(0, len(batches), AT_A_TIME):
        some = batches[first : first + AT_A_TIME]
        span = slice(some[0].low, some[-1].high)
        _copy(rollout, span, hubs[span], cells[span], wave_of[span])
        Batch.objects.bulk_create(_batch(rollout, rows[one.wave], one, hubs, cells, regions) for one in some)
        prepared.keep(rollout, span.stop / total)


def _copy(rollout: Rollout, span: slice, hubs: Numbers, cells: Numbers, wave_of: NDArray[np.int16]) -> None:
    total = len(hubs)
    copy_into(
        partitions.hubs_of(rollout.pk),
        {
            "rollout_id": np.full(total, rollout.pk, dtype=np.int64),
            "hub_id": hubs.astype(np.int64),
            "slot": np.arange(span.start, span.stop, dtype=np.int32),
            "cell": cells.astype(np.int32),
            "wave": wave_of,
            "state": np.full(total, HubState.SCHEDULED, dtype=np.int16),
            "attempt": np.zeros(total, dtype=np.int16),
        },
    )


def _batch(rollout: Rollout, wave: Wave, one: Cut, hubs: Numbers, cells: Numbers, regions: NDArray[np.uint8]) -> Batch:
    span = slice(one.low, one.high)
    places = np.full(one.size, pack(HubState.SCHEDULED), dtype=np.uint8)
    return Batch(
        rollout=rollout,
        wave=wave,
        number=one.number,
        low=one.low,
        high=one.high,
        phase=START[Stage.DEPLOYMENT],
        cell_numbers=[int(cell) for cell in np.unique(cells[span])],
        counts=[int(n) for n in count(places, regions[span], regions_total=len(REGIONS))],
        outcomes=NONE_YET,
        places=places.tobytes(),
        hubs=hubs[span].tobytes(),
        cells=cells[span].tobytes(),
        regions=regions[span].tobytes(),
    )


@transaction.atomic
def approve(rollout: Rollout, *, by: Actor, at: datetime, seen: int | None = None) -> Rollout:
    """Approve a plan; a release that was halted with its stopped rollout goes on.

    Rule: nobody approves their own plan.
    """
    rollout = lock(rollout, seen=seen)
    may.approve(rollout, by=by)
    can.approve(rollout)
    if rollout.release.state == ReleaseState.HALTED and rollout.catches_up_id is None:
        publishing.resume(rollout.release, by=by, at=at, why=f"Rollout {rollout.reference} is approved for the rest.")
    rollout.approved_by_id, rollout.approved_by_name, rollout.approved_at = by.user_id, by.name, at
    fields = ("approved_by", "approved_by_name", "approved_at")
    move(rollout, to=RolloutState.APPROVED, by=by, at=at, verb="approve", fields=fields)
    tell(messages.RolloutMoved(rollout, "is approved", at), at=at)
    return rollout


@transaction.atomic
def cancel(rollout: Rollout, *, by: Actor, at: datetime, why: str, seen: int | None = None) -> Rollout:
    """Give up a plan before its first hub was asked. Raises Invalid without a reason."""
    rollout = lock(rollout, seen=seen)
    may.cancel(rollout, by=by)
    can.cancel(rollout)
    why = said(why, "why", "Give the reason.")
    move(rollout, to=RolloutState.CANCELLED, by=by, at=at, verb="cancel", why=why)
    return rollout
