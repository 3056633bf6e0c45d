"""A rollout in the worst weather: 20 kills, a broker that loses everything twice, a database that crashes, and more.

What must be true afterwards is checked, and fails the run when it is not; the figures say how much happened.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from devices.rollouts.models import HubUpdateEvent
from devices.rollouts.planning import WaveSpec
from devices.rollouts.verdicts import Thresholds
from tests.factories.crew import Workers
from tests.factories.faults import Ordeal, Weather, hasty
from tests.factories.rightness import assert_nothing_is_wrong
from tests.factories.rollouts import make_started

HUBS_A_FACTOR = 350
WAVES = (WaveSpec(hubs=2_000), WaveSpec(share=0.3), WaveSpec(share=1.0))


def measure(*, hubs: int, rounds: int) -> Iterator[dict[str, Any]]:
    """Yield what happened to one rollout, whatever the rounds; raise where anything is wrong after it."""
    _commit_for_good()
    with hasty():
        factor = max(hubs // HUBS_A_FACTOR, 1)
        road = make_started(factor=factor, waves=WAVES, thresholds=Thresholds(0.60, 200, 0.95), scenario="storm")
        weather = Weather(kills=20, flushes=2, steps_back=3, crashes=1, seconds=3_600)
        ordeal = Ordeal(road, Workers(logs="bench"), weather)
        rollout = ordeal.run()
    assert rollout.state == "finished", rollout.stood_still_why
    assert_nothing_is_wrong(rollout, road.manager)
    happened = {**ordeal.happened, "wrong counts, trespasses, repeated moves, wrong alerts": 0}
    happened["moves of hubs"] = HubUpdateEvent.objects.filter(rollout=rollout).count()
    for name, count in happened.items():
        yield {
            "name": f"faults: {name.replace('_', ' ')}",
            "value": count,
            "unit": "times",
            "against": "",
            "ratio": None,
            "rounds": 1,
            "hubs": rollout.hubs,
        }


def _commit_for_good() -> None:
    """Have the database wait for its log at every commit, as a real one: its crash must lose nothing."""
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" SET synchronous_commit = on')
    connection.close()
