"""Two workers listen to the hubs of one rollout at the same moment: each watch counts once, one hold is proposed;
with a negative control."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError

from devices.detection import tasks, verbs
from devices.detection.models import Proposal, Watch
from devices.detection.verbs import proposing
from devices.rollouts.models import Rollout
from devices.rollouts.planning import WaveSpec
from portal.journal.models import Entry
from portal.workflow.transitions import lock
from releases.products.models import Cell
from tests.factories.rollouts import Road, make_started
from tests.races.threads import ADVISORY_LOCK, ROW_LOCK, TIMEOUT_SECONDS, together

HALF = {"waves": (WaveSpec(share=0.5), WaveSpec(share=1.0)), "soak_seconds": 400, "scenario": "joins_lost"}


@pytest.fixture
def soaking(transactional_db) -> Road:
    """Half of the hubs run the image; the homes of one cell give signs of trouble."""
    road = make_started(factor=10, **HALF)
    while road.fresh().state == "deploying":
        road.run()
        road.at += timedelta(seconds=400)
    troubled = Cell.objects.get(region="north").number
    Rollout.objects.update(regressing_cells=[troubled])
    road.activate()
    road.run()
    road.at += timedelta(seconds=400)
    return road


def test_two_that_listen_at_once_count_and_propose_once(soaking):
    rollout = soaking.fresh()
    outcomes = together(*[lambda: verbs.listen(rollout, by=tasks.DETECTION, at=soaking.at)] * 3)
    assert [outcome.error for outcome in outcomes] == [None] * 3
    assert list(Watch.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert Proposal.objects.count() == 1
    assert [len(outcome.value) for outcome in outcomes if outcome.value] == [1]
    assert Entry.objects.filter(verb__in=("propose", "pause")).count() == 2


def test_without_the_locks_several_propose(soaking, monkeypatch):
    """Negative control: all three look before one has written; only a constraint of the table stops the others."""
    three = threading.Barrier(3)

    def meeting(row):
        three.wait(TIMEOUT_SECONDS)
        return lock(row)

    monkeypatch.setattr(proposing, "lock", meeting)
    rollout = soaking.fresh()
    listening = [lambda: verbs.listen(rollout, by=tasks.DETECTION, at=soaking.at)] * 3
    outcomes = together(*listening, without=f"{ROW_LOCK}|{ADVISORY_LOCK}")
    assert {type(outcome.error) for outcome in outcomes if outcome.error} == {IntegrityError}
