"""Personal calendar feeds: made with fresh proof, read by their address alone, gone with the role."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from portal.masking import MaskingFilter, masked
from portal.pages.limits import over
from portal.people import can, may, queries, verbs
from portal.people.models import CalendarFeed
from portal.workflow.actor import ANONYMOUS, Channel
from portal.workflow.errors import NotAllowed, NotNow
from releases.publishing.models import Release
from releases.testing import verbs as testing
from releases.testing.models import Environment
from tests.factories.queries import same_queries
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.world import SEED

DAY = timedelta(days=1)


@pytest.fixture
def announced(world, defaults):
    return make_announced(world, make_catalogue(world))


@pytest.fixture(autouse=True)
def still(time_machine_at, world):
    """Real time stands where the world does, so that portal time does too."""
    time_machine_at(world.at)


def make(world, who, **facts):
    feed, key = verbs.create_feed(name="At work", by=world.actor(who), at=world.at, **facts)
    return feed, reverse("people:personal_feed", args=[key.prefix, key.secret])


def events(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return {str(event["summary"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_it_shows_what_its_person_may_see_without_signing_in(client, world, announced):
    _, address = make(world, "supplier")
    found = events(client, address)
    assert f"{announced.reference}: objections end" in found
    public = Calendar.from_ical(client.get(reverse("pages:calendar_feed")).content)
    assert list(public.walk("VEVENT")) == []


def test_entries_keep_their_name_and_count_their_changes(client, world, announced):
    _, address = make(world, "supplier")
    before = events(client, address)[f"{announced.reference}: activation planned"]
    Release.objects.update(planned_activation_at=announced.planned_activation_at + DAY, version=announced.version + 1)
    after = events(client, address)[f"{announced.reference}: activation planned"]
    assert (after["uid"], after["sequence"]) == (before["uid"], before["sequence"] + 1)
    assert after["dtstart"].dt == before["dtstart"].dt + DAY
    Release.objects.update(state="withdrawn")
    assert {str(event["status"]) for event in events(client, address).values()} == {"CANCELLED"}


def test_amber_stays_with_those_who_are_named(client, world, announced):
    Release.objects.update(classification="amber")
    announced.readers.set([world.organisation("heron")])
    _, heron = make(world, "supplier")
    _, other = make(world, "other_supplier")
    assert events(client, heron)
    assert events(client, other) == {}


def test_an_agents_feed_loses_a_supplier_that_day(client, world, announced):
    window = testing.book(
        announced,
        environment=Environment.objects.get(slug="uit-a"),
        organisation=world.organisation("heron"),
        start=world.at + DAY,
        end=world.at + DAY + timedelta(hours=4),
        by=world.actor("supplier"),
        at=world.at,
    )
    _, address = make(world, "rsa")
    assert any(window.reference in text for text in events(client, address))
    verbs.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    assert not any(window.reference in text for text in events(client, address))


def test_it_ends_with_the_role_and_with_the_account(client, world, announced):
    _, address = make(world, "supplier")
    membership = world.users["supplier"].memberships.get()
    verbs.end_membership(membership, by=SEED, at=world.at)
    assert client.get(address).status_code == 410
    _, other = make(world, "other_supplier")
    world.users["other_supplier"].is_active = False
    world.users["other_supplier"].save()
    assert client.get(other).status_code == 410


def test_somebody_with_a_seat_only_has_a_feed_until_it_ends(client, world, announced):
    _, address = make(world, "chair")
    assert events(client, address)
    verbs.end_seat(world.seats["chair"], by=SEED, at=world.at)
    assert client.get(address).status_code == 410


def test_it_stays_with_its_organisation(client, world, announced):
    feed, address = make(world, "supplier")
    CalendarFeed.objects.update(organisation=world.organisation("osprey"))
    assert client.get(address).status_code == 410
    assert feed.used_at is None


def test_revoked_is_gone_and_unknown_is_not_there(client, world, announced):
    feed, address = make(world, "supplier")
    verbs.revoke_feed(feed, by=world.actor("supplier"), at=world.at)
    assert client.get(address).status_code == 410
    for wrong in (address.replace(feed.prefix, "0" * 12), address[:-8] + "0000.ics"):
        assert client.get(wrong).status_code == 404
    with pytest.raises(NotNow):
        verbs.revoke_feed(feed, by=world.actor("supplier"), at=world.at)


def test_who_makes_and_who_revokes(world):
    feed, _ = make(world, "supplier")
    with pytest.raises(NotAllowed):
        verbs.revoke_feed(feed, by=world.actor("other_supplier"), at=world.at)
    assert may.revoke_feed.why_not(feed, by=world.actor("administrator")) is None
    assert may.create_feed.why_not(by=world.actor("supplier", channel=Channel.API))
    assert may.create_feed.why_not(by=ANONYMOUS)
    for _ in range(can.MOST_FEEDS - 1):
        make(world, "supplier")
    with pytest.raises(NotNow, match="10 feeds already"):
        make(world, "supplier")


def test_reading_is_noted_at_most_once_a_minute(client, world, announced, time_machine_at):
    feed, address = make(world, "supplier")
    client.get(address)
    feed.refresh_from_db()
    first = feed.used_at
    assert first is not None
    time_machine_at(world.at + timedelta(seconds=30))
    client.get(address)
    feed.refresh_from_db()
    assert feed.used_at == first
    time_machine_at(world.at + timedelta(seconds=90))
    client.get(address)
    feed.refresh_from_db()
    assert feed.used_at > first


def test_an_unchanged_feed_is_not_sent_again(client, world, announced):
    _, address = make(world, "supplier")
    first = client.get(address)
    assert first["Cache-Control"] == "private, max-age=300"
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_reading_too_often_is_refused(client, world, announced, monkeypatch):
    monkeypatch.setattr("portal.people.feed_views.READS_AN_HOUR", 2)
    _, address = make(world, "supplier")
    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 429]
    _, other = make(world, "supplier")
    assert client.get(other).status_code == 200


@pytest.mark.django_db
def test_a_window_that_ends_between_two_calls_counts_anew(monkeypatch):
    assert not over("x", most=1, seconds=60)
    assert over("x", most=1, seconds=60)
    monkeypatch.setattr("portal.pages.limits.cache.incr", raise_value_error)
    assert not over("x", most=1, seconds=60)


def raise_value_error(key):
    raise ValueError(key)


def test_it_costs_the_same_for_one_release_and_three(client, world, announced):
    _, address = make(world, "supplier")
    with same_queries() as cost:
        cost.of(lambda: client.get(address))
        for _ in range(2):
            again = Release.objects.get(pk=announced.pk)
            again.pk, again.reference = None, f"FW-2017-{Release.objects.count() + 50:03d}"
            again.save(force_insert=True)
        cost.of(lambda: client.get(address))


def test_the_pages(sign_in, world, announced):
    client = sign_in("supplier")
    assert client.get(reverse("people:create_feed")).status_code == 302
    client.post("/accounts/reauthenticate/", {"password": "correct horse battery"})
    assert client.post(reverse("people:create_feed"), {"name": ""}).status_code == 200
    page = client.post(reverse("people:create_feed"), {"name": "Wall"}).content.decode()
    feed = CalendarFeed.objects.get()
    assert f"/calendar/feeds/{feed.prefix}-" in page
    assert "no-store" in client.post(reverse("people:create_feed"), {"name": "Wall"})["Cache-Control"]
    listed = client.get(reverse("people:calendar_feeds")).content.decode()
    assert "Wall" in listed
    assert feed.digest not in listed
    client.post(reverse("people:revoke_feed", args=[feed.pk]))
    feed.refresh_from_db()
    assert feed.revoked_at is not None
    assert feed in queries.feeds(world.actor("supplier"))


def test_no_log_holds_the_secret():
    line = "GET /calendar/feeds/0123abcdef45-" + "a" * 64 + ".ics HTTP/1.1"
    assert masked(line) == "GET /calendar/feeds/0123abcdef45-… HTTP/1.1"
    assert masked("/mail/unsubscribe/abc:def/?x") == "/mail/unsubscribe/…/?x"
    assert masked("/calendar/feeds/create/") == "/calendar/feeds/create/"
    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s %d", ("Gone", line, 1), None)
    assert MaskingFilter().filter(record)
    assert "aaaa" not in record.getMessage()
    plain = logging.LogRecord("x", 30, "", 0, "all", None, None)
    assert MaskingFilter().filter(plain)
