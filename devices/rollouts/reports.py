"""What an exit report says: the figures of a finished rollout, as they are kept with it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from devices.gateway import UNREACHABLE, Stage
from devices.rollouts import compliance, judgements, left_behind, outcomes, queries, watch
from devices.rollouts.models import Rollout
from devices.rollouts.states import HubState
from portal.pages.contributions import collect
from portal.pages.templatetags.words import uk_date
from releases.issues.models import Category, Issue

Waves = list[tuple[int, dict[str, Any]]]


def report_figures(rollout: Rollout, at: datetime) -> dict[str, Any]:
    """Return the account of a rollout as things stand: planned and done, answers, harmed and held homes, overshoot,
    notice and gates, watch figures by combination, the issues raised while it was watched, and what others add."""
    found = queries.figures(rollout)
    waves: Waves = list(rollout.waves.order_by("number").values_list("number", "verdicts"))
    watched = watch.period(rollout, at)
    return {
        "hubs": found.hubs,
        "by_state": {state.word: count for state, count in found.by_state.items() if count},
        "by_region": {
            region: {state.word: count for state, count in states.items() if count}
            for region, states in found.by_region.items()
        },
        "answers": {stage.word: _answers(found, stage) for stage in Stage},
        "waves": [_wave(found, number, verdicts) for number, verdicts in waves],
        "harmed": int(found.outcomes[Stage.ACTIVATION][1:UNREACHABLE].sum()),
        "caught_up": len(left_behind.caught_up(rollout)),
        "overshoot": _overshoot(waves),
        "compliance": compliance.of(rollout).as_json(),
        "combinations": [asdict(one) | {"share": one.share} for one in watch.by_combination(rollout, at)],
        "issues": Issue.objects.filter(release=rollout.release).exclude(category=Category.SECURITY).count(),
        "issues_raised": [_issue(issue) for issue in watch.issues_in(rollout, watched)],
        "planned": {
            "deployment": _text(rollout.release.planned_deployment_at),
            "activation": _text(rollout.release.planned_activation_at),
        },
        "deployment_started_at": _text(rollout.deployment_started_at),
        "activation_started_at": _text(rollout.activation_started_at),
        "finished_at": _text(rollout.finished_at),
        **dict(collect("report_figures", rollout)),
    }


def _wave(found: queries.Figures, number: int, verdicts: dict[str, Any]) -> dict[str, Any]:
    states = found.wave(number)
    return {
        "number": number + 1,
        "hubs": sum(states.values()),
        "activated": states[HubState.ACTIVATED],
        "failed": states[HubState.FAILED] + states[HubState.EXPIRED],
        "verdicts": {stage: judgements.why(kept) for stage, kept in verdicts.items()},
    }


def _overshoot(waves: Waves) -> list[dict[str, Any]]:
    return [
        {"wave": number + 1, "stage": stage, **one["overshoot"]}
        for number, verdicts in waves
        for stage, kept in verdicts.items()
        for one in judgements.every(kept)
        if one.get("overshoot")
    ]


def _issue(issue: Issue) -> dict[str, Any]:
    return {
        "reference": issue.reference,
        "title": issue.title,
        "category": issue.get_category_display(),
        "severity": issue.severity,
        "state": issue.get_state_display(),
        "raised": uk_date(issue.raised_at),
    }


def _answers(found: queries.Figures, stage: Stage) -> dict[str, int]:
    row = found.outcomes[stage]
    named = {words: int(row[code]) for code, words in outcomes.WORDS[stage].items()}
    return {**named, outcomes.GIVEN_UP: int(row[outcomes.TIMED_OUT])}


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
