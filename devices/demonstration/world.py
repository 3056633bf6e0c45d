"""The whole world of the demonstration, or its ground alone: who there is, what exists, and the fleet."""

from datetime import datetime, timedelta

from devices.demonstration import keys
from devices.demonstration.cast import SEEDER, assemble
from devices.demonstration.director import play
from devices.demonstration.stage import Stage
from devices.demonstration.stories import every_story
from devices.fleet import verbs as fleet
from portal.workflow.enqueue import publishing_nothing

HISTORY = timedelta(days=320)
LEAST_HUBS = 20_000  # with fewer the first waves are too small to be judged by their thresholds


def build(*, hubs: int, seed: int, now: datetime, history: timedelta = HISTORY) -> Stage:
    """Create organisations, people, product lists and a fleet as of some time ago; return the stage they make.

    The database needs the portal's defaults and must have no organisation yet.
    """
    began = now - history
    players = assemble(began)
    fleet.seed(hubs=hubs, seed=seed, by=SEEDER, at=began)
    keys.keep(began)
    return Stage(players, now)


def tell(stage: Stage) -> int:
    """Tell the history of every release up to the present; return how many scenes it had."""
    with publishing_nothing():
        return play(stage, every_story(stage))
