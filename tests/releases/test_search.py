"""The search: what is found, how it is ordered and shown, and that nobody finds what they may not read."""

import pytest
from django.core.cache import cache
from django.db import connection

from portal.pages import finding
from portal.pages.contributions import collect
from portal.pages.searching import Results, query, vector
from portal.workflow.actor import ANONYMOUS
from releases.publishing import verbs
from releases.publishing.models import Evidence, Release
from tests.factories.findings import make_issue
from tests.factories.queries import same_queries
from tests.factories.releases import NOTES, evidence_facts, make_announced
from tests.html import mistakes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


def found(actor, words, kind=""):
    return [(row.kind, row.title) for row in Results(collect("searchable", actor), words, kind)[:50]]


def kinds(actor, words):
    return {kind for kind, _ in found(actor, words)}


class TestWhatIsFound:
    def test_words_in_any_form(self, world, announced):
        actor = world.actor("supplier")
        assert found(actor, "joins power cuts") == [
            ("Release", f"{announced.reference} Joining after a power cut"),
            ("Release notes", f"Notes of {announced}"),
        ]
        assert kinds(actor, '"power cut" -display') == {"Release"}

    @pytest.mark.parametrize("words", ["FW-2017-001", "FW-2017", "fw-2017-0", "0A01", "0a010200"])
    def test_references_and_versions_by_their_beginning(self, world, announced, words):
        assert ("Release", str(announced)) in found(world.actor("supplier"), words)

    def test_a_reference_in_full_comes_first(self, world, catalogue, announced):
        issue = make_issue(world, announced, description=f"Seen with {announced.reference}, twice: FW-2017-001.")
        rows = found(world.actor("supplier"), announced.reference)
        assert rows[0] == ("Release", str(announced))
        assert ("Issue", str(issue)) in rows

    def test_evidence_and_issues(self, world, announced):
        issue = make_issue(world, announced)
        actor = world.actor("supplier")
        assert found(actor, "tariff") == [("Issue", str(issue))]
        assert found(actor, "214 cases") == [("Test evidence", f"Section T test report ({announced.reference})")]
        assert found(actor, "display", kind="Issue") == [("Issue", str(issue))]

    def test_only_the_newest_published_notes(self, world, announced):
        manager, at = world.actor("manager"), world.at
        verbs.save_notes(announced, NOTES.replace("90 seconds", "wombat"), by=manager, at=at)
        assert found(manager, "wombat") == []
        assert "Release notes" in kinds(manager, "seconds")
        announced.refresh_from_db()
        verbs.publish_notes(announced, by=manager, at=at)
        assert kinds(manager, "wombat") == {"Release notes"}
        assert found(manager, "seconds") == []

    @pytest.mark.parametrize("words", ["'", '"', "(", "!!", "a & | !", "\\", "%", "the", "-", "💡", "x" * 100, "0A_1"])
    def test_odd_words_find_nothing_and_break_nothing(self, world, announced, words):
        assert found(world.actor("supplier"), words) == []


class TestWhoFindsIt:
    def test_the_public_finds_white_only(self, world, catalogue, announced):
        assert found(ANONYMOUS, "power") == []
        Release.objects.update(classification="white")
        assert kinds(ANONYMOUS, "power") == {"Release", "Release notes"}
        make_issue(world, announced)
        assert found(ANONYMOUS, "tariff") == []

    def test_stricter_notes_and_evidence_stay_away(self, world, announced):
        Release.objects.update(classification="white", notes_classification="green")
        Evidence.objects.update(classification="green")
        assert kinds(ANONYMOUS, "power") == {"Release"}
        assert found(ANONYMOUS, "cases") == []
        assert kinds(world.actor("supplier"), "cases") == {"Test evidence"}

    def test_drafts_are_dccs(self, world, draft):
        assert kinds(world.actor("manager"), "power") == {"Release"}
        assert found(world.actor("supplier"), "power") == []


class TestPage:
    def test_it_marks_the_words_and_nothing_else(self, world, announced, sign_in):
        text = NOTES.replace("90 seconds", "90 <script>alert(1)</script> seconds")
        verbs.save_notes(announced, text, by=world.actor("manager"), at=world.at)
        announced.refresh_from_db()
        verbs.publish_notes(announced, by=world.actor("manager"), at=world.at)
        page = sign_in("supplier").get("/search/?q=seconds").content.decode()
        assert "<mark>seconds</mark>" in page
        assert "<script>alert" not in page
        assert "1 result for “seconds”" in page
        assert mistakes(page) == []

    def test_short_long_and_no_words_are_told(self, client):
        assert "Type at least 2 characters." in client.get("/search/?q=x").content.decode()
        assert "Type at most 100 characters." in client.get(f"/search/?q={'x' * 101}").content.decode()
        assert client.get("/search/").status_code == 200
        assert client.get("/search/?q=%00%00").status_code == 400
        assert "Nothing found" in client.get("/search/?q=wombat&page=99&kind=x").content.decode()

    def test_every_page_has_the_box(self, client):
        assert 'action="/search/"' in client.get("/").content.decode()

    def test_rows_add_no_queries(self, world, catalogue, announced, sign_in):
        client = sign_in("manager")
        with same_queries() as cost:
            for more in range(2):
                for _ in range(2 * more):
                    release = make_announced(world, catalogue)
                    verbs.attach_evidence(
                        release, evidence_facts(title="power"), by=world.actor("manager"), at=world.at
                    )
                    make_issue(world, release, title="power")
                Evidence.objects.update(title="power")
                if not more:
                    make_issue(world, announced, title="power")
                cache.clear()
                cost.of(lambda: client.get("/search/?q=power"))

    def test_too_often_is_told_with_the_time_to_wait(self, client, monkeypatch):
        monkeypatch.setattr(finding, "A_MINUTE", 1)
        client.get("/search/?q=power")
        answer = client.get("/search/?q=power")
        assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
        assert "Please wait a moment" in answer.content.decode()


class TestApi:
    def test_it_finds_the_same(self, announced, sign_in):
        client = sign_in("supplier")
        answer = client.get("/api/v1/search/?q=power").json()
        assert (answer["count"], answer["pages"]) == (2, 1)
        assert answer["results"][0]["url"] == f"/releases/{announced.reference}/"
        assert client.get("/api/v1/search/?q=power&page=7").json()["results"] == []
        assert client.get("/api/v1/search/?q=p").status_code == 400


def test_its_indexes_serve_it(announced):
    """The condition of each search is one that its index answers: the planner takes it where a table is not scanned."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%%\\_search'")
        indexes = {row[0] for row in cursor.fetchall()}
        used = set()
        for source in collect("searchable", ANONYMOUS):
            plain = source.rows.model._default_manager.all()
            plan = search_plan(source, plain)
            used |= {name for name in indexes if name in plan}
    assert (
        used == indexes == {"release_search", "notes_search", "evidence_search", "issue_search", "determination_search"}
    )


def search_plan(source, rows):
    return rows.annotate(v=vector(*source.fields)).filter(v=query("power")).order_by().explain()
