"""Releases on firm nights, and their rollouts by themselves on these dates."""

from datetime import date, datetime

from devices.rollouts import verbs
from devices.rollouts.states import RolloutState
from devices.rollouts.verdicts import Thresholds
from portal.workflow.actor import system
from portal.working_days import start_of
from releases.gates import verbs as gates
from releases.products.models import ValidityPeriod
from releases.publishing import scope
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.factories.exercises import make_confirmed
from tests.factories.releases import Catalogue
from tests.factories.rollouts import DEPLOYMENT_DAY, ENGINE, Road, make_hubs
from tests.factories.world import World

LOOSE = Thresholds(limit=0.6, minimum=60, confidence=0.95)
"""A limit that no draw of so few hubs comes near; the last night has fewer hubs than reports needed."""
MIDNIGHT = start_of(date(2017, 2, 2))


def make_dated(world: World, catalogue: Catalogue) -> Release:
    """Return a release announced on firm dates, everybody served."""
    make_hubs()
    for specification, version in (("CHTS", "1.1"), ("GBCS", "3.2")):
        ValidityPeriod.objects.create(specification=specification, version=version, installation_from=date(2016, 1, 1))
    announced = publishing.announce(make_confirmed(world, catalogue).release, by=world.actor("manager"), at=world.at)
    for organisation in scope.recipients(announced):
        publishing.serve_by_other_means(announced, organisation, why="By hand.", by=world.actor("manager"), at=world.at)
    return announced


def start_due(road: Road, at: datetime) -> int:
    """Start what is due at a moment, which becomes the road's; return how many programmes were started."""
    road.at = at
    return verbs.start_due(by=ENGINE, at=at)


def deployed(road: Road) -> Road:
    """Let it deploy by itself."""
    if road.fresh().state == RolloutState.PLANNED:
        road.approve()
    assert start_due(road, DEPLOYMENT_DAY) == 1
    assert road.run().state == RolloutState.DEPLOYED
    return road


def activating(road: Road) -> Road:
    """Let it deploy, and begin to activate on its first night."""
    deployed(road)
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=MIDNIGHT)
    assert start_due(road, MIDNIGHT) == 1
    return road


def activated(road: Road) -> list[int]:
    """Return the waves that are activated."""
    return [wave.number for wave in road.fresh().waves.filter(state="activated").order_by("number")]
