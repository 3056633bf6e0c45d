"""One mail a day and supplier about its hubs that activated."""

from datetime import timedelta

import pytest
from django.db.models import Sum

from devices.alerts import queries, tasks, verbs
from devices.alerts.models import Summary
from portal.delivery.models import Delivery, Message
from portal.working_days import london_day
from tests.factories.ballots import set_clock


@pytest.fixture
def done(road):
    road.finish()
    verbs.number()
    return road


def told():
    return Message.objects.filter(kind="alerts.summary").order_by("pk")


def test_each_supplier_is_told_once_of_the_day_before(done):
    day, at = london_day(done.at), done.at + timedelta(days=1)
    assert verbs.summarise(at=done.at) == 0  # the day is not over
    assert verbs.summarise(at=at) == 2
    assert verbs.summarise(at=at) == verbs.summarise(at=at + timedelta(days=1)) == 0
    mine = {one.day: one for one in queries.days(done.world.actor("supplier", at=done.at))}[day]
    heron = done.world.organisation("heron")
    message = told().get(reference_id=heron.pk)
    assert message.subject.startswith(f"{mine.hubs:,} of your hubs activated on")
    assert f"{mine.hubs} hubs: version {done.rollout.release.firmware_version}" in message.body
    assert Delivery.objects.get(message=message).organisation_id == heron.pk
    assert str(Summary.objects.get()) == f"Summary of {day}"


def test_two_suppliers_of_a_home_are_both_told(done):
    day = london_day(done.at)
    counted = sum(row.hubs for _, rows in queries.by_supplier(day) for row in rows)
    alerts = sum(one.alerts for one in queries.days(done.world.actor("manager", at=done.at), day=day))
    blocks = queries.Position.objects.aggregate(total=Sum("block__hubs"))["total"]
    assert counted == alerts > blocks


def test_days_without_an_activation_are_passed_over_and_late_ones_made_up(done):
    assert verbs.summarise(at=done.at + timedelta(days=40)) == 0  # the first summary looks back few days
    Summary.objects.create(day=london_day(done.at) - timedelta(days=20), made_at=done.at)
    assert verbs.summarise(at=done.at + timedelta(days=40)) == 2


def test_it_is_made_from_half_past_seven(done):
    morning = done.at + timedelta(days=1)
    set_clock(morning.replace(hour=7, minute=29))
    assert tasks.summarise() == 0
    set_clock(morning.replace(hour=7, minute=31))
    assert tasks.summarise() == 2


def test_a_restricted_release_leaves_the_text_in_the_portal(done):
    type(done.rollout.release).objects.filter(pk=done.rollout.release_id).update(classification="amber")
    verbs.summarise(at=done.at + timedelta(days=1))
    assert set(told().values_list("restricted", flat=True)) == {True}
