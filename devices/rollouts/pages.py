"""What the live page shows, put together once for the page and for its fragment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devices.gateway import Stage
from devices.rollouts import can, insight, judgements, may, outcomes, overshoot, prepared, queries
from devices.rollouts.models import Rollout, Wave
from devices.rollouts.states import LIVE, OVER, RUNNING, HubState, RolloutState
from devices.rollouts.verdicts import Breach
from portal.workflow.actor import Actor
from releases.publishing.working import words

SHOWN = tuple(HubState)
DONE_DEPLOYING = (HubState.DEPLOYED, HubState.ACTIVATING, HubState.ACTIVATED)


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave as the page shows it."""

    number: int
    state: str
    hubs: int
    reached: int
    failed: int
    verdict: str
    why: str
    overshoot: str


def list_row(rollout: Rollout) -> dict[str, Any]:
    """Return a rollout with its figures for the list."""
    by_state = queries.figures(rollout).by_state
    return {
        "rollout": rollout,
        "activated": by_state[HubState.ACTIVATED],
        "failed": by_state[HubState.FAILED] + by_state[HubState.EXPIRED],
    }


def live(rollout: Rollout, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the figures of a rollout for its page: a fixed number of queries, whatever its size."""
    found = queries.figures(rollout)
    by_state = found.by_state
    stage = rollout.stage
    reached = (HubState.ACTIVATED,) if stage is Stage.ACTIVATION else DONE_DEPLOYING
    waves = list(rollout.waves.defer("reported_before"))
    rest_at = queries.rest_at(rollout) if rollout.state in RUNNING else None
    polling = rollout.state in LIVE or rollout.state == RolloutState.PREPARING
    return {
        "rollout": rollout,
        "at": at,
        "polling": polling,
        "prepared": prepared.share(rollout) if rollout.state == RolloutState.PREPARING else None,
        "states": [(state, by_state[state]) for state in SHOWN],
        "state_words": [state.word.capitalize() for state in SHOWN],
        "by_region": [(region, [counts[state] for state in SHOWN]) for region, counts in found.by_region.items()],
        "reached": sum(by_state[state] for state in reached),
        "reached_word": "activated" if stage is Stage.ACTIVATION else "deployed",
        "waves": [_wave(wave, found, stage, reached) for wave in waves],
        "answers": [(one.word.capitalize(), _answers(found, one)) for one in Stage],
        "own": _own(rollout, actor),
        "parts": _parts(rollout, waves),
        "may_hold": may.hold_part.why_not(rollout, by=actor) is None and can.hold_part.why_not(rollout) is None,
        "behind": queries.behind_gates(rollout, actor, at) if rollout.hubs and rollout.state not in OVER else None,
        "parts_of_it": insight.parts(rollout, reached) if rollout.hubs else [],
        "short_nights": insight.short_nights(rollout, waves, found),
        "expected_end": insight.expected_end(rollout, found, waves, at),
        "per_hour": insight.per_hour(rollout, sum(by_state[state] for state in reached), at),
        "over_time": insight.over_time(rollout),
        "working": insight.working(waves),
        "rest_at": rest_at,
        "closed_regions": queries.closed_regions(rollout) if rest_at else [],
        "specification": _specification(rollout),
    }


def _wave(wave: Wave, found: queries.Figures, stage: Stage, reached: tuple[HubState, ...]) -> WaveRow:
    counts = found.wave(wave.number)
    kept = wave.verdicts.get(stage.word, {})
    judged = judgements.last(kept)
    overshot = [overshoot.words(one["overshoot"], stage) for one in judgements.every(kept) if one.get("overshoot")]
    return WaveRow(
        number=wave.number + 1,
        state=wave.state,
        hubs=wave.hubs,
        reached=sum(counts[state] for state in reached),
        failed=counts[HubState.FAILED] + counts[HubState.EXPIRED],
        verdict=judged.get("verdict", ""),
        why=judged.get("why", ""),
        overshoot=" ".join(overshot),
    )


def _parts(rollout: Rollout, waves: list[Wave]) -> list[tuple[int, Breach]]:
    """Return the parts that the present programme's verdicts found over the limit, with the number of their wave."""
    word = rollout.stage.word
    return [
        (wave.number + 1, Breach(**breach))
        for wave in waves
        for one in judgements.every(wave.verdicts.get(word, {}))
        for breach in one.get("strata", ())
    ]


def _answers(found: queries.Figures, stage: Stage) -> list[tuple[str, int]]:
    row = found.outcomes[stage]
    named = [(f"{code} {text}", int(row[code])) for code, text in outcomes.WORDS[stage].items()]
    return [*named, ("No answer yet, asked again", int(row[4])), (outcomes.GIVEN_UP, int(row[outcomes.TIMED_OUT]))]


def _own(rollout: Rollout, actor: Actor) -> list[tuple[HubState, int]]:
    """Return the homes of the actor's suppliers by state; nothing for everybody else."""
    if not actor.suppliers or not rollout.hubs:
        return []
    return list(queries.own_homes(rollout, actor.suppliers).items())


def _specification(rollout: Rollout) -> list[tuple[str, str]]:
    limits = rollout.thresholds
    opens, closes = rollout.window_opens, rollout.window_closes
    rows = [
        ("Planned", f"{words(rollout.planned_at)} by {rollout.planned_by_name}"),
        ("Halts when", f"over {limits['limit']:.1%} of reported hubs fail, at {limits['confidence']:.0%} confidence"),
        ("Judged on at least", f"{limits['minimum']:,} reports a wave"),
        ("Silent hubs", f"asked {rollout.turns} times, then they count as failed"),
        ("Activation window", f"{opens:%H:%M} to {closes:%H:%M}, local time" if opens and closes else "all day"),
        ("Seed of the waves", str(rollout.seed)),
        ("Network", f"simulated, {rollout.scenario.replace('_', ' ')}"),
    ]
    if rollout.starts_from:
        rows.insert(0, ("Starts", f"not before {words(rollout.starts_from)}"))
    if rollout.approved_at:
        rows.append(("Approved", f"{words(rollout.approved_at)} by {rollout.approved_by_name}"))
    return rows
