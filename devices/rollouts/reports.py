"""What an exit report says: the figures of a finished rollout, as they are kept with it."""

from __future__ import annotations

from typing import Any

from devices.gateway import Stage
from devices.rollouts import outcomes, queries
from devices.rollouts.models import Rollout
from devices.rollouts.states import HubState
from releases.issues.models import Category, Issue


def report_figures(rollout: Rollout) -> dict[str, Any]:
    """Return the account of a rollout: hubs by state and region, answers by code, waves with verdicts, issues."""
    found = queries.figures(rollout)
    return {
        "hubs": found.hubs,
        "by_state": {state.word: count for state, count in found.by_state.items() if count},
        "by_region": {
            region: {state.word: count for state, count in states.items() if count}
            for region, states in found.by_region.items()
        },
        "answers": {stage.word: _answers(found, stage) for stage in Stage},
        "waves": [_wave(found, number, verdicts) for number, verdicts in _waves(rollout)],
        "issues": Issue.objects.filter(release=rollout.release).exclude(category=Category.SECURITY).count(),
        "deployment_started_at": _text(rollout.deployment_started_at),
        "activation_started_at": _text(rollout.activation_started_at),
        "finished_at": _text(rollout.finished_at),
    }


def _waves(rollout: Rollout) -> list[tuple[int, dict[str, Any]]]:
    return list(rollout.waves.order_by("number").values_list("number", "verdicts"))


def _wave(found: queries.Figures, number: int, verdicts: dict[str, Any]) -> dict[str, Any]:
    states = found.wave(number)
    return {
        "number": number + 1,
        "hubs": sum(states.values()),
        "activated": states[HubState.ACTIVATED],
        "failed": states[HubState.FAILED] + states[HubState.EXPIRED],
        "verdicts": {stage: kept.get("why", "") for stage, kept in verdicts.items()},
    }


def _answers(found: queries.Figures, stage: Stage) -> dict[str, int]:
    row = found.outcomes[stage]
    named = {words: int(row[code]) for code, words in outcomes.WORDS[stage].items()}
    return {**named, "Timed out": int(row[outcomes.TIMED_OUT])}


def _text(moment: Any) -> str:
    return moment.isoformat() if moment else ""
