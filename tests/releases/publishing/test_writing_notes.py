"""Drafts of the notes, collisions, additions, the lock's queue, the template Users shape; and hostile Markdown."""

from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from portal.delivery.models import Message
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.publishing import verbs
from releases.publishing.forms import box
from releases.publishing.models import NotesDraft, Release, StandingSection
from releases.publishing.notes import parse
from releases.publishing.template import notes_missing, template_of
from tests.factories.queries import same_queries
from tests.factories.releases import NOTES

pytestmark = pytest.mark.django_db
KNOWN = verbs.Addition("Known issues", "- I-0001 Displays go dark", "Known issue I-0001")
HOSTILE = (
    """<script>alert(1)</script>

[click](javascript:alert(1)) ![x](javascript:alert(2)) <img src=x onerror=alert(3)>

<iframe src="https://evil.example"></iframe> [good](https://good.example)

"""
    + "\n".join(f"{'  ' * n}- deep {n}" for n in range(30))
    + "\n\n"
    + "> " * 50
    + "quoted\n\n"
    + ("| a | b |\n|---|---|\n" + "| <b>x</b> | #eval(1) |\n" * 300)
)


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


@pytest.fixture
def manager(world):
    return world.actor("manager")


@pytest.fixture
def second(world):
    return world.actor("second_manager")


def address(name, release):
    return reverse(f"publishing:{name}", args=[release.reference])


def boxes(written, *, based_on, **more):
    return {box(title): text for title, text in written.items()} | {"based_on": based_on, **more}


def words(response):
    return response.content.decode()


class TestDrafts:
    def test_a_draft_is_one_persons_own_and_ends_with_a_revision(self, world, draft, manager, second):
        verbs.keep_draft(draft, {"Summary": "Half"}, based_on=1, by=manager, at=world.at)
        kept = verbs.keep_draft(draft, {"Summary": "Half a"}, based_on=1, by=manager, at=world.at)
        verbs.keep_draft(draft, {"Summary": "Other"}, based_on=1, by=second, at=world.at)
        assert kept.written == {"Summary": "Half a"}
        assert NotesDraft.objects.count() == 2
        verbs.save_notes(draft, {"Summary": "Half a"}, by=manager, at=world.at)
        assert str(NotesDraft.objects.get()) == f"Draft of the notes of {draft.reference} by Second Manager"
        verbs.discard_draft(draft, by=second)
        assert not NotesDraft.objects.exists()

    def test_only_release_managers_keep_drafts_and_not_too_long_ones(self, world, draft, manager):
        for by in (world.actor("supplier"), system("clock")):
            with pytest.raises(NotAllowed):
                verbs.keep_draft(draft, {}, based_on=0, by=by, at=world.at)
        with pytest.raises(Invalid, match="200,000"):
            verbs.keep_draft(draft, {"Summary": "x" * 200_001}, based_on=0, by=manager, at=world.at)

    def test_leaving_and_coming_back_finds_the_text(self, sign_in, draft):
        client = sign_in("manager")
        answer = client.post(address("keep_draft", draft), boxes({"Summary": "Half a thought"}, based_on=1))
        assert answer.url == address("save_notes", draft)
        page = words(client.get(answer.url))
        assert "Half a thought</textarea>" in page
        assert "This is your draft, saved 9 January 2017" in page
        assert "Half a thought" not in words(sign_in("second_manager").get(answer.url))
        assert draft.notes.count() == 1
        client = sign_in("manager")
        client.post(address("discard_draft", draft))
        assert "Half a thought" not in words(client.get(answer.url))

    def test_the_script_gets_a_line_to_show(self, sign_in, draft):
        client = sign_in("manager")
        said = client.post(
            address("keep_draft", draft), boxes({"Summary": "x"}, based_on=1), headers={"X-Requested-With": "autosave"}
        )
        assert said.json()["said"].startswith("Draft saved 9 January 2017")
        long = boxes({"Summary": "x" * 200_001}, based_on=1)
        refused = client.post(address("keep_draft", draft), long, headers={"X-Requested-With": "autosave"})
        assert (refused.status_code, refused.json()["said"]) == (400, "The draft is not saved: a section is too long.")
        assert client.post(address("keep_draft", draft), long).status_code == 400
        assert client.post(address("save_notes", draft), long).status_code == 400

    def test_a_draft_older_than_the_notes_is_told_so(self, sign_in, world, draft, manager, second):
        verbs.save_notes(draft, {"Summary": "One", "Fixes": "Old"}, by=second, at=world.at)
        verbs.keep_draft(draft, {"Summary": "Mine", "Fixes": "Old"}, based_on=2, by=manager, at=world.at)
        verbs.save_notes(draft, {"Summary": "Theirs", "Fixes": "New"}, by=second, at=world.at)
        page = words(sign_in("manager").get(address("save_notes", draft)))
        assert "Your draft is older than the notes." in page
        assert "You began it from revision 2; since then Second Manager saved revision 3." in page
        assert "You both wrote in: Summary." in page
        assert "\nMine</textarea>" in page and "\nNew</textarea>" in page
        assert 'name="based_on" value="3"' in page


class TestCollision:
    def test_the_second_saver_sees_both_and_loses_nothing(self, sign_in, world, draft, second):
        verbs.save_notes(draft, {"Summary": "The hub restarts once.", "Fixes": "Old"}, by=second, at=world.at)
        client = sign_in("manager")
        client.get(address("save_notes", draft))
        theirs = {"Summary": "The hub restarts twice.", "Fixes": "New"}
        verbs.save_notes(draft, theirs, by=second, at=world.at)
        mine = {"Summary": "The hub restarts never.", "Fixes": "Old"}
        late = client.post(address("save_notes", draft), boxes(mine, based_on=2))
        page = words(late)
        assert late.status_code == 409
        assert "Second Manager saved revision 3 of the notes while you were writing." in page
        assert "\nThe hub restarts never.</textarea>" in page and "\nNew</textarea>" in page
        assert "The hub restarts twice.</pre>" in page
        assert '<del><span class="govuk-visually-hidden">[removed: </span>twice<' in page
        assert draft.notes.first().written == theirs
        saved = client.post(address("save_notes", draft), boxes(mine | {"Fixes": "New"}, based_on=3))
        assert saved.status_code == 302
        assert draft.notes.first().written == {"Summary": "The hub restarts never.", "Fixes": "New"}

    def test_notes_locked_meanwhile_keep_the_text_as_a_draft(self, sign_in, world, announced):
        client = sign_in("manager")
        verbs.lock_notes(announced, by=world.actor("secretary"), at=world.at, why="B-1 is open")
        assert client.get(address("save_notes", announced)).status_code == 409
        late = client.post(address("save_notes", announced), boxes({"Summary": "Kept"}, based_on=2))
        assert late.status_code == 409
        assert "The notes are locked: B-1 is open." in words(late) and "\nKept</textarea>" in words(late)
        assert NotesDraft.objects.get().written["Summary"] == "Kept"

    def test_a_stale_save_is_refused_by_the_verb(self, world, draft, manager):
        verbs.save_notes(draft, {"Summary": "One"}, by=manager, at=world.at, based_on=1)
        with pytest.raises(NotNow, match="saved revision 2"):
            verbs.save_notes(draft, {"Summary": "Two"}, by=manager, at=world.at, based_on=1)

    def test_what_notes_have_besides_the_template_keeps_a_box(self, sign_in, world, draft, manager):
        verbs.save_notes(draft, {"Odd things": "Words"}, by=manager, at=world.at)
        assert "A section of these notes only." in words(sign_in("manager").get(address("save_notes", draft)))
        with pytest.raises(Invalid, match="under 100 characters"):
            verbs.save_notes(draft, {"x" * 101: "Words"}, by=manager, at=world.at)


class TestAdditions:
    def test_an_addition_to_published_notes_is_published_and_told(self, world, announced, manager):
        revision = verbs.add_to_notes(announced, KNOWN, by=manager, at=world.at)
        assert revision.written["Known issues"] == "- I-0001 Displays go dark"
        assert (revision.why, revision.published_at) == ("Known issue I-0001", world.at)
        assert Message.objects.filter(kind="publishing.notes_published").count() == 1

    def test_unfinished_work_is_not_published_with_it(self, world, announced, manager):
        verbs.save_notes(announced, {"Summary": "Half"}, by=manager, at=world.at)
        revision = verbs.add_to_notes(announced, KNOWN, by=manager, at=world.at)
        assert (revision.number, revision.published_at) == (4, None)

    def test_a_release_without_notes_gets_them(self, world, draft, manager):
        draft.notes.all().delete()
        assert verbs.add_to_notes(draft, KNOWN, by=manager, at=world.at).number == 1

    def test_while_locked_additions_wait_and_flow_in_as_one_revision(self, sign_in, world, announced, manager):
        secretary = world.actor("secretary")
        verbs.lock_notes(announced, by=secretary, at=world.at, why="B-1 is open")
        other = verbs.Addition("Fixes", "More.", "Answer to question Q-0001")
        for addition in (KNOWN, other):
            assert verbs.add_to_notes(announced, addition, by=manager, at=world.at) is None
        assert str(announced.waiting_notes.first()) == f"Known issue I-0001 for the notes of {announced.reference}"
        page = words(sign_in("supplier").get(address("release", announced)))
        assert "Waiting to be added when the lock ends: Known issue I-0001, Answer to question Q-0001." in page
        verbs.free_notes(announced, by=secretary, at=world.at)
        newest = announced.notes.first()
        assert (newest.number, newest.why) == (3, "Known issue I-0001, Answer to question Q-0001")
        assert newest.written["Fixes"] == "Joining after a power cut.\n\nMore."
        assert newest.published_at == world.at
        assert set(announced.waiting_notes.values_list("in_revision", flat=True)) == {3}

    def test_a_release_that_ended_meanwhile_keeps_its_notes(self, world, announced, manager):
        verbs.lock_notes(announced, by=world.actor("secretary"), at=world.at, why="B-1 is open")
        verbs.add_to_notes(announced, KNOWN, by=manager, at=world.at)
        verbs.withdraw(announced, by=manager, at=world.at, why="not needed")
        verbs.free_notes(announced, by=world.actor("secretary"), at=world.at)
        assert announced.notes.first().number == 2
        with pytest.raises(NotNow, match="its notes stay as they are"):
            verbs.add_to_notes(announced, KNOWN, by=manager, at=world.at)

    def test_only_dcc_adds(self, world, announced):
        with pytest.raises(NotAllowed):
            verbs.add_to_notes(announced, KNOWN, by=world.actor("supplier"), at=world.at)


class TestTemplate:
    def add(self, world, **changes):
        facts = {"title": "Meter  swaps", "guidance": "What a swap needs.", "required_for": ["urgent"]}
        return verbs.add_section(**facts | changes, by=world.actor("manager"), at=world.at)

    def test_a_section_is_asked_for_from_now_on(self, sign_in, world, catalogue, draft):
        section = self.add(world)
        assert (str(section), section.required_for) == ("Meter swaps", ["urgent"])
        assert "Meter swaps" in notes_missing(draft, parse(NOTES))
        page = words(sign_in("manager").get(address("save_notes", draft)))
        assert "What a swap needs." in page and box("Meter swaps") in page

    def test_notes_announced_before_stay_complete(self, world, announced, manager):
        later = world.at.replace(hour=13)
        verbs.add_section(title="Swaps", guidance="x", required_for=["urgent"], by=manager, at=later)
        assert notes_missing(announced, parse(NOTES)) == []
        assert "Swaps" in [section.title for section in template_of(announced)]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": " "}, "title"),
            ({"title": "summary"}, "title"),
            ({"title": "METER swaps"}, "title"),
            ({"guidance": " "}, "guidance"),
            ({"required_for": ["sometimes"]}, "required_for"),
        ],
    )
    def test_a_section_needs_a_title_of_its_own_and_guidance(self, world, catalogue, changes, field):
        self.add(world)
        with pytest.raises(Invalid) as caught:
            self.add(world, **{"title": "Other"} | changes)
        assert list(caught.value.fields) == [field]

    def test_a_section_leaves_the_template_once(self, world, draft, manager):
        section = verbs.end_section(self.add(world), why="Nobody needs it.", by=manager, at=world.at)
        assert notes_missing(draft, parse(NOTES)) == []
        with pytest.raises(NotNow, match="left the template already"):
            verbs.end_section(section, why="Again.", by=manager, at=world.at)
        assert StandingSection.objects.get().ended_at == world.at
        self.add(world)


class TestHostileMarkdown:
    @pytest.fixture
    def hostile(self, world, announced, manager):
        Release.objects.update(classification="white")
        verbs.save_notes(announced, NOTES.replace("None known.", HOSTILE), by=manager, at=world.at)
        verbs.publish_notes(announced, by=manager, at=world.at)
        return announced

    @pytest.mark.parametrize("name", ["release", "read_notes", "revisions", "save_notes"])
    def test_no_page_runs_or_loads_it(self, sign_in, hostile, name):
        page = words(sign_in("manager").get(address(name, hostile)))
        assert "<script>alert" not in page and "<img" not in page and "<iframe" not in page
        assert 'href="javascript' not in page and "onerror=alert(3)>" not in page.replace("&gt;", "")

    def test_the_preview_is_clean_too(self, sign_in, hostile):
        data = boxes({"Summary": HOSTILE}, based_on=3, preview="yes")
        page = words(sign_in("manager").post(address("save_notes", hostile), data))
        assert 'id="preview-title"' in page and 'href="https://good.example"' in page
        assert "<script>alert" not in page and 'href="javascript' not in page

    def test_the_document_holds_it_as_words(self, client, hostile):
        answer = client.get(address("notes_pdf", hostile))
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == f'attachment; filename="{hostile.reference.lower()}-notes-3.pdf"'
        pages = PdfReader(BytesIO(answer.content)).pages
        text = " ".join(page.extract_text() for page in pages)
        assert "<script>alert(1)</script>" in text and "#eval(1)" in text
        links = {note.get_object()["/A"]["/URI"] for page in pages for note in page.get("/Annots", [])}
        assert links == {"https://good.example"}

    def test_the_api_gives_it_as_it_is_and_the_feed_not_at_all(self, sign_in, hostile):
        client = sign_in("supplier")
        (_, newest) = sorted(
            client.get(f"/api/v1/releases/{hostile.reference}/notes/").json(), key=lambda r: r["number"]
        )
        assert newest["sections"]["Known issues"].startswith("<script>alert(1)</script>")
        assert b"alert" not in client.get("/releases/feed/").content


class TestReading:
    def test_any_two_revisions_are_compared(self, sign_in, world, announced, manager):
        for n in (3, 4):
            verbs.save_notes(announced, NOTES.replace("None known.", f"Known: {n}."), by=manager, at=world.at)
        client = sign_in("manager")
        page = words(client.get(address("revisions", announced) + "?older=2&newer=4"))
        assert "Revision 4 compared with revision 2" in page and "Unchanged: Summary, What changes" in page
        assert "The two say the same." in words(client.get(address("revisions", announced) + "?older=3&newer=3"))
        assert client.get(address("revisions", announced) + "?older=9&newer=4").status_code == 404

    def test_others_read_what_is_published(self, sign_in, world, announced, draft, manager):
        verbs.save_notes(announced, NOTES + "\nUnpublished.\n", by=manager, at=world.at)
        client = sign_in("supplier")
        page = words(client.get(address("read_notes", announced)))
        assert "revision 2" in page and "Unpublished." not in page
        assert client.get(address("read_notes", announced) + "?revision=3").status_code == 404
        assert client.get(address("notes_pdf", announced) + "?revision=3").status_code == 404
        assert client.get(address("read_notes", draft)).status_code == 404
        assert "Unpublished." in words(sign_in("manager").get(address("read_notes", announced)))
        assert "Publish revision 3" in words(sign_in("manager").get(address("release", announced)))

    def test_an_amber_releases_notes_are_hidden_from_others(self, sign_in, world, announced):
        announced.readers.set([world.organisation("heron")])
        Release.objects.update(classification="amber")
        for name in ("read_notes", "notes_pdf", "revisions"):
            assert sign_in("supplier").get(address(name, announced)).status_code == 200
            assert sign_in("other_supplier").get(address(name, announced)).status_code == 404

    def test_without_notes_there_is_no_page(self, sign_in, draft):
        draft.notes.all().delete()
        assert sign_in("manager").get(address("read_notes", draft)).status_code == 404
        assert sign_in("manager").get(f"/api/v1/releases/{draft.reference}/notes/pdf/").status_code == 404

    @pytest.mark.parametrize("name", ["save_notes", "revisions"])
    def test_no_more_queries_with_more_revisions(self, sign_in, world, announced, manager, name):
        client = sign_in("manager")
        with same_queries() as cost:
            for n in range(3):
                verbs.save_notes(announced, NOTES + f"\n{n}\n", by=manager, at=world.at)
                if n != 1:
                    cost.of(lambda: client.get(address(name, announced)))


class TestApi:
    def url(self, release, what):
        return f"/api/v1/releases/{release.reference}/notes/{what}/"

    def save(self, client, release, **body):
        return client.post(self.url(release, "save"), body, content_type="application/json")

    def test_sections_not_named_keep_their_text(self, sign_in, announced):
        client = sign_in("manager")
        answer = self.save(client, announced, sections={"Fixes": "Only this."}, based_on=2)
        assert answer.status_code == 200
        assert answer.json()["sections"] == parse(NOTES) | {"Fixes": "Only this."}
        stale = self.save(client, announced, sections={"Fixes": "That."}, based_on=2)
        assert (stale.status_code, "saved revision 3" in stale.json()["reason"]) == (409, True)

    def test_one_text_is_taken_too_but_not_both(self, sign_in, draft):
        client = sign_in("manager")
        assert self.save(client, draft, markdown="## Fixes\n\nOne.").json()["sections"] == {"Fixes": "One."}
        for body in ({}, {"markdown": "x", "sections": {}}):
            assert self.save(client, draft, **body).status_code == 400

    def test_template_changes_and_document(self, sign_in, world, announced, manager):
        verbs.save_notes(announced, {"Fixes": "Other"}, by=manager, at=world.at)
        client = sign_in("manager")
        sections = client.get(self.url(announced, "template")).json()
        assert sections[0] == {
            "title": "Summary",
            "guidance": "What this release is and why it is needed, in a few sentences.",
            "is_required": True,
        }
        changes = client.get(self.url(announced, "changes") + "?older=2&newer=3").json()
        assert {
            "title": "Fixes",
            "paragraphs": [
                [{"kind": "removed", "text": "Joining after a power cut."}, {"kind": "added", "text": "Other"}]
            ],
        } in changes
        assert client.get(self.url(announced, "changes") + "?newer=2").status_code == 200
        assert client.get(self.url(announced, "changes") + "?newer=x").status_code == 400
        assert client.get(self.url(announced, "pdf")).content.startswith(b"%PDF")
