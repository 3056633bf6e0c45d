"""What a planner chooses, and what of it makes no plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time

from devices.gateway import Stage
from devices.rollouts import pacing
from devices.rollouts.forecast import Pace
from devices.rollouts.planning import WaveSpec
from devices.rollouts.verdicts import Thresholds
from devices.simulator.scenarios import SCENARIOS
from portal.workflow.errors import Invalid
from releases.products.models import Region

MOST_WAVES = 50
MOST_REPORTS = 10_000_000  # that a verdict waits for: more than any wave has
MOST_SECONDS = 31 * 86_400  # between asking hubs, asking them again and judging them


@dataclass(frozen=True, slots=True)
class Plan:
    """What a planner chooses. Seconds are portal time; `seed` and `regressing` are drawn or found when left out."""

    waves: Sequence[WaveSpec] = (WaveSpec(hubs=1_000), WaveSpec(share=0.1), WaveSpec(share=0.3), WaveSpec(share=1.0))
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(limit=0.05, minimum=200, confidence=0.95))
    turns: int = 3
    answer_seconds: int = 0
    retry_seconds: int = 4 * 3600
    soak_seconds: int = 3600
    window_opens: time | None = None
    window_closes: time | None = None
    scenario: str = "calm"
    seed: int | None = None

    def pace(self, stage: Stage) -> Pace:
        """Return how a programme of it would run under the capacities stated today; activation keeps its window."""
        window = (self.window_opens, self.window_closes) if stage is Stage.ACTIVATION else (None, None)
        waits = (self.turns, self.answer_seconds, self.retry_seconds, self.soak_seconds)
        return Pace(pacing.limits_in_order(stage), *waits, *window)


def check(chosen: Plan) -> None:
    """Raise Invalid for choices that make no plan."""
    if not 1 <= len(chosen.waves) <= MOST_WAVES:
        raise Invalid(f"A plan has between 1 and {MOST_WAVES} waves.")
    if not 1 <= chosen.turns <= 8:
        raise Invalid("A silent hub is asked between 1 and 8 times.")
    if chosen.scenario not in SCENARIOS:
        raise Invalid(f"The scenario is one of {', '.join(SCENARIOS)}.")
    if (chosen.window_opens is None) != (chosen.window_closes is None):
        raise Invalid("A window needs both the time it opens and the time it closes.")
    if chosen.window_opens is not None and chosen.window_opens == chosen.window_closes:
        raise Invalid(
            "The window opens and closes at the same time: leave both empty to activate all day.",
            {"window_closes": ["Choose another time than the window opens at."]},
        )
    if chosen.thresholds.minimum > MOST_REPORTS:
        said = f"A wave is judged on at most {MOST_REPORTS:,} reports."
        raise Invalid(said, {"minimum": [said]})
    if min(chosen.answer_seconds, chosen.retry_seconds, chosen.soak_seconds) < 0:
        raise Invalid("Waiting times cannot be negative.")
    if max(chosen.answer_seconds, chosen.retry_seconds, chosen.soak_seconds) > MOST_SECONDS:
        raise Invalid(f"Waiting times are at most {MOST_SECONDS // 86_400} days.")
    _check_regions(chosen.waves)
    first = chosen.waves[0].least
    if first is not None and first < chosen.thresholds.minimum:
        raise Invalid(
            f"The first wave of {first:,} hubs is smaller than the {chosen.thresholds.minimum:,} reports needed"
            " to judge it.",
            {"minimum": ["Ask for fewer reports, or make the first wave larger."]},
        )


def _check_regions(waves: Sequence[WaveSpec]) -> None:
    named = {region for wave in waves for part in (wave, *wave.parts) for region in part.regions}
    if unknown := sorted(named - set(Region.values)):
        raise Invalid(f"There is no region {', '.join(unknown)}: it is one of {', '.join(Region.values)}.")
    if waves[-1].regions or waves[-1].parts:
        raise Invalid("The last wave takes the rest of every region: name no region for it.")
