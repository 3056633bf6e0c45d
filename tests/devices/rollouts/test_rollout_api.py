"""The same rules by API."""

from dataclasses import asdict
from urllib.parse import urljoin

import pytest
from rest_framework.test import APIClient

from devices.rollouts.models import Rollout
from devices.rollouts.verdicts import Breach, Thresholds
from tests.factories.ballots import set_clock
from tests.factories.fixtures import BACKEND
from tests.factories.rollouts import make_road

URL = "/api/v1/rollouts/"


@pytest.fixture
def call(world):
    """Return a function that calls the API as somebody."""

    def ask(who, path="", data=None, status=200):
        client, url = APIClient(), urljoin(URL, path)
        client.force_login(world.users[who], backend=BACKEND)
        response = client.get(url) if data is None else client.post(url, data)
        assert response.status_code == status, response.content
        return response.json()

    return ask


PLAN = {"waves": [{"hubs": 60}, {"share": 1.0}], "minimum": 20, "limit": 0.1}


def test_plan_to_finish(call, served, road):
    set_clock(road.at)
    name = road.rollout.reference + "/"
    assert call("second_manager", name + "approve/", {})["state"] == "approved"
    assert call("manager", name + "start/", {})["state"] == "deploying"
    assert call("csp_north", name + "pause/", {"why": "Masts."})["state"] == "paused"
    assert call("manager", name + "resume/", {"why": "Up."})["state"] == "deploying"
    assert call("manager", name + "halt/", {"why": "Odd."})["state"] == "halted"
    assert call("manager", name + "resume/", {"why": "Not."})["state"] == "deploying"
    road.run()
    road.clear()
    set_clock(road.at)
    assert call("manager", name + "start-activation/", {})["state"] == "activating"
    road.run()
    detail = call("supplier", name)
    assert sum(detail["by_state"].values()) == 350
    assert [wave["number"] for wave in detail["waves"]] == [1, 2]
    assert call("supplier")["results"][0]["state"] == "finished"
    set_clock(road.rollout.release.hypercare_until)
    assert call("manager", name + "report/", {"remarks": "Well."})["state"] == "reported"


def test_planned_and_cancelled(call, world, served):
    set_clock(world.at)
    answer = call("manager", data={**PLAN, "release": served.reference}, status=201)
    assert (answer["state"], answer["hubs"]) == ("preparing", 0)
    assert call("manager", answer["reference"] + "/cancel/", {"why": "No."})["state"] == "cancelled"


@pytest.mark.parametrize("changes", [{"waves": [{}]}, {"limit": 3}, {"waves": []}, {"turns": 9}])
def test_plans_that_cannot_be_read(call, world, served, changes):
    call("manager", data={**PLAN, "release": served.reference, **changes}, status=400)
    assert not Rollout.objects.exists()


def test_who_when_and_what(call, road):
    set_clock(road.at)
    name = road.rollout.reference + "/"
    call("supplier", data={**PLAN, "release": road.rollout.release.reference}, status=403)
    call("manager", data={**PLAN, "release": "FW-0"}, status=404)
    call("manager", name + "approve/", {}, status=403)
    call("manager", name + "start/", {}, status=409)
    call("second_manager", name + "approve/", {"version": 1}, status=409)
    call("manager", name + "stop/", {}, status=400)
    call("manager", "RO-0/", status=404)


def test_stopped(call, road):
    road.start()
    set_clock(road.at)
    assert call("manager", road.rollout.reference + "/stop/", {"why": "Enough."})["state"] == "stopping"


def test_a_part_at_fault_is_held(call, world, served):
    road = make_road(world, served, scenario="bad_image", thresholds=Thresholds(0.08, 20, 0.9))
    road.deploy()
    road.activate()
    road.run()
    wave = road.rollout.waves.first()
    breach = Breach("regions", "north", "region North", 12, 40, 0.2)
    wave.verdicts["activation"]["strata"] = [asdict(breach)]
    wave.save(update_fields=["verdicts"])
    set_clock(road.at)
    name = road.rollout.reference + "/"
    [part] = call("supplier", name)["at_fault"]
    assert part["words"] == "wave 1, activation: region North 12 of 40 (at least 20.0%) failed"
    answers = {"part": part["key"], "stage": "both"}
    call("supplier", name + "hold-part/", answers, status=403)
    call("manager", name + "hold-part/", {**answers, "part": "2"}, status=400)
    hold = call("manager", name + "hold-part/", answers, status=201)
    assert hold["stage"] == "both"
    assert hold["cause"] == f"Automatic detection: {road.rollout}, {part['words']}"


def test_a_preview_saves_nothing(call, world, served):
    set_clock(world.at)
    waves = [{"parts": [{"hubs": 20, "regions": ["north"]}, {"share": 0.2, "regions": ["south"]}]}, {"share": 1.0}]
    found = call("manager", "preview/", {**PLAN, "waves": waves, "release": served.reference})
    assert [wave["by_region"] for wave in found["foresight"]["waves"]] == [[20, 0, 50], [80, 0, 200]]
    assert found["reach"]["hubs"] == 350
    assert not found["foresight"]["is_refused"]
    assert not Rollout.objects.exists()
    call("manager", "preview/", {**PLAN, "release": served.reference, "turns": 9}, status=400)
    call("manager", "preview/", {**PLAN, "release": served.reference, "minimum": 300}, status=400)
    call("supplier", "preview/", {**PLAN, "release": served.reference}, status=403)


def test_capacity_is_stated_and_read(call, road):
    set_clock(road.at)
    path = "../nightly-capacities/"
    stated = call("csp_north", path + "north/state/", {"deployment": 40, "activation": None})
    assert stated == {"deployment": 40, "activation": None, "version": 1}
    assert [row["region"] for row in call("manager", path)] == ["north", "central", "south"]
    assert call("manager", path)[0]["capacity"] == stated
    call("csp_north", path + "south/state/", {"deployment": 40, "activation": None}, status=403)
    call("csp_north", path + "north/state/", {"deployment": 1, "activation": 1, "version": 0}, status=409)
    call("supplier", path, status=403)
