"""A rollout in the words and columns of a terminal: the same figures as its page, from the same reads."""

from collections.abc import Iterator
from typing import Any

from devices.demonstration.rehearsal import Look
from devices.gateway import Stage
from devices.rollouts.models import Rollout, Wave
from devices.rollouts.states import RUNNING, HubState

_WIDTH = 12


def progress(look: Look) -> str:
    """Return one line: time, state, wave at work, rate and expected end, hubs by state."""
    rollout, by_state = look.rollout, look.figures.by_state
    parts = [f"{clock_of(look.seconds)} {rollout.state}{_at_work(rollout)}"]
    if rollout.state in RUNNING and look.seconds_left is not None:
        parts.append(f"{look.rate:,.0f} hubs/s, about {clock_of(look.seconds_left)} to go")
    parts.append(", ".join(f"{by_state[state]:,} {state.word}" for state in HubState if by_state[state]))
    return " | ".join(parts)


def clock_of(seconds: float) -> str:
    """Return a duration as minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _at_work(rollout: Rollout) -> str:
    if rollout.state not in RUNNING:
        return ""
    states = list(rollout.waves.values_list("state", flat=True))
    opened = [number for number, state in enumerate(states, start=1) if state == rollout.state]
    return f" wave {opened[0]} of {len(states)}" if opened else ""


class Verdicts:
    """Tells each verdict of a rollout once, when it is new."""

    def __init__(self) -> None:
        self._told: set[tuple[int, Stage]] = set()

    def new(self, rollout: Rollout) -> Iterator[str]:
        """Yield the verdicts given since the last call, each with its working."""
        for wave in rollout.waves.defer("reported_before"):
            yield from self._of(wave)

    def _of(self, wave: Wave) -> Iterator[str]:
        for stage in Stage:
            kept = wave.verdicts.get(stage.word, {})
            if "verdict" in kept and (wave.number, stage) not in self._told:
                self._told.add((wave.number, stage))
                words = kept["verdict"].replace("_", " ")
                yield f"Wave {wave.number + 1}, {stage.word}: {words}. {kept['why']}"


def account(live: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the closing account, from what the live page shows."""
    rollout = live["rollout"]
    yield f"Rollout {rollout} is {rollout.state}. {rollout.stood_still_why}".rstrip()
    yield ""
    yield _row("", [*(region for region, _ in live["by_region"]), "All"])
    for place, (state, count) in enumerate(live["states"]):
        regions = [f"{counts[place]:,}" for _, counts in live["by_region"]]
        yield _row(state.word.capitalize(), [*regions, f"{count:,}"])
    yield ""
    yield _row("Wave", ["State", "Hubs", live["reached_word"].capitalize(), "Failed"])
    for wave in live["waves"]:
        yield _row(str(wave.number), [wave.state, f"{wave.hubs:,}", f"{wave.reached:,}", f"{wave.failed:,}"])
    yield from (f"Wave {wave.number}: {wave.overshoot}" for wave in live["waves"] if wave.overshoot)
    yield from (f"At fault in wave {number}: {breach.words} failed." for number, breach in live["parts"])
    for stage, answers in live["answers"]:
        yield ""
        yield f"{stage}: what hubs answered"
        yield from (f"  {words:<34}{count:>{_WIDTH},}" for words, count in answers)


def _row(head: str, cells: list[str]) -> str:
    return f"{head:<14}" + "".join(f"{cell:>{_WIDTH}}" for cell in cells)
