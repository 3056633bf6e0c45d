"""Test windows of a release that ends, returns to draft or is announced anew."""

from datetime import timedelta
from functools import partial

import pytest

from portal.delivery.models import Message
from portal.workflow.actor import system
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.testing import contributes, queries, verbs
from releases.testing.states import WindowState
from releases.testing.tasks import cancel_set_aside
from tests.factories.findings import make_window
from tests.factories.meanwhile import meanwhile

pytestmark = pytest.mark.django_db
CLOCK = system("User testing")


@pytest.fixture
def window(world, announced):
    return make_window(world, announced)


def effects(world, release, act):
    return [one.text for one in contributes.release_effects(release, act, world.actor("manager"), world.at)]


def test_a_withdrawn_release_leaves_no_window(world, announced, window, set_clock):
    assert effects(world, announced, "withdraw")[0] == ("Cancelled: 1 booked test window of 1 organisation, told so.")
    assert queries.set_aside(world.at).count() == 0
    publishing.withdraw(announced, by=world.actor("manager"), at=world.at, why="Not needed")
    set_clock(world.at)
    assert [cancel_set_aside() for _ in range(2)] == [1, 0]
    window.refresh_from_db()
    assert window.state == WindowState.CANCELLED
    body = Message.objects.get(kind="testing.cancelled").body
    assert "FW-2017-001 was withdrawn: Not needed" in body


def test_a_window_booked_under_a_voided_notice_goes_although_the_release_is_announced_again(world, announced, window):
    by = world.actor("manager")
    drafted = publishing.return_to_draft(announced, by=by, at=world.at, why="Retest")
    publishing.announce(drafted, by=by, at=world.at + timedelta(hours=1))
    assert verbs.cancel_set_aside(by=CLOCK, at=world.at + timedelta(hours=1)) == 1
    window.refresh_from_db()
    assert window.state == WindowState.CANCELLED


def test_a_window_that_its_booker_cancels_at_that_moment_is_left_to_them(world, announced, window):
    publishing.withdraw(announced, by=world.actor("manager"), at=world.at, why="Not needed")
    faster = partial(verbs.cancel, window, by=world.actor("supplier"), at=world.at, why="No longer wanted")
    with meanwhile('FROM "testing_testwindow"', faster):
        verbs.cancel_set_aside(by=CLOCK, at=world.at)
    assert "No longer wanted" in Message.objects.get(kind="testing.cancelled").body


def test_a_window_of_the_new_notice_stays(world, announced):
    by = world.actor("manager")
    drafted = publishing.return_to_draft(announced, by=by, at=world.at, why="Retest")
    again = publishing.announce(drafted, by=by, at=world.at + timedelta(minutes=1))
    make_window(world, again, at=world.at + timedelta(minutes=2))
    assert verbs.cancel_set_aside(by=CLOCK, at=world.at + timedelta(minutes=3)) == 0


def test_an_amendment_leaves_windows_alone(world, announced, window):
    assert effects(world, announced, "amend") == ["Kept: 1 booked test window."]


def test_a_window_that_is_over_stays_on_record(world, announced, window):
    publishing.withdraw(announced, by=world.actor("manager"), at=world.at, why="Not needed")
    assert verbs.cancel_set_aside(by=CLOCK, at=window.ends_at) == 0


def test_the_reason_is_found_even_where_the_journal_has_none(world, announced, window):
    Release.objects.update(state="withdrawn")
    verbs.cancel_set_aside(by=CLOCK, at=world.at)
    assert "no longer stands" in Message.objects.get(kind="testing.cancelled").body
