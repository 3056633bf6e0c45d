from datetime import UTC, datetime

import pytest

from portal.delivery.models import Delivery, Message
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.publishing import verbs as publishing
from releases.publishing.models import StandingSection
from releases.publishing.notes import parse
from releases.publishing.template import notes_missing
from releases.questions import verbs
from releases.questions.models import Support, Watch
from tests.factories.questions import make_question, make_request
from tests.factories.releases import NOTES

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return world.actor("manager")


def told(kind):
    """Who was told in the last message of a kind."""
    message = Message.objects.filter(kind=kind).latest("pk")
    return sorted(Delivery.objects.filter(message=message).values_list("recipient", flat=True))


class TestQuestions:
    def test_asked_answered_and_noted_without_a_name(self, world, announced, manager):
        question = make_question(world, announced, section="Effect on devices")
        assert (str(question), question.state) == (f"{question.reference} on {announced.reference}", "asked")
        assert question.answer_by == datetime(2017, 1, 13, tzinfo=UTC)
        assert told("questions.asked") == ["Manager", "Second Manager"]
        question = verbs.answer(question, text=" No, it joins by itself. ", by=manager, at=world.at)
        assert (question.state, question.answer) == ("answered", "No, it joins by itself.")
        assert told("questions.answered") == ["Heron Power"]
        noted = verbs.add_to_notes(question, by=manager, at=world.at)
        newest = announced.notes.first()
        assert noted.state == "noted"
        assert newest.written["Effect on devices"].endswith("90 seconds.\n\nNo, it joins by itself.")
        assert (newest.why, newest.published_at) == (f"Answer to question {question.reference}", world.at)
        assert "Heron" not in newest.markdown
        assert [entry.verb for entry in Entry.objects.filter(subject_kind="questions.question").order_by("pk")] == [
            "ask",
            "answer",
            "add_to_notes",
        ]

    def test_an_answer_is_put_right_until_it_stands_in_the_notes(self, world, announced, manager):
        question = make_question(world, announced)
        for text in ("No.", "Yes."):
            question = verbs.answer(question, text=text, by=manager, at=world.at)
        question = verbs.add_to_notes(question, section="Fixes", by=manager, at=world.at)
        assert announced.notes.first().written["Fixes"].endswith("Yes.")
        with pytest.raises(NotNow, match="is in the notes: that is not the next step"):
            verbs.answer(question, text="Perhaps.", by=manager, at=world.at)
        with pytest.raises(NotNow):
            verbs.add_to_notes(question, by=manager, at=world.at)

    def test_while_a_ballot_is_open_the_answer_waits(self, world, announced, manager):
        question = verbs.answer(make_question(world, announced), text="No.", by=manager, at=world.at)
        publishing.lock_notes(announced, by=world.actor("secretary"), at=world.at, why="B-1 is open")
        assert verbs.add_to_notes(question, by=manager, at=world.at).state == "noted"
        assert announced.notes.first().number == 2
        publishing.free_notes(announced, by=world.actor("secretary"), at=world.at)
        assert announced.notes.first().written["What changes"].endswith("No.")

    def test_an_agent_asks_for_its_supplier_and_hears_the_answer(self, world, announced, manager):
        question = make_question(world, announced, who="rsa")
        verbs.answer(question, text="No.", by=manager, at=world.at)
        assert told("questions.answered") == ["Heron Power", "Meterwrights"]
        with pytest.raises(NotAllowed, match="You do not act for Osprey Gas today"):
            make_question(world, announced, who="rsa", of="osprey")

    @pytest.mark.parametrize("who", ["manager", "csp_north", "secretary", "observer", "supplier_lead"])
    def test_only_users_ask(self, world, announced, who):
        with pytest.raises(NotAllowed, match="Only suppliers and their agents ask"):
            make_question(world, announced, who=who)

    @pytest.mark.parametrize(
        ("text", "section", "field"), [(" ", "", "text"), ("x" * 5_001, "", "text"), ("Why?", "Nowhere", "section")]
    )
    def test_a_question_has_words_and_a_section_that_exists(self, world, announced, text, section, field):
        with pytest.raises(Invalid) as caught:
            make_question(world, announced, text=text, section=section)
        assert list(caught.value.fields) == [field]

    def test_no_question_on_a_draft_or_a_finished_release(self, world, draft, announced, manager):
        publishing.withdraw(announced, by=manager, at=world.at, why="not needed")
        announced.refresh_from_db()
        for release in (draft, announced):
            with pytest.raises(NotNow, match="no question can be asked on it"):
                make_question(world, release)

    def test_others_watch_once_and_hear_the_answer(self, world, announced, manager):
        question = make_question(world, announced)
        osprey, heron = world.organisation("osprey"), world.organisation("heron")
        made = verbs.watch(question, organisation=osprey, by=world.actor("other_supplier"), at=world.at)
        assert str(made) == f"Osprey Gas watches {question}"
        with pytest.raises(NotNow, match="watches this question already"):
            verbs.watch(question, organisation=osprey, by=world.actor("other_supplier"), at=world.at)
        with pytest.raises(NotAllowed, match="Your organisation asked it"):
            verbs.watch(question, organisation=heron, by=world.actor("supplier"), at=world.at)
        question = verbs.answer(question, text="No.", by=manager, at=world.at)
        assert told("questions.answered") == ["Heron Power", "Osprey Gas"]
        fernlight = world.organisation("fernlight")
        with pytest.raises(NotNow):
            verbs.watch(question, organisation=fernlight, by=world.actor("small_supplier"), at=world.at)
        assert Watch.objects.count() == 1

    def test_the_asker_withdraws_before_the_answer(self, world, announced, manager):
        question = make_question(world, announced)
        with pytest.raises(NotAllowed, match="Only the organisation that asked"):
            verbs.withdraw_question(question, by=world.actor("other_supplier"), at=world.at)
        assert verbs.withdraw_question(question, by=world.actor("rsa"), at=world.at).state == "withdrawn"
        with pytest.raises(NotNow):
            verbs.withdraw_question(question, by=world.actor("supplier"), at=world.at)
        with pytest.raises(NotNow):
            verbs.answer(question, text="No.", by=manager, at=world.at)

    def test_only_dcc_answers_and_from_a_fresh_page(self, world, announced, manager):
        question = make_question(world, announced)
        with pytest.raises(NotAllowed, match="Only a DCC release manager answers"):
            verbs.answer(question, text="No.", by=world.actor("supplier"), at=world.at)
        verbs.answer(question, text="No.", by=manager, at=world.at, seen=1)
        with pytest.raises(NotNow, match="Somebody else changed this"):
            verbs.answer(question, text="Yes.", by=manager, at=world.at, seen=1)


class TestContentRequests:
    def accept(self, world, request, **changes):
        facts = {"title": request.title, "guidance": "What a fitter must know.", "required_for": ["urgent"]}
        return verbs.accept(request, **facts | changes, by=world.actor("manager"), at=world.at)

    def test_accepted_it_is_part_of_the_template(self, world, draft):
        request = make_request(world)
        assert (str(request), request.answer_by) == (
            f"{request.reference} Meter swaps",
            datetime(2017, 1, 24, tzinfo=UTC),
        )
        assert told("questions.content_requested") == ["Manager", "Second Manager"]
        osprey = world.organisation("osprey")
        made = verbs.support(request, organisation=osprey, by=world.actor("other_supplier"), at=world.at)
        assert str(made) == f"Osprey Gas supports {request}"
        request = self.accept(world, request)
        assert (request.state, request.section.title) == ("accepted", "Meter swaps")
        assert request.section.cause == f"{request.reference} Meter swaps"
        assert notes_missing(draft, parse(NOTES)) == ["Meter swaps"]
        assert told("questions.request_answered") == ["Heron Power", "Osprey Gas"]
        request = verbs.retire(request, why="Covered elsewhere.", by=world.actor("manager"), at=world.at)
        assert (request.state, request.answer) == ("retired", "Covered elsewhere.")
        assert notes_missing(draft, parse(NOTES)) == []

    def test_what_is_wrong_with_the_section_is_said_and_nothing_is_kept(self, world, catalogue):
        request = make_request(world)
        with pytest.raises(Invalid) as caught:
            self.accept(world, request, title="Summary")
        assert caught.value.fields == {"title": ["The notes have a section “Summary” already."]}
        assert not StandingSection.objects.exists()

    def test_later_stays_on_the_list(self, world, manager):
        request = verbs.postpone(make_request(world), why="After Easter.", by=manager, at=world.at)
        assert (request.state, request.answer) == ("later", "After Easter.")
        with pytest.raises(NotNow):
            verbs.postpone(request, why="After summer.", by=manager, at=world.at)
        verbs.support(request, organisation=world.organisation("osprey"), by=world.actor("other_supplier"), at=world.at)
        request = verbs.decline(request, why="It is in the manual.", by=manager, at=world.at)
        assert request.state == "declined"
        for act in (verbs.decline, verbs.retire):
            with pytest.raises(NotNow):
                act(request, why="Again.", by=manager, at=world.at)

    def test_one_support_for_each_organisation(self, world):
        request, heron = make_request(world), world.organisation("heron")
        with pytest.raises(NotAllowed, match="Your organisation asked for it"):
            verbs.support(request, organisation=heron, by=world.actor("rsa"), at=world.at)
        own = {"organisation": world.organisation("meterwrights"), "by": world.actor("rsa"), "at": world.at}
        verbs.support(request, **own)
        with pytest.raises(NotNow, match="supports this request already"):
            verbs.support(request, **own)
        assert Support.objects.count() == 1

    def test_the_asker_withdraws_before_the_decision(self, world, manager):
        request = make_request(world)
        with pytest.raises(NotAllowed):
            verbs.withdraw_request(request, by=manager, at=world.at)
        assert verbs.withdraw_request(request, by=world.actor("supplier"), at=world.at).state == "withdrawn"
        with pytest.raises(NotNow):
            self.accept(world, request)

    @pytest.mark.parametrize("title", [" ", "x" * 101])
    def test_a_request_has_a_title(self, world, title):
        with pytest.raises(Invalid, match="Give it a title"):
            make_request(world, title=title)

    def test_reasons_are_given(self, world, manager):
        request = make_request(world)
        for act in (verbs.decline, verbs.postpone):
            with pytest.raises(Invalid):
                act(request, why=" ", by=manager, at=world.at)
            with pytest.raises(NotAllowed):
                act(request, why="No.", by=world.actor("supplier"), at=world.at)
