"""Inbox and wishes by API."""

import pytest
from django.urls import reverse

from portal.delivery import queries
from portal.delivery.models import Preference
from portal.people import verbs

pytestmark = pytest.mark.django_db


def test_messages_are_filtered_and_marked(sign_in, world):
    client = sign_in("chair")
    assert client.get(reverse("message-list"), {"kind": "people.seated"}).json()["count"] == 1
    assert client.get(reverse("message-list"), {"show": "statutory"}).json()["count"] == 0
    assert client.post(reverse("message-read-all")).json() == {"count": 1}
    assert client.get(reverse("message-list"), {"show": "unread"}).json()["count"] == 0
    assert not queries.unread(world.actor("chair")).exists()


def test_wishes_are_read_and_made(sign_in, world):
    client = sign_in("chair")
    address = reverse("mail-preference-list")
    rows = {row["kind"]: row for row in client.get(address).json()}
    assert rows["people.seat_ended"]["statutory"] is True
    assert "delivery.digest" not in rows
    made = client.post(address, {"kind": "people.seated", "how": "digest"}, content_type="application/json")
    assert {row["kind"]: row["how"] for row in made.json()}["people.seated"] == "digest"
    assert Preference.objects.get().user_id == world.users["chair"].pk
    for wrong in ({"kind": "people.seat_ended", "how": "inbox"}, {"kind": "people.seated", "how": "pigeon"}):
        assert client.post(address, wrong, content_type="application/json").status_code == 400


def test_feeds_are_listed_and_revoked_by_their_owner(sign_in, world):
    feed, _ = verbs.create_feed(name="Wall", by=world.actor("supplier"), at=world.at)
    client = sign_in("supplier")
    (row,) = client.get(reverse("calendar-feed-list")).json()["results"]
    assert (row["name"], row["organisation"]) == ("Wall", "heron-power")
    assert "digest" not in row
    assert client.post(reverse("calendar-feed-revoke", args=[feed.pk])).json()["revoked_at"]
    assert client.post(reverse("calendar-feed-revoke", args=[feed.pk])).status_code == 409
    assert sign_in("other_supplier").get(reverse("calendar-feed-detail", args=[feed.pk])).status_code == 404
