"""Announcing, acknowledging, drafting and proving at the same moment, on the real database."""

import time
from datetime import date

import pytest
from django.db import IntegrityError

from portal.delivery.models import Delivery, Message
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.products.models import Image
from releases.publishing import queries, verbs
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import NoticeService, Release, UrgencyClass
from tests.factories.releases import (
    facts,
    image_file,
    make_announced,
    make_catalogue,
    make_draft,
    make_ready,
)
from tests.factories.world import make_world
from tests.races.threads import ADVISORY_LOCK, ROW_LOCK, together

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


CLASS = verbs.ClassFacts(
    name="urgent",
    effective_from=date(2017, 3, 1),
    meant_for="Defects",
    deployment_notice_working_days=6,
    activation_notice_days=8,
    test_working_days=6,
    hypercare_months=2,
)


def _two_add_a_version(world, **how):
    people = [world.actor(who) for who in ("manager", "second_manager")]
    return together(*(lambda by=by: verbs.add_class(CLASS, by=by, at=world.at, why="x") for by in people), **how)


def test_two_managers_add_a_version_of_a_class_and_one_is_told(world, catalogue):
    outcomes = _two_add_a_version(world)
    assert [type(one.error) for one in outcomes if not one.ok] == [Invalid]


def test_without_the_lock_the_second_would_hit_the_database(world, catalogue):
    for _attempt in range(20):
        outcomes = _two_add_a_version(world, without=ROW_LOCK)
        if any(isinstance(one.error, IntegrityError) for one in outcomes):
            return
        UrgencyClass.objects.filter(effective_from=CLASS.effective_from).delete()
    raise AssertionError("no clash in 20 attempts: the lock guards nothing")


def test_nobody_is_both_proposer_and_second_approver_and_one_approval_is_kept(world, catalogue):
    emergency = {"urgency_class": "emergency", "emergency_reason": "Silence", "emergency_citation": "IS-7"}
    release = make_ready(world, catalogue, **emergency)
    proposer, second = world.actor("manager"), world.actor("second_manager")
    seen = release.version
    outcomes = together(
        *[lambda: verbs.approve_emergency(release, by=second, at=world.at, seen=seen)] * 2,
        lambda: verbs.approve_emergency(release, by=proposer, at=world.at, seen=seen),
        lambda: verbs.announce(release, by=proposer, at=world.at),
    )
    assert sum(one.ok for one in outcomes[:2]) == 1
    assert isinstance(outcomes[2].error, NotAllowed | NotNow)
    release.refresh_from_db()
    assert release.emergency_approved_by == world.users["second_manager"]
    if outcomes[3].ok:
        assert release.announced_at >= release.emergency_approved_at


def test_what_was_approved_is_what_is_announced(world, catalogue):
    emergency = {"urgency_class": "emergency", "emergency_reason": "Silence", "emergency_citation": "IS-7"}
    release = make_ready(world, catalogue, **emergency)
    changed = facts(catalogue, **emergency | {"title": "Something else"})
    by, second, seen = world.actor("manager"), world.actor("second_manager"), release.version
    together(
        lambda: verbs.approve_emergency(release, by=second, at=world.at, seen=seen),
        lambda: verbs.edit_release(release, changed, by=by, at=world.at),
    )
    release.refresh_from_db()
    assert release.title == "Something else"
    assert release.emergency_approved_by is None


def test_without_the_lock_an_approval_would_stand_for_what_was_not_seen(world, catalogue):
    emergency = {"urgency_class": "emergency", "emergency_reason": "Silence", "emergency_citation": "IS-7"}
    by, second = world.actor("manager"), world.actor("second_manager")
    changed = facts(catalogue, **emergency | {"title": "Something else"})
    for attempt in range(30):
        release = make_ready(world, catalogue, **emergency)
        seen = release.version
        together(
            lambda r=release, s=seen, n=attempt: (
                time.sleep(n / 500),  # an edit takes longer than an approval: meet it in its middle
                verbs.approve_emergency(r, by=second, at=world.at, seen=s),
            ),
            lambda r=release: verbs.edit_release(r, changed, by=by, at=world.at),
            without=ROW_LOCK,
        )
        release.refresh_from_db()
        if release.title == "Something else" and release.emergency_approved_by is not None:
            return
    raise AssertionError("no harm in 30 attempts: the lock guards nothing")
