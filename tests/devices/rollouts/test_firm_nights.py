"""A rollout under the scheduling approach: one wave a firm night, and by itself on its dates."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from devices.fleet.models import Hub
from devices.rollouts import foresight, pages, verbs
from devices.rollouts.contributes import due
from devices.rollouts.models import HubUpdate, HubUpdateEvent, Wave
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import HubState, RolloutState
from devices.rollouts.verdicts import Thresholds
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotNow
from portal.working_days import london_day, start_of
from releases.gates import verbs as gates
from releases.products.models import Cell
from releases.scheduling import verbs as scheduling
from releases.scheduling.problem import Placement
from releases.scheduling.queries import firm_load
from tests.factories.exercises import NIGHTS, make_confirmed, terms
from tests.factories.firm_nights import LOOSE, MIDNIGHT, activated, activating, deployed, make_dated, start_due
from tests.factories.meanwhile import meanwhile
from tests.factories.rollouts import DEPLOYMENT_DAY, QUICK, assert_counts_agree, make_road
from tests.html import mistakes

pytestmark = pytest.mark.django_db
PLAN = {
    "limit": "10",
    "minimum": "20",
    "confidence": "0.95",
    "turns": "3",
    "pace": "quick",
    "scenario": "calm",
}


@pytest.fixture
def release(world, catalogue):
    return make_dated(world, catalogue)


@pytest.fixture
def road(world, release):
    return make_road(world, release, thresholds=LOOSE)


def test_the_expected_end_is_that_of_the_last_firm_night(road):
    def expected():
        return pages.live(road.fresh(), road.manager, road.at)["expected_end"]

    activating(road)
    assert start_of(date(2017, 2, 6)) <= expected() < start_of(date(2017, 2, 7))
    Wave.objects.filter(rollout=road.rollout, number__lt=2).update(state="activated")
    Wave.objects.filter(rollout=road.rollout, number=2).update(state="activating")
    HubUpdate.objects.filter(rollout=road.rollout).update(state=HubState.ACTIVATED)
    road.at = start_of(date(2017, 2, 6)) + timedelta(hours=23)
    assert expected() == road.at


def test_one_wave_a_firm_night_with_the_homes_it_was_confirmed_for(road):
    waves = list(road.rollout.waves.order_by("number"))
    assert [(wave.night, wave.high - wave.low) for wave in waves] == [
        (date(2017, 2, 2), 200),
        (date(2017, 2, 3), 100),
        (date(2017, 2, 6), 50),
    ]
    shared = Cell.objects.get(number=3)
    assert set(HubUpdate.objects.filter(rollout=road.rollout, wave=2).values_list("cell", flat=True)) == {shared.number}
    assert road.rollout.exercise.reference.startswith("SX-")


def test_hubs_without_a_firm_night_are_left_out(world, release):
    stranger = Cell.objects.get(number=3)
    stranger.electricity_supplier = stranger.gas_supplier = world.organisation("fernlight")
    stranger.save()
    rollout = make_road(world, release).rollout
    assert [(wave.night.day, wave.high - wave.low) for wave in rollout.waves.order_by("number")] == [(2, 200), (3, 100)]


def test_a_plan_without_any_is_cancelled(world, release):
    Hub.objects.filter(cell__in=[2, 3]).delete()
    Cell.objects.filter(number=1).update(region="central")
    rollout = make_road(world, release).rollout
    assert rollout.state == RolloutState.CANCELLED


def test_a_first_night_too_small_to_be_judged_is_refused(world, release):
    with pytest.raises(Invalid, match="The first night, 2 February 2017, has 200 homes, fewer than the 201 reports"):
        waves = (WaveSpec(hubs=300), WaveSpec(share=1.0))  # which are not looked at any more
        make_road(world, release, waves=waves, thresholds=Thresholds(limit=0.10, minimum=201, confidence=0.95))


def test_the_preview_shows_the_firm_nights_whatever_waves_were_chosen(world, release, sign_in, set_clock):
    shown = foresight.foresee(release, QUICK, DEPLOYMENT_DAY)
    assert [one.by_region for one in shown.waves] == [[100, 0, 100], [0, 0, 100], [0, 0, 50]]
    assert [london_day(one.activation.opens_at).day for one in shown.waves] == [2, 3, 6]
    assert not shown.is_refused
    set_clock(DEPLOYMENT_DAY)
    page = sign_in("manager").post(reverse("rollouts:plan", args=[release.reference]), PLAN | {"preview": "yes"})
    assert (
        "This release has firm dates" in page.text and "Waves of this plan" in page.text and mistakes(page.text) == []
    )
    assert 'name="canary"' not in page.text  # each night is a wave
    small = sign_in("manager").post(page.request["PATH_INFO"], PLAN | {"preview": "yes", "minimum": "300"})
    assert "has 200 homes, fewer than the 300 reports needed" in small.text and "Waves of this plan" not in small.text


@pytest.mark.parametrize(
    ("soak_days", "says"),
    [
        (2, "The night of 2 February 2017 would be judged when that of 3 February 2017 is over. Choose a quicker pace"),
        (7, "Not every hub would have the image by the first firm night, 2 February 2017. Choose a quicker pace"),
    ],
)
def test_a_pace_too_slow_for_the_nights_is_refused(world, release, soak_days, says):
    with pytest.raises(Invalid, match=says):
        make_road(world, release, thresholds=LOOSE, soak_seconds=soak_days * 86_400)


def test_it_starts_by_itself_and_each_wave_waits_for_its_night(road):
    road.approve()
    before = road.rollout.release.planned_deployment_at - timedelta(seconds=1)
    assert start_due(road, before) == 0
    activating(road)
    road.run()
    assert activated(road) == [0]
    road.at = start_of(date(2017, 2, 3)) - timedelta(seconds=1)
    road.run()
    assert activated(road) == [0]
    for day, passed in ((3, [0, 1]), (6, [0, 1, 2])):
        road.at = start_of(date(2017, 2, day))
        road.run()
        assert activated(road) == passed
    assert road.fresh().state == RolloutState.FINISHED
    last = road.rollout.waves.get(number=2)
    for stage in ("deployment", "activation"):
        assert "reports alone do not decide. With those of the nights before, 3" in last.verdicts[stage]["why"]


def test_small_nights_that_do_badly_together_halt(world, release):
    """By itself the second night, 12 of 99, has too few reports; with the first, 37 of 298, it is over the limit."""
    road = activating(make_road(world, release, thresholds=LOOSE, scenario="bad_image", seed=2))
    road.run()
    strict = {"limit": 0.06, "minimum": 150, "confidence": 0.999}
    type(road.rollout).objects.filter(pk=road.rollout.pk).update(thresholds=strict)
    road.at = start_of(date(2017, 2, 3))
    assert road.run().state == RolloutState.HALTED
    assert "99 reports alone do not decide. With those of the nights before, 298:" in road.rollout.stood_still_why


def test_activation_waits_for_the_first_night_and_for_the_gate(road):
    deployed(road)
    assert start_due(road, MIDNIGHT - timedelta(seconds=1)) == 0
    assert start_due(road, MIDNIGHT) == 0  # nobody has cleared the release yet
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=MIDNIGHT)
    assert start_due(road, MIDNIGHT) == 1
    assert start_due(road, MIDNIGHT) == 0


def test_somebody_was_faster(road):
    road.approve()
    faster = 'FROM "rollouts_rollout" INNER JOIN'
    with meanwhile(faster, lambda: verbs.start(road.fresh(), by=road.manager, at=road.at)):
        assert start_due(road, DEPLOYMENT_DAY) == 0


def test_dates_that_were_replaced_activate_nobody_any_more(world, road):
    deployed(road)
    later = tuple(Placement(one.group, one.day + timedelta(days=7), one.homes) for one in NIGHTS)
    at = datetime(2017, 1, 20, 12, tzinfo=UTC)
    manager = world.actor("manager", at=at)
    chosen = terms(last=date(2017, 2, 20), closes_at=at + timedelta(hours=1))
    opened = scheduling.open_exercise(road.fresh().release, chosen, by=manager, at=at)
    closed = scheduling.close_exercise(opened, by=manager, at=at)
    scheduling.confirm(closed, later, why="A halt elsewhere.", by=manager, at=at)
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=start_of(date(2017, 2, 9)))
    assert start_due(road, start_of(date(2017, 2, 9))) == 0
    verbs.start_activation(road.fresh(), by=road.manager, at=road.at)
    road.run()
    rollout = road.fresh()
    assert (rollout.state, activated(road)) == (RolloutState.PAUSED, [])


def test_its_dates_are_among_the_clocks(world, road):
    def texts(at):
        return [one.text for one in due(world.actor("manager"), at) if "answer" not in one.text]

    planned = road.rollout.release.planned_deployment_at
    assert texts(planned - timedelta(hours=1)) == [f"Rollout {road.rollout}: deployment starts"]
    deployed(road)
    assert texts(DEPLOYMENT_DAY) == [f"Rollout {road.rollout}: activation starts"]
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=MIDNIGHT)
    start_due(road, MIDNIGHT)
    assert f"Rollout {road.rollout}: wave 2 activates" in texts(MIDNIGHT)


def test_homes_are_asked_on_no_day_but_their_firm_night(road):
    """The gate opened late: the first night has passed before activation could start."""
    deployed(road)
    gates.clear(road.fresh().release, by=system("Gate keeper"), at=MIDNIGHT)
    assert start_due(road, start_of(date(2017, 2, 3))) == 1
    assert road.run().state == RolloutState.PAUSED
    assert "The night of 2 February 2017 is over, and not all its homes were asked." in road.rollout.stood_still_why
    with pytest.raises(NotNow, match="stop this rollout, hold a re-run for what is left"):
        verbs.resume(road.rollout, by=road.manager, at=road.at, why="Let us see.")


def test_a_csp_operator_sees_the_firm_nights_of_its_own_region_in_totals(world, release, sign_in, set_clock):
    """Once they are confirmed, and as long as they stand and are to come; no party, no reason, no other region."""
    at = start_of(date(2017, 2, 3))
    set_clock(at)
    capacity, api = reverse("rollouts:capacity"), "/api/v1/nightly-capacities/"

    def firm_of(who):
        return {one["region"]: one["firm"] for one in sign_in(who).get(api).json()}

    south = [{"night": "2017-02-03", "homes": 100}, {"night": "2017-02-06", "homes": 50}]
    assert firm_of("csp_south") == {"north": None, "central": [], "south": south}
    assert firm_of("csp_north") == {"north": [], "central": None, "south": None}
    assert firm_of("manager") == {"north": [], "central": [], "south": south}
    set_clock(MIDNIGHT)
    assert firm_of("csp_north")["north"] == [{"night": "2017-02-02", "homes": 100}]
    page = sign_in("csp_north").get(capacity).text
    table = page[page.index("North: homes to be activated on firm nights") :].split("</table>")[0]
    assert "2 February 2017" in table and "100" in table and mistakes(page) == []
    assert "South: homes to be" not in page and "Heron Power" not in page and release.reference not in page


def test_firm_nights_that_do_not_stand_are_not_shown_to_a_csp(world, catalogue, django_assert_num_queries):
    confirmed, since = make_confirmed(world, catalogue), date(2017, 1, 1)
    with django_assert_num_queries(1):
        assert sorted(firm_load(since)) == ["north", "south"]
    scheduling.withdraw_exercise(confirmed, why="Its release ended.", by=system("Clock"), at=world.at)
    assert firm_load(since) == {}


SHORT = (
    "The night of 2 February 2017 needs 100 hubs in North, and the nightly capacity that its CSP states there, 40, has "
    "room for 80 of them in the two nights that its day touches, to noon and from noon, if no other rollout takes it: "
    "20 hubs are not asked, on no other day either, and left for a re-run. Agree on more with the CSP before that "
    "night."
)


def test_a_capacity_below_what_a_firm_night_needs_is_said_before_the_plan_and_after_it(
    world, release, sign_in, set_clock
):
    """In the preview and on the plan’s page, by API as well; it forbids nothing, and goes once the CSP states more."""
    set_clock(DEPLOYMENT_DAY)
    csp, client = world.actor("csp_north", at=DEPLOYMENT_DAY), sign_in("manager")
    planning = reverse("rollouts:plan", args=[release.reference])
    assert "nightly capacity that its CSP" not in client.post(planning, PLAN | {"preview": "yes"}).text
    verbs.state_capacity("north", None, 40, by=csp, at=DEPLOYMENT_DAY)
    page = client.post(planning, PLAN | {"preview": "yes"})
    assert SHORT in page.text and "Such a plan is refused" not in page.text and mistakes(page.text) == []
    body = {"release": release.reference, "waves": [{"share": 1.0}], "limit": 0.6, "minimum": 60}
    found = client.post("/api/v1/rollouts/preview/", body, content_type="application/json").json()["foresight"]
    (one,) = found["short"]
    assert one == {"night": "2017-02-02", "region": "North", "hubs": 100, "capacity": 40, "left": 20, "words": SHORT}
    assert not found["is_refused"]
    road = make_road(world, release, thresholds=LOOSE)
    shown = reverse("rollouts:rollout", args=[road.rollout.reference])
    assert SHORT in client.get(shown).text and "Every firm night with more hubs" not in client.get(shown).text
    assert client.get(f"/api/v1/rollouts/{road.rollout}/").json()["short"] == [one]
    verbs.state_capacity("north", None, 50, by=csp, at=DEPLOYMENT_DAY)
    assert "nightly capacity that its CSP" not in client.get(shown).text
    south = world.actor("csp_south", at=DEPLOYMENT_DAY)
    verbs.state_capacity("south", None, 10, by=south, at=DEPLOYMENT_DAY)
    page = client.get(shown).text
    assert page.count("on no other day either") == 1 and "Every firm night with more hubs" in page
    assert mistakes(page) == []
    road.approve()
    verbs.cancel(road.fresh(), by=road.manager, at=road.at, why="Another day.")
    assert client.get(f"/api/v1/rollouts/{road.rollout}/").json()["short"] == []


def test_what_a_lower_capacity_keeps_from_its_firm_night_is_asked_on_no_other_day(world, release):
    road = make_road(world, release, thresholds=LOOSE)
    activating(road)
    csp = world.actor("csp_north", at=road.at)
    verbs.state_capacity("north", None, 40, by=csp, at=road.at)
    for at in (MIDNIGHT, MIDNIGHT + timedelta(hours=12), MIDNIGHT + timedelta(hours=36), start_of(date(2017, 2, 6))):
        road.at = at
        road.run()
    first = road.rollout.waves.get(number=0)
    moves = HubUpdateEvent.objects.filter(rollout=road.rollout, slot__lt=first.high, state=HubState.ACTIVATING)
    assert {london_day(at) for at in moves.values_list("at", flat=True)} == {first.night}
    assert assert_counts_agree(road.rollout)[HubState.EXCLUDED] >= 20  # of 100, in the two nights that touch the day
    assert road.fresh().state == "finished"
