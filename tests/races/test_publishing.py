"""Announcing, acknowledging, drafting and proving at the same moment, on the real database."""

import pytest

from portal.delivery.models import Delivery, Message
from portal.workflow.actor import system
from portal.workflow.errors import NotNow
from releases.products.models import Image
from releases.publishing import queries, verbs
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import NoticeService, Release
from tests.factories.releases import (
    facts,
    image_file,
    make_announced,
    make_catalogue,
    make_draft,
    make_ready,
)
from tests.factories.world import make_world
from tests.races.threads import ADVISORY_LOCK, together

CLOCK = system("Notice service")
MANY = 4


@pytest.fixture
def world(transactional_db):
    return make_world()


@pytest.fixture
def catalogue(world):
    ensure_defaults()
    return make_catalogue(world)


def refusals(outcomes):
    assert {type(one.error) for one in outcomes if not one.ok} <= {NotNow}
    return sum(not one.ok for one in outcomes)


def test_two_managers_announce_and_one_notice_is_served(world, catalogue):
    release = make_ready(world, catalogue)
    people = [world.actor(who) for who in ("manager", "second_manager")]
    outcomes = together(*(lambda by=by: verbs.announce(release, by=by, at=world.at) for by in people))
    assert refusals(outcomes) == 1
    assert Message.objects.filter(kind="publishing.notice").count() == 1
    assert release.notices.count() == 1


def test_a_double_click_acknowledges_once(world, catalogue):
    release = make_announced(world, catalogue)
    heron, by = world.organisations["heron"], world.actor("supplier")
    clicks = [lambda: verbs.acknowledge(release, heron, by=by, at=world.at)] * 2
    assert refusals(together(*clicks)) == 1
    assert queries.acknowledgements(queries.notice_in_force(release))["count"] == 1


def test_edit_and_announce_do_not_mix(world, catalogue):
    release = make_ready(world, catalogue)
    by, seen = world.actor("manager"), release.version
    outcomes = together(
        lambda: verbs.edit_release(release, facts(catalogue, title="New"), by=by, at=world.at, seen=seen),
        lambda: verbs.announce(release, by=by, at=world.at, seen=seen),
    )
    assert refusals(outcomes) == 1


def test_services_are_proven_once_by_many_workers(world, catalogue):
    make_announced(world, catalogue)
    Delivery.objects.filter(message__kind="publishing.notice").update(state="sent", sent_at=world.at)
    outcomes = together(*[lambda: verbs.record_services(by=CLOCK, at=world.at)] * MANY)
    assert all(one.ok for one in outcomes)
    assert NoticeService.objects.count() == 4


def test_references_are_never_given_twice(world, catalogue):
    outcomes = together(*[lambda: make_draft(world, catalogue)] * MANY)
    assert all(one.ok for one in outcomes)
    numbers = [f"FW-2017-{number:03d}" for number in range(1, MANY + 1)]
    assert sorted(Release.objects.values_list("reference", flat=True)) == numbers


def test_without_the_lock_references_would_clash(world, catalogue):
    outcomes = together(*[lambda: make_draft(world, catalogue)] * 2 * MANY, without=ADVISORY_LOCK)
    assert not all(one.ok for one in outcomes)


def test_the_same_image_is_stored_once(world, catalogue):
    drafts = [make_draft(world, catalogue) for _ in range(MANY)]
    by = world.actor("manager")
    outcomes = together(*(lambda one=one: verbs.attach_image(one, image_file(), by=by, at=world.at) for one in drafts))
    assert all(one.ok for one in outcomes)
    assert Image.objects.count() == 1


def test_whoever_shuts_the_gate_does_not_wait_for_one_who_waits(world, catalogue):
    release = make_announced(world, catalogue)
    supplier, manager = world.actor("supplier"), world.actor("manager")
    outcomes = together(
        lambda: verbs.dispute(release, by=supplier, at=world.at),
        lambda: verbs.dispute(release, by=supplier, at=world.at),
        lambda: verbs.withdraw(release, by=manager, at=world.at, why="Not needed"),
    )
    assert refusals(outcomes) <= 2
    release.refresh_from_db()
    assert release.state == "withdrawn"
