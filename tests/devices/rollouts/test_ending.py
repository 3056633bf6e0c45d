"""Rollouts of a release that ends or returns to draft."""

from datetime import timedelta
from functools import partial

import pytest

from devices.rollouts import contributes, queries, verbs
from devices.rollouts.states import HubState
from devices.rollouts.tasks import advance_all
from releases.publishing import verbs as publishing
from tests.factories.meanwhile import meanwhile
from tests.factories.rollouts import ENGINE

pytestmark = pytest.mark.django_db


def effects(road, act="withdraw"):
    return [one.text for one in contributes.release_effects(road.fresh().release, act, road.manager, road.at)]


def withdraw(road):
    publishing.withdraw(road.fresh().release, by=road.manager, at=road.at, why="A fault was found")


def test_a_plan_is_cancelled(road):
    assert effects(road) == [f"The plan of rollout {road.rollout} for 350 hubs is cancelled."]
    withdraw(road)
    advance_all()
    assert road.fresh().state == "cancelled"
    assert effects(road) == ["No rollout is planned or running."]


def test_a_running_rollout_is_stopped_and_hubs_keep_what_they_run(road):
    road.deploy()
    holding = queries.figures(road.rollout).by_state[HubState.DEPLOYED]
    assert holding > 300
    assert effects(road) == [
        f"Rollout {road.rollout} is stopped: of its 350 hubs 0 run the new firmware and keep it, "
        f"{holding} hold the image and never activate it, the others are left as they are."
    ]
    withdraw(road)
    assert [verbs.end_set_aside(by=ENGINE, at=road.at) for _ in range(2)] == [1, 0]
    assert road.fresh().stood_still_why == "FW-2017-001 was withdrawn: A fault was found"
    assert road.run().state == "stopped"
    assert queries.figures(road.rollout).by_state[HubState.ACTIVATED] == 0


def test_one_of_the_notice_before_is_stopped_although_the_release_is_announced_again(road):
    road.deploy()
    drafted = publishing.return_to_draft(road.fresh().release, by=road.manager, at=road.at, why="Retest")
    drafted.planned_deployment_at = road.at + timedelta(days=30)
    drafted.planned_activation_at = road.at + timedelta(days=60)
    drafted.save()
    publishing.announce(drafted, by=road.manager, at=road.at + timedelta(minutes=1))
    assert verbs.end_set_aside(by=ENGINE, at=road.at) == 1
    assert road.run().state == "stopped"


def test_one_that_a_person_stops_at_that_moment_is_left_to_them(road):
    road.deploy()
    withdraw(road)
    faster = partial(verbs.stop, road.fresh(), by=road.manager, at=road.at, why="At once")
    with meanwhile('FROM "rollouts_rollout"', faster):
        verbs.end_set_aside(by=ENGINE, at=road.at)
    assert road.fresh().stood_still_why == "At once"


def test_a_standing_release_keeps_its_rollout(road):
    assert effects(road, "amend") == [f"Rollout {road.rollout} of 350 hubs stays; its gates open at the later dates."]
    assert verbs.end_set_aside(by=ENGINE, at=road.at) == 0
