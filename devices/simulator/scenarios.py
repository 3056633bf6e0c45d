"""What the simulated country is like on the nights of a rollout, as data.

Figures are portal defaults in the proportions known for Great Britain: 3-9 % of hubs unreachable on
any night, 1-3 % installed and left without network.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from devices.gateway import Sign

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


USUAL_SIGNS = {
    Sign.JOIN_FAILED: 0.0008,
    Sign.MESSAGE_NOT_DELIVERED: 0.0015,
    Sign.NOT_ACTIONED: 0.0005,
    Sign.POWER_OUTAGE: 0.0010,
    Sign.DISPLAY_DARK: 0.0002,
    Sign.GAS_READINGS_MISSING: 0.0003,
    Sign.SUPPLY_INTERRUPTED: 0.00005,
}
"""Share of hubs of which each sign is heard in one watch, whatever they run."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that no answer shows: the share of the cohort's hubs that it harms once they run the image, the sign it
    gives, and the share of the harmed that give it in any one watch (small where suppliers must notice and report)."""

    sign: Sign
    harmed: float
    telling: float

    def __post_init__(self) -> None:
        if not (0 <= self.harmed <= 1 and 0 <= self.telling <= 1):
            raise ValueError("shares of a trouble lie between 0 and 1")


DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Life:
    """What goes on in homes meanwhile, each as a share of all homes in a year; installations are of new homes."""

    changes_of_supplier: float = 0.18
    meter_exchanges: float = 0.03
    hub_exchanges: float = 0.015
    installations: float = 0.04

    def __post_init__(self) -> None:
        if min(*self.shares, self.installations) < 0 or sum(self.shares) > DAYS_A_YEAR:
            raise ValueError("shares of a year are at least 0, and at most one thing happens in a home in a day")

    @property
    def shares(self) -> tuple[float, float, float]:
        """The shares of what happens to homes that there are, in the order of their events."""
        return self.changes_of_supplier, self.meter_exchanges, self.hub_exchanges


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named condition of country and image.

    On the regressing cohort `regressing` replaces `activation`, and `troubles` come after it; `needs` is the device
    that a combination must have to be the cohort. `gusts` is the range of the factor by which power outages of one
    region are more in one watch than usual.
    """

    name: str
    summary: str
    weather: tuple[Weather, Weather, Weather]
    transfer: Failures
    activation: Failures
    regressing: Failures | None = None
    troubles: tuple[Trouble, ...] = ()
    needs: str = ""
    gusts: tuple[float, float] = (0.5, 1.5)
    life: Life = field(default_factory=Life)


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
    gusts=(2.0, 30.0),
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

JOINS_LOST = replace(
    CALM,
    name="joins_lost",
    summary="meters of one device combination fall off the home network in the days after activation",
    troubles=(Trouble(Sign.JOIN_FAILED, 0.4, 0.4), Trouble(Sign.MESSAGE_NOT_DELIVERED, 0.4, 0.3)),
)
DARK_DISPLAYS = replace(
    CALM,
    name="dark_displays",
    summary="in-home displays of one combination go dark: no alert, only suppliers' reports tell",
    troubles=(Trouble(Sign.DISPLAY_DARK, 0.4, 0.1),),
    needs="display",
)
GAS_GAPS = replace(
    CALM,
    name="gas_gaps",
    summary="gas readings of one combination have gaps, which only suppliers notice",
    troubles=(Trouble(Sign.GAS_READINGS_MISSING, 0.3, 0.15),),
    needs="gsme",
)
SUPPLY_LOST = replace(
    CALM,
    name="supply_lost",
    summary="homes of one combination lose supply after activation, some with a power outage alert",
    troubles=(Trouble(Sign.SUPPLY_INTERRUPTED, 0.05, 0.3), Trouble(Sign.POWER_OUTAGE, 0.05, 0.3)),
)

_ALL = (CALM, STORM, BAD_IMAGE, REGRESSING_COHORT, JOINS_LOST, DARK_DISPLAYS, GAS_GAPS, SUPPLY_LOST)
SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
