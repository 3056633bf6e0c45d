"""What a study assumes: every figure of the model with its unit, bounds and source. Each can be changed in a study."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

ASSUMED = "assumed"
_CLASS = "Routine class"


def _figure(words: str, unit: str, default: float, least: float, most: float, source: str = ASSUMED) -> Any:
    facts = {"words": words, "unit": unit, "least": least, "most": most, "source": source}
    return field(default=default, metadata=facts)


@dataclass(frozen=True)
class Problem:
    """A kind of harm. Portal assumptions: `reported` and `alerted` are shares of harmed homes a day that a supplier
    reports to DCC, and whose alerts show it; `visits` the share that needs a visit; `tested` how much of a test's
    chance to find a fault is left for this kind; `weight` how often it occurs beside the others."""

    name: str
    words: str
    severity: int
    reported: float
    alerted: float
    visits: float
    tested: float
    weight: float


PROBLEMS: tuple[Problem, ...] = (
    Problem("stranding", "In-home displays stranded", 3, 0.02, 0.0, 0.3, 1.0, 3),
    Problem("joins", "Devices that do not join again", 3, 0.02, 0.10, 0.5, 1.0, 2),
    Problem("gas", "Gaps in gas readings", 4, 0.01, 0.0, 0.2, 0.6, 2),
    Problem("supply", "Loss of supply or prepayment", 1, 0.5, 0.2, 0.8, 0.8, 0.5),
    Problem("outage", "Outage alerts that do not come", 4, 0.002, 0.05, 0.0, 0.3, 1),
    Problem("regression", "Other device regression", 2, 0.05, 0.05, 0.4, 0.8, 1.5),
)


@dataclass(frozen=True)
class Settings:
    """The figures of one study. Shares are from 0 to 1; a day is a calendar day."""

    fault: float = _figure("Releases with a fault that DCC’s own tests missed", "share", 0.5, 0, 1)
    combinations: float = _figure("Device combinations that a fault concerns", "share", 0.1, 0.001, 1)
    rate_least: float = _figure("Homes of such a combination harmed when activated, at least", "share", 0.01, 0, 1)
    rate_most: float = _figure("Homes of such a combination harmed when activated, at most", "share", 0.3, 0, 1)
    testing: float = _figure("Suppliers that test a release", "share", 0.5, 0, 1)
    effort: float = _figure("Effort of a supplier’s test", "person-days", 3, 0, 100)
    watching: float = _figure("Harmed homes seen each day, times what is usual of the kind", "times", 1, 0, 10)
    find: float = _figure(
        "Faults that a person-day of testing finds, of a combination the supplier has", "share", 0.01, 0, 1
    )
    false_alarm: float = _figure("Person-days of testing that report a fault that is none", "share", 0.002, 0, 1)
    reproduce: float = _figure("Faults found that the DCC lab reproduces", "share", 0.6, 0, 1)
    notice: int = _figure("Notice before activation", "days", 7, 0, 365, f"{_CLASS}: 7 days")
    test_period: int = _figure("User-test period", "days", 21, 0, 365, f"{_CLASS}: 15 Working Days")
    ballot: int = _figure(
        "From an objection to its determination", "days", 19, 0, 365, "clocks of a ballot: 13 Working Days"
    )
    exercise: int = _figure("Scheduling exercise, from opening to confirmed dates", "days", 28, 0, 365)
    rework: int = _figure("From a fault known to a corrected image ready to activate", "days", 60, 1, 730)
    canary: int = _figure("Homes in the first wave", "homes", 1000, 1, 1_000_000, "portal default")
    soak: int = _figure("Days between waves", "days", 3, 0, 90)
    soak_hypercare: int = _figure("Days between waves under longer hypercare", "days", 14, 0, 90)
    nights: int = _figure("Nights that activating all homes of a region takes", "nights", 40, 1, 365)
    reports: int = _figure("Harmed homes reported before DCC sees a pattern", "reports", 10, 1, 1000)
    decide: int = _figure("From a pattern seen to the rollout stopped", "days", 1, 0, 90)
    unavailable: float = _figure(
        "Weeks that a supplier asks to be spared (install peaks, system changes)", "share", 0.1, 0, 0.9
    )
    validity: int = _figure(
        "From the announcement to the end of the old version’s maintenance period", "days", 180, 0, 3650
    )
    horizon: int = _figure("Days after which a fault that nobody saw is no longer counted", "days", 365, 1, 730)
    ballot_effort: float = _figure("Effort of a committee and the parties for one ballot", "person-days", 20, 0, 1000)
    exercise_effort: float = _figure("Effort of a supplier for one scheduling exercise", "person-days", 2, 0, 100)
    night_cost: float = _figure("Cost of one night of one region’s network", "£", 5000, 0, 10_000_000)
    visit_cost: float = _figure("Cost of a visit to a harmed home", "£", 120, 0, 10_000)
    problems: tuple[Problem, ...] = PROBLEMS


@dataclass(frozen=True)
class Assumption:
    """One figure as forms and reports show it."""

    key: str
    words: str
    unit: str
    default: float
    least: float
    most: float
    source: str
    is_whole: bool


# Of each kind of problem: the words, the unit and the bounds of a figure, by the attribute that has it.
_OF_A_PROBLEM = {
    "reported": ("harmed homes that suppliers report to DCC", "share a day", 0, 1),
    "alerted": ("harmed homes whose alerts show it", "share a day", 0, 1),
    "visits": ("harmed homes that need a visit", "share", 0, 1),
    "tested": ("how much of a test’s chance to find a fault is left", "share", 0, 1),
    "weight": ("how often it occurs beside the others", "parts", 0, 1000),
}
GENERAL: tuple[Assumption, ...] = tuple(
    Assumption(key=one.name, default=getattr(Settings, one.name), is_whole=one.type is int, **one.metadata)
    for one in fields(Settings)
    if one.metadata
)
OF_PROBLEMS: tuple[Assumption, ...] = tuple(
    Assumption(
        f"{one.name}_{name}", f"{one.words}: {words}", unit, getattr(one, name), least, most, ASSUMED, is_whole=False
    )
    for one in PROBLEMS
    for name, (words, unit, least, most) in _OF_A_PROBLEM.items()
)
ASSUMPTIONS = (*GENERAL, *OF_PROBLEMS)


def wrong(given: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each figure that is missing, no number, out of its bounds, or unknown; by key."""
    found = {key: f"There is no figure {key}." for key in set(given) - {one.key for one in ASSUMPTIONS}}
    for one in ASSUMPTIONS:
        if sentence := _wrong(one, given.get(one.key, one.default)):
            found[one.key] = sentence
    if not found and given.get("rate_least", Settings.rate_least) > given.get("rate_most", Settings.rate_most):
        found["rate_most"] = "The highest share of homes harmed is below the lowest: raise it."
    if not found and not any(_problem(one, given).weight for one in PROBLEMS):
        found[f"{PROBLEMS[0].name}_weight"] = "No kind of problem occurs: give one a figure above 0."
    return found


def _wrong(one: Assumption, value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (one.is_whole and value != int(value)):
        return f"{one.words}: enter a {'whole ' if one.is_whole else ''}number."
    if not one.least <= value <= one.most:
        return f"{one.words}: enter a number from {one.least:,g} to {one.most:,g} ({one.unit})."
    return ""


def settings(given: Mapping[str, Any]) -> Settings:
    """The figures given, the others as assumed. Raises ValueError where `wrong` finds something."""
    if found := wrong(given):
        raise ValueError(" ".join(found.values()))
    figures: dict[str, Any] = {one.key: _number(one, given) for one in GENERAL}
    return Settings(**figures, problems=tuple(_problem(one, given) for one in PROBLEMS))


def complete(given: Mapping[str, Any]) -> dict[str, float]:
    """Every figure by its key: those given, the others as assumed. Raises ValueError where `wrong` finds something."""
    if found := wrong(given):
        raise ValueError(" ".join(found.values()))
    return {one.key: _number(one, given) for one in ASSUMPTIONS}


def _number(one: Assumption, given: Mapping[str, Any]) -> float:
    value = given.get(one.key, one.default)
    return int(value) if one.is_whole else float(value)


def _problem(one: Problem, given: Mapping[str, Any]) -> Problem:
    own: dict[str, Any] = {name: float(given.get(f"{one.name}_{name}", getattr(one, name))) for name in _OF_A_PROBLEM}
    return replace(one, **own)


GRAVE = 2  # severity up to which the minority safeguard holds homes until fixed (Objection and ballot)
