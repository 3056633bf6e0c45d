"""The ready study: every approach on a made-up country, as docs/studies.md shows and reads it."""

from functools import cache

from devices.studies.approaches import APPROACHES
from devices.studies.assumptions import Settings
from devices.studies.fleet import sample
from devices.studies.results import MEASURES, Measure, Reading, read, run

SUPPLIERS, COMBINATIONS, HOMES, RUNS, SEED = 20, 12, 1_000_000, 60, 2017
REGIONS = ("North", "Central", "South")
SHOWN = ("harmed", "worst", "harm_days", "days_to_most", "needless_days", "spared_broken", "person_days", "cost")


@cache
def readings() -> tuple[Reading, ...]:
    """What each approach came to."""
    fleet = sample(SUPPLIERS, COMBINATIONS, REGIONS, HOMES)
    names = [one.name for one in APPROACHES]
    found = run(fleet, Settings(), names, range(RUNS), seed=SEED, kind="", counting="per_member")
    return tuple(read(found, names, fleet.suppliers))


def table() -> str:
    """The means of the ready study as Markdown, an approach a line, each with half the width of its interval."""
    measures = [one for name in SHOWN for one in MEASURES if one.name == name]
    heads = [f"{one.words} ({one.unit})" for one in measures]
    lines = [f"| Approach | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    names = {one.name: one.words for one in APPROACHES}
    lines += [
        f"| {names[one.approach]} | {' | '.join(_cell(measure, one) for measure in measures)} |" for one in readings()
    ]
    return "\n".join(lines)


def _cell(measure: Measure, reading: Reading) -> str:
    spread = reading.spreads[measure.name]
    mean, half = spread.mean * measure.factor, (spread.most - spread.mean) * measure.factor
    return f"{mean:,.{measure.places}f} ± {half:,.{measure.places}f}"
