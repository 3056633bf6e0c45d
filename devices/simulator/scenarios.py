"""What the simulated country is like on the nights of a rollout, as data.

Figures are portal defaults in the proportions known for Great Britain: 3-9 % of hubs unreachable on
any night, 1-3 % installed and left without network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

NORTH, CENTRAL, SOUTH = 0, 1, 2
REGIONS = (NORTH, CENTRAL, SOUTH)
REGION_SHARES = (0.40, 0.30, 0.30)


@dataclass(frozen=True, slots=True)
class Weather:
    """Reachability of one region: `nightly` is the range of the share unreachable on any one night,
    `left_behind` the share installed where there was no network."""

    nightly: tuple[float, float]
    left_behind: float


@dataclass(frozen=True, slots=True)
class Failures:
    """Shares of answering hubs that answer with outcome 1, 2 and 3 of the stage's GBCS code table."""

    first: float
    second: float
    third: float

    def __post_init__(self) -> None:
        shares = (self.first, self.second, self.third)
        if min(shares) < 0 or sum(shares) > 1:
            raise ValueError("failure shares must be at least 0 and sum to at most 1")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named condition of country and image; `regressing` replaces `activation` on the regressing cohort."""

    name: str
    summary: str
    weather: tuple[Weather, Weather, Weather]
    transfer: Failures
    activation: Failures
    regressing: Failures | None = None


_USUAL_WEATHER = (
    Weather(nightly=(0.04, 0.09), left_behind=0.025),
    Weather(nightly=(0.03, 0.07), left_behind=0.015),
    Weather(nightly=(0.03, 0.07), left_behind=0.012),
)
_STORM_WEATHER = (
    Weather(nightly=(0.45, 0.60), left_behind=0.025),
    Weather(nightly=(0.15, 0.30), left_behind=0.015),
    Weather(nightly=(0.10, 0.20), left_behind=0.012),
)

CALM = Scenario(
    name="calm",
    summary="ordinary nights and a good image",
    weather=_USUAL_WEATHER,
    transfer=Failures(0.0002, 0.0001, 0.0015),
    activation=Failures(0.0001, 0.0001, 0.0010),
)
STORM = replace(
    CALM,
    name="storm",
    summary="a storm takes out much of the network, the North most of all",
    weather=_STORM_WEATHER,
    transfer=Failures(0.0002, 0.0001, 0.0120),
)
BAD_IMAGE = replace(
    CALM,
    name="bad_image",
    summary="the image verifies well and fails when hubs start to run it",
    activation=Failures(0.0005, 0.0020, 0.1200),
)
REGRESSING_COHORT = replace(
    CALM,
    name="regressing_cohort",
    summary="one device combination fails after activation, all others do well",
    regressing=Failures(0.0005, 0.0010, 0.4000),
)

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in (CALM, STORM, BAD_IMAGE, REGRESSING_COHORT)}
