"""A rollout whose first wave soaks, with a trouble that only signs tell of; and the ear turned by hand."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from devices.detection import verbs
from devices.rollouts import verbs as rollouts
from devices.rollouts.models import Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.verdicts import Thresholds
from portal.workflow.actor import system
from releases.products.models import Cell
from tests.factories.ballots import set_clock
from tests.factories.rollouts import Road, make_hubs, make_road, make_served

EAR = system("Detection")
SOAK = 400
WAVES = {
    "waves": (WaveSpec(share=0.3), WaveSpec(share=1.0)),
    "thresholds": Thresholds(limit=0.3, minimum=20, confidence=0.95),
    "soak_seconds": SOAK,
}


@dataclass
class Soak(Road):
    """A road whose hubs can be listened to."""

    def listen(self, watches=1):
        """Let so many watches pass, and listen."""
        self.at += timedelta(seconds=SOAK / 4 * watches)
        set_clock(self.at)
        return verbs.listen(self.fresh(), by=EAR, at=self.at)

    def resume(self):
        rollouts.resume(self.fresh(), by=self.manager, at=self.at, why="Looked at.")


@pytest.fixture
def single(catalogue) -> Cell:
    """Sixty homes in the South with another display and no gas meter."""
    like = catalogue.cells["south"]
    return Cell.objects.create(
        number=9,
        region="south",
        combination=catalogue.combinations["single"],
        firmware=like.firmware,
        han_variant="single",
        electricity_supplier=like.electricity_supplier,
        homes=60,
    )


@pytest.fixture
def soaking(world, catalogue, single):
    """Return a function that takes a rollout to the soak of its first activated wave; `cells` regress."""

    def take(scenario="joins_lost", cells=(single.number,)):
        make_hubs(factor=10)
        made = make_road(world, make_served(world, catalogue), scenario=scenario, **WAVES)
        road = Soak(world, made.rollout)
        road.start()
        while road.fresh().state == "deploying":
            road.run()
            road.at += timedelta(seconds=SOAK)
        Rollout.objects.filter(pk=road.rollout.pk).update(regressing_cells=list(cells))
        road.activate()
        road.run()
        set_clock(road.at)
        return road

    return take
