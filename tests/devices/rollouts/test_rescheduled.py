"""Emergency stop on firm nights: what is left is scheduled anew, with a new notice, and then runs by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Sum

from devices.rollouts import verbs
from devices.rollouts.models import ActivationBlock, HubUpdate
from devices.rollouts.states import HubState, RolloutState
from portal.delivery.models import Delivery, Message
from portal.workflow.errors import Invalid, NotNow
from portal.working_days import clear_days_after, london_day, start_of
from releases.publishing import verbs as publishing
from releases.publishing.scope import affected_cells
from releases.scheduling import verbs as scheduling
from releases.scheduling.queries import homes_by_night
from tests.factories.exercises import terms
from tests.factories.firm_nights import LOOSE, MIDNIGHT, activated, activating, make_dated, start_due
from tests.factories.rollouts import ENGINE, QUICK, Road, make_road

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2017, 2, 7, 10, tzinfo=UTC)
HORIZON = (date(2017, 2, 20), date(2017, 3, 3))


@pytest.fixture
def road(world, catalogue):
    return make_road(world, make_dated(world, catalogue), thresholds=LOOSE)


@pytest.fixture
def stopped(road):
    activating(road).run()
    road.at = MIDNIGHT + timedelta(hours=1)
    verbs.halt(road.fresh(), by=road.manager, at=road.at, why="Emergency stop: meters fall silent.")
    road.at = TUESDAY
    assert road.run().state == RolloutState.HALTED and activated(road) == [0]
    with pytest.raises(NotNow, match="The night of 3 February 2017 is over"):
        verbs.resume(road.rollout, by=road.manager, at=road.at, why="It was a false alarm.")
    verbs.stop(road.rollout, by=road.manager, at=road.at, why="The rest is scheduled anew.")
    assert road.run().state == RolloutState.STOPPED
    return road


def rescheduled(road):
    at, manager, (first, last) = road.at, road.manager, HORIZON
    chosen = terms(first=first, last=last, closes_at=at + timedelta(hours=1), deployment_on=first - timedelta(days=3))
    opened = scheduling.open_exercise(road.fresh().release, chosen, by=manager, at=at)
    draft = scheduling.solve(scheduling.close_exercise(opened, by=manager, at=at), by=manager, at=at)
    scheduling.play(draft.pk, by=ENGINE, at=at)
    scheduling.finish(draft.pk, by=ENGINE, at=at)
    return scheduling.confirm_draft(draft, why="The emergency is over.", by=manager, at=at)


def test_what_is_left_has_new_dates_and_a_new_notice(stopped):
    release, firm = stopped.rollout.release, stopped.rollout.exercise
    homes_left = affected_cells(release).aggregate(homes=Sum("homes"))["homes"]
    assert release.state == "halted" and 150 <= homes_left < 200  # 150 of the nights left, and who did not answer
    rerun = rescheduled(stopped)
    firm.refresh_from_db()
    assert (rerun.reruns, firm.state, rerun.state) == (firm, "replaced", "confirmed")
    assert sum(one.homes for one in rerun.groups.all()) == homes_left
    told = Message.objects.filter(kind="scheduling.confirmed").latest("pk")
    assert told.statutory and Delivery.objects.filter(message=told, recipient="Heron Power").exists()
    assert min(homes_by_night(rerun)) >= clear_days_after(stopped.at, 7).date()


def test_new_dates_leave_the_notice_its_days(stopped):
    with pytest.raises(Invalid) as refused:
        chosen = terms(first=date(2017, 2, 8), last=date(2017, 2, 13), closes_at=stopped.at + timedelta(hours=1))
        scheduling.open_exercise(stopped.rollout.release, chosen, by=stopped.manager, at=stopped.at)
    assert "too short: notice served when statements close is over on" in refused.value.fields["last"][0]


def test_the_rest_runs_on_its_new_nights_and_nobody_twice(world, stopped):
    nights = homes_by_night(rescheduled(stopped))
    first_run = set(
        HubUpdate.objects.filter(rollout=stopped.rollout, state=HubState.ACTIVATED).values_list("hub", flat=True)
    )
    chosen = replace(QUICK, thresholds=LOOSE)
    planned = verbs.plan(stopped.rollout.release, chosen, by=stopped.manager, at=stopped.at)
    road = Road(world, verbs.prepare(planned, by=ENGINE, at=stopped.at), stopped.at)
    assert list(road.rollout.waves.order_by("number").values_list("night", flat=True)) == list(nights)
    road.approve()
    begins = start_of(HORIZON[0] - timedelta(days=3))
    assert start_due(road, begins - timedelta(seconds=1)) == 0
    assert start_due(road, begins) == 1 and road.run().state == RolloutState.DEPLOYED
    for number, night in enumerate(nights):
        road.at = start_of(night)
        verbs.start_due(by=ENGINE, at=road.at)
        road.run()
        assert activated(road) == list(range(number + 1))
    assert road.fresh().state == RolloutState.FINISHED
    again = set(HubUpdate.objects.filter(rollout=road.rollout).values_list("hub", flat=True))
    assert len(again) == sum(nights.values()) and not first_run & again
    days = {london_day(at) for at in ActivationBlock.objects.values_list("at", flat=True)}
    assert days == {date(2017, 2, 2), *nights}


def test_the_dates_of_a_release_that_is_withdrawn_end_with_it(road):
    activating(road).run()
    road.at = MIDNIGHT + timedelta(hours=1)
    publishing.withdraw(road.fresh().release, by=road.manager, at=road.at, why="Meters fall silent.")
    assert verbs.end_set_aside(by=ENGINE, at=road.at) == 1
    assert scheduling.keep_clocks(by=ENGINE, at=road.at) == 1
    assert road.run().state == RolloutState.STOPPED and road.rollout.exercise.state == "withdrawn"
    assert Delivery.objects.filter(message__kind="scheduling.withdrawn", recipient="Heron Power").exists()
    road.at = start_of(date(2017, 2, 3))
    assert start_due(road, road.at) == 0
    assert road.run().state == RolloutState.STOPPED and activated(road) == [0]
    with pytest.raises(NotNow, match="is withdrawn: there is nothing to schedule any more"):
        scheduling.open_exercise(road.rollout.release, terms(), by=road.manager, at=road.at)
