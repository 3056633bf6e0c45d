"""The list of releases and its fellows: filters, CSV of exactly what they show, saved filters."""

import csv
import io
from urllib.parse import urlencode

import pytest
from django.core.cache import cache

from portal.journal.models import Entry
from portal.pages import exports
from portal.people import can
from portal.people import verbs as people
from portal.people.models import SavedFilter
from portal.workflow.actor import ANONYMOUS
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.publishing.models import Release
from tests.factories.findings import make_hold, make_issue, make_window
from tests.factories.queries import same_queries
from tests.factories.releases import make_announced, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


def rows(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def references(client, **asked):
    return [row["Reference"] for row in rows(client.get(f"/releases/csv/?{urlencode(asked)}"))]


class TestFilters:
    def test_by_what_a_release_is(self, world, catalogue, announced, sign_in):
        birch = make_draft(
            world,
            catalogue,
            title="=Birch",
            hub_models=[catalogue.models["birch"]],
            from_versions=[],
            classification="white",
            approach="scheduling",
            planned_deployment_at=None,
            planned_activation_at=None,
        )
        client = sign_in("manager")
        for asked, expected in (
            ({}, [birch, announced]),
            ({"classification": "white"}, [birch]),
            ({"approach": "consultation"}, [announced]),
            ({"activation_from": "2017-01-30"}, [announced]),
            ({"activation_from": "2017-01-31"}, []),
            ({"activation_until": "2017-01-30"}, [announced]),
            ({"activation_until": "2017-01-29"}, []),
            ({"search": "birch"}, [birch]),
            ({"sort": "classification"}, [announced, birch]),
        ):
            assert references(client, **asked) == [one.reference for one in expected], asked

    def test_by_whose_homes_it_concerns(self, announced, sign_in):
        for who, expected in (("supplier", 1), ("rsa", 1), ("other_supplier", 1), ("small_supplier", 0)):
            client = sign_in(who)
            assert len(references(client, mine="on")) == expected
            assert "Concerns homes of ours" in client.get("/releases/").content.decode()
        assert "Concerns homes of ours" not in sign_in("observer").get("/releases/").content.decode()

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"activation_from": "9999-12-31"}, "Choose a date between 2016 and 2099."),
            ({"activation_from": "2017-02-01", "activation_until": "2017-01-01"}, "on or after the first one"),
        ],
    )
    def test_what_cannot_be_is_said(self, client, asked, sentence):
        assert sentence in client.get(f"/releases/?{urlencode(asked)}").content.decode()


class TestCsv:
    def test_it_holds_what_the_list_shows_and_no_more(self, announced, draft, sign_in, client):
        assert references(sign_in("supplier")) == [announced.reference]
        assert references(sign_in("manager"), state="draft") == [draft.reference]
        client.logout()
        assert references(client) == []
        Release.objects.update(classification="white")
        assert references(client) == [announced.reference]

    def test_formulas_are_text(self, world, catalogue, sign_in):
        make_draft(world, catalogue, title="=1+1")
        (row,) = rows(sign_in("manager").get("/releases/csv/"))
        assert row["Title"] == "'=1+1"
        assert (row["Hub models"], row["May be read by"]) == ("Alder 1", "Green: SEC parties")

    def test_it_is_journalled(self, announced, sign_in, world):
        sign_in("supplier").get("/releases/csv/?state=notified")
        entry = Entry.objects.get(verb="export")
        assert (entry.actor_id, entry.subject_text) == (world.users["supplier"].pk, "releases")
        assert entry.data == {"filter": "state=notified", "rows": 1}

    def test_too_many_are_refused(self, sign_in, monkeypatch):
        monkeypatch.setattr(exports, "A_MINUTE", 1)
        client = sign_in("supplier")
        assert client.get("/releases/csv/").status_code == 200
        assert client.get("/releases/csv/").status_code == 429

    def test_the_other_lists_too(self, world, announced, sign_in):
        make_issue(world, announced)
        make_hold(world, announced)
        make_window(world, announced)
        for address, expected in (("/issues/csv/", 1), ("/holds/csv/", 1), ("/testing/csv/", 1)):
            assert len(rows(sign_in("supplier").get(address))) == expected
        assert len(rows(sign_in("supplier").get("/issues/csv/?severity=5"))) == 0
        assert len(rows(sign_in("other_supplier").get("/testing/csv/"))) == 0

    def test_rows_add_no_queries(self, world, catalogue, sign_in):
        client = sign_in("manager")
        make_draft(world, catalogue)

        def download():
            answer = client.get("/releases/csv/")
            rows(answer)
            return answer

        with same_queries() as cost:
            cost.of(download)
            for _ in range(2):
                make_announced(world, catalogue)
            cache.clear()
            cost.of(download)


class TestSavedFilters:
    PAGE = "publishing:releases"

    def keep(self, world, name="Urgent ones", query="urgency_class=urgent&page=3&search=", who="supplier"):
        return people.keep_filter(page=self.PAGE, name=name, query=query, by=world.actor(who), at=world.at)

    def test_it_is_an_address_without_its_page(self, world):
        row = self.keep(world)
        assert row.url == "/releases/?urgency_class=urgent"
        assert str(row) == "Urgent ones"

    def test_the_same_name_replaces(self, world):
        self.keep(world)
        self.keep(world, query="state=draft")
        assert SavedFilter.objects.get().query == "state=draft"

    def test_what_cannot_be_kept_is_said(self, world, monkeypatch):
        for changes in ({"name": " "}, {"query": "search=" + "x" * 1600}):
            with pytest.raises(Invalid):
                self.keep(world, **changes)
        with pytest.raises(NotAllowed):
            people.keep_filter(page=self.PAGE, name="x", query="", by=ANONYMOUS, at=world.at)
        monkeypatch.setattr(can, "MOST_FILTERS", 1)
        self.keep(world)
        with pytest.raises(NotNow, match="forget one first"):
            self.keep(world, name="Another")
        with pytest.raises(NotAllowed):
            people.forget_filter(SavedFilter.objects.get(), by=world.actor("other_supplier"))

    def test_from_the_list_and_back(self, world, sign_in):
        client = sign_in("supplier")
        page = client.get("/releases/?state=draft").content.decode()
        assert "/account/filters/keep/?state=draft&amp;list=publishing%3Areleases" in page
        form = client.get("/account/filters/keep/?state=draft&list=publishing%3Areleases").content.decode()
        assert 'value="state=draft"' in form
        sent = {"page": self.PAGE, "query": "state=draft", "name": "Drafts"}
        answer = client.post("/account/filters/keep/", sent)
        assert answer["Location"] == "/releases/?state=draft"
        assert ">Drafts</a>" in client.get("/releases/").content.decode()
        assert ">Drafts</a>" not in client.get("/issues/").content.decode()
        row = SavedFilter.objects.get()
        assert client.post(f"/account/filters/{row.pk}/forget/")["Location"] == "/releases/"
        assert not SavedFilter.objects.exists()

    def test_mistakes_are_told(self, world, sign_in, monkeypatch):
        client = sign_in("supplier")
        page = client.post(
            "/account/filters/keep/", {"page": self.PAGE, "query": "search=" + "x" * 1600, "name": "Long"}
        )
        assert (page.status_code, "too long" in page.content.decode()) == (400, True)
        assert client.post("/account/filters/keep/", {"page": "admin:index", "name": "x"}).status_code == 400

    def test_others_see_nothing_of_it(self, world, sign_in):
        row = self.keep(world)
        client = sign_in("other_supplier")
        assert "Urgent ones" not in client.get("/releases/").content.decode()
        assert client.post(f"/account/filters/{row.pk}/forget/").status_code == 404

    def test_by_api(self, world, sign_in):
        client, url = sign_in("supplier"), "/api/v1/saved-filters/"
        body = {"page": self.PAGE, "name": "Drafts", "query": "state=draft"}
        made = client.post(url, body, content_type="application/json")
        assert (made.status_code, made.json()["url"]) == (201, "/releases/?state=draft")
        assert client.get(url).json()["count"] == 1
        wrong = client.post(url, {**body, "page": "home"}, content_type="application/json").json()
        assert "publishing:releases" in wrong["fields"]["page"][0]
        assert client.delete(f"{url}{made.json()['id']}/").status_code == 204
