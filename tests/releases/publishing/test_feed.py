"""The public Atom feed, read back by a feed reader."""

from datetime import timedelta

import feedparser
import pytest

from releases.publishing import verbs
from releases.publishing.models import Release
from releases.publishing.verbs import Readership
from tests.factories.queries import same_queries
from tests.factories.releases import make_announced

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


@pytest.fixture
def white(announced):
    Release.objects.update(classification="white")
    announced.refresh_from_db()
    return announced


def read(client, **asked):
    parsed = feedparser.parse(client.get("/releases/feed/", asked).content)
    assert not parsed.bozo
    return parsed


def test_an_entry_for_each_act(world, white, client):
    manager, later = world.actor("manager"), world.at + timedelta(days=1)
    verbs.amend(
        white,
        deployment_at=white.planned_deployment_at,
        activation_at=white.planned_activation_at + timedelta(days=2),
        why="Later",
        by=manager,
        at=later,
    )
    white.refresh_from_db()
    verbs.withdraw(white, by=manager, at=later + timedelta(hours=1), why="Not needed")
    feed = read(client)
    assert [entry.title.rpartition(": ")[2] for entry in feed.entries] == [
        "withdrawn",
        "dates moved later",
        "announced",
    ]
    assert feed.entries[2].updated.startswith("2017-01-09T12:00:00")
    assert feed.entries[0].updated == feed.feed.updated
    assert feed.entries[0].link == f"http://testserver/releases/{white.reference}/"
    assert len({entry.id for entry in feed.entries}) == 3
    assert [entry.id for entry in read(client).entries] == [entry.id for entry in feed.entries]


def test_only_white(announced, client):
    assert read(client).entries == []


def test_filters_are_in_the_address(world, catalogue, white, client):
    model = catalogue.models["alder"].pk
    for asked, count in (
        ({"class": "urgent"}, 1),
        ({"class": "major"}, 0),
        ({"hub_model": model}, 1),
        ({"hub_model": model + 1}, 0),
        ({"hub_model": "x"}, 0),
        ({"hub_model": "9" * 40}, 0),
    ):
        assert len(read(client, **asked).entries) == count, asked


def test_nothing_new_is_not_sent_again(white, client):
    first = client.get("/releases/feed/")
    assert client.get("/releases/feed/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get("/releases/feed/", headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    assert client.get("/releases/feed/?class=urgent", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_what_may_be_seen_counts_as_new(world, white, client):
    first = client.get("/releases/feed/")
    manager, later = world.actor("manager"), world.at + timedelta(minutes=1)
    verbs.reclassify(white, Readership("green"), why="Too early", by=manager, at=later)
    assert read(client).entries == []
    for header in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        assert client.get("/releases/feed/", headers=header).status_code == 200


def test_an_empty_feed_is_a_feed(client, world):
    answer = client.get("/releases/feed/")
    assert "Last-Modified" not in answer
    assert feedparser.parse(answer.content).feed.title == "Communications hub firmware releases"
    assert client.post("/releases/feed/").status_code == 405


def test_rows_add_no_queries(world, catalogue, white, client):
    with same_queries() as cost:
        cost.of(lambda: client.get("/releases/feed/"))
        for _ in range(2):
            make_announced(world, catalogue, classification="white")
        cost.of(lambda: client.get("/releases/feed/"))


def test_the_front_page_leads_the_public_to_all_that_is_theirs(client, world):
    page = client.get("/").content.decode()
    for address in ("/releases/", "/releases/feed/", "/ballots/determinations/", "/calendar/", "/search/"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200
