from datetime import timedelta

import pytest
from django.urls import reverse

from portal.pages.contributions import collect
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.questions import queries, verbs
from releases.questions.models import ContentRequest, Question
from tests.factories.queries import same_queries
from tests.factories.questions import make_question, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


def at(name, *rest):
    return reverse(f"questions:{name}", args=rest)


def words(response):
    return " ".join(response.content.decode().split())


class TestQuestions:
    def test_from_asking_to_the_notes(self, sign_in, world, announced):
        client = sign_in("supplier")
        assert at("ask", announced.reference) in words(
            client.get(reverse("publishing:release", args=[announced.reference]))
        )
        asked = client.post(
            at("ask", announced.reference),
            {"text": "Does it pair again?", "section": "Fixes", "organisation": world.organisation("heron").pk},
        )
        question = Question.objects.get()
        assert asked.url == at("question", question.reference)
        page = words(client.get(asked.url))
        assert "by Heron Power (Supplier)" in page and "Withdraw the question" in page and "Answer for all" not in page
        manager = sign_in("manager")
        assert "Answer for all" in words(manager.get(asked.url))
        assert words(manager.get(at("answer", question.reference))).count("Does it pair again?") == 1
        manager.post(at("answer", question.reference), {"text": "It **does**.", "seen": question.version})
        page = words(manager.get(asked.url))
        assert "<strong>does</strong>" in page and "Add the answer to the notes" in page
        noted = manager.post(at("add_to_notes", question.reference), {"section": "Fixes"})
        assert noted.url == reverse("publishing:revisions", args=[announced.reference])
        assert "It **does**." in announced.notes.first().written["Fixes"]
        assert "The answer is part of the release notes" in words(sign_in("supplier").get(asked.url))

    def test_others_do_not_learn_who_asked(self, sign_in, world, announced):
        question = make_question(world, announced)
        page = words(sign_in("other_supplier").get(at("question", question.reference)))
        assert "by a User" in page and "Heron" not in page
        answer = sign_in("other_supplier").get(f"/api/v1/questions/{question.reference}/").json()
        assert (answer["organisation"], answer["text"]) == (None, question.text)
        assert sign_in("rsa").get(f"/api/v1/questions/{question.reference}/").json()["organisation"] == "heron-power"

    def test_an_empty_question_and_a_late_answer_keep_what_was_typed(self, sign_in, world, announced):
        page = sign_in("supplier").post(at("ask", announced.reference), {"text": ""})
        assert (page.status_code, "Enter your question." in words(page)) == (400, True)
        question = make_question(world, announced)
        verbs.answer(question, text="No.", by=world.actor("manager"), at=world.at)
        late = sign_in("manager").post(at("answer", question.reference), {"text": "Yes.", "seen": 1})
        assert late.status_code == 409
        assert sign_in("manager").post(at("answer", question.reference), {"text": " "}).status_code == 400

    def test_watching_and_withdrawing(self, sign_in, world, announced):
        question = make_question(world, announced)
        osprey = sign_in("other_supplier")
        assert "Osprey Gas wants to know too" in words(osprey.get(at("question", question.reference)))
        osprey.post(at("watch", question.reference), {"organisation": world.organisation("osprey").pk})
        assert "1 more organisation wants to know" in words(osprey.get(at("question", question.reference)))
        osprey.post(at("watch", question.reference), {})
        assert "Choose the organisation you act for." in words(osprey.get(at("question", question.reference)))
        assert sign_in("supplier").post(at("withdraw_question", question.reference)).status_code == 302
        panel = words(sign_in("manager").get(reverse("publishing:release", args=[announced.reference])))
        assert "No question has been asked on this release." in panel

    def test_locked_notes_let_the_answer_wait(self, sign_in, world, announced):
        question = verbs.answer(make_question(world, announced), text="No.", by=world.actor("manager"), at=world.at)
        publishing.lock_notes(announced, by=world.actor("secretary"), at=world.at, why="B-1 is open")
        client = sign_in("manager")
        page = words(client.post(at("add_to_notes", question.reference), {"section": "?"}, follow=True))
        assert "the answer is added when the lock ends" in page

    def test_an_amber_releases_questions_are_hidden_everywhere(self, sign_in, client, world, announced):
        announced.readers.set([world.organisation("heron")])
        Release.objects.update(classification="amber")
        announced.refresh_from_db()
        question = make_question(world, announced)
        assert sign_in("supplier").get(at("question", question.reference)).status_code == 200
        other = sign_in("other_supplier")
        assert other.get(at("question", question.reference)).status_code == 404
        assert other.get(at("ask", announced.reference)).status_code == 404
        assert question.reference not in words(other.get(at("questions")))
        assert other.get(f"/api/v1/questions/{question.reference}/").status_code == 404
        assert other.get("/api/v1/questions/").json()["count"] == 0
        assert client.get(at("question", question.reference)).status_code == 404

    def test_the_public_reads_answers_of_white_releases(self, client, world, announced):
        Release.objects.update(classification="white")
        question = make_question(world, announced)
        assert client.get(at("question", question.reference)).status_code == 404
        page = words(client.get(reverse("publishing:release", args=[announced.reference])))
        assert "Questions" not in page
        verbs.answer(question, text="No.", by=world.actor("manager"), at=world.at)
        assert "by a User" in words(client.get(at("question", question.reference)))
        assert question.reference in words(client.get(reverse("publishing:release", args=[announced.reference])))

    def test_the_list_is_filtered_in_the_address(self, sign_in, world, announced):
        mine = make_question(world, announced)
        theirs = make_question(world, announced, who="other_supplier", of="osprey")
        client = sign_in("supplier")
        page = words(client.get(at("questions") + f"?state=asked&release={announced.reference.lower()}&mine=on"))
        assert mine.reference in page and theirs.reference not in page
        assert "No questions here" in words(client.get(at("questions") + "?state=noted"))

    def test_no_more_queries_with_more_questions(self, sign_in, world, announced):
        client = sign_in("supplier")
        addresses = [at("questions"), reverse("publishing:release", args=[announced.reference]), "/api/v1/questions/"]
        for address in addresses:
            with same_queries() as cost:
                make_question(world, announced)
                cost.of(lambda url=address: client.get(url))
                make_question(world, announced)
                make_question(world, announced)
                cost.of(lambda url=address: client.get(url))

    def test_more_than_ten_lead_to_the_list(self, sign_in, world, announced):
        for _ in range(11):
            make_question(world, announced)
        page = words(sign_in("supplier").get(reverse("publishing:release", args=[announced.reference])))
        assert f"{at('questions')}?release={announced.reference}" in page


class TestContentRequests:
    def test_from_the_wish_to_the_template(self, sign_in, world, draft):
        client = sign_in("supplier")
        assert "No content requests here" in words(client.get(at("requests")))
        wish = {
            "title": "Meter swaps",
            "wanted": "What a fitter must know.",
            "organisation": world.organisation("heron").pk,
        }
        made = client.post(at("request_content"), wish)
        row = ContentRequest.objects.get()
        assert made.url == at("request", row.reference)
        osprey = sign_in("other_supplier")
        assert "Support it for Osprey Gas" in words(osprey.get(made.url))
        osprey.post(at("support", row.reference), {"organisation": world.organisation("osprey").pk})
        assert "Support it for" not in words(osprey.get(made.url))
        osprey.post(at("support", row.reference), {})
        manager = sign_in("manager")
        assert 'value="Meter swaps"' in words(manager.get(at("accept", row.reference)))
        taken = manager.post(at("accept", row.reference), {"title": "Fixes", "guidance": "x"})
        assert (taken.status_code, "The notes have a section “Fixes” already." in words(taken)) == (400, True)
        answer = {"title": "Meter swaps", "guidance": "For <b>fitters</b>.", "required_for": ["urgent"]}
        assert manager.post(at("accept", row.reference), answer).status_code == 302
        desk = words(manager.get(reverse("publishing:save_notes", args=[draft.reference])))
        assert "For &lt;b&gt;fitters&lt;/b&gt;." in desk
        page = words(manager.get(made.url))
        assert "required for urgent" in page and "Take out of the template" in page
        assert manager.post(at("retire", row.reference), {"why": "Done."}).status_code == 302
        assert "taken out 9 January 2017" in words(manager.get(made.url))

    def test_declined_later_and_withdrawn(self, sign_in, world):
        rows = [make_request(world, title=title) for title in ("One", "Two", "Three")]
        manager = sign_in("manager")
        assert "Decline" in words(manager.get(at("decline", rows[0].reference)))
        assert manager.post(at("decline", rows[0].reference), {"why": ""}).status_code == 400
        manager.post(at("decline", rows[0].reference), {"why": "In the manual."})
        manager.post(at("postpone", rows[1].reference), {"why": "After Easter."})
        assert manager.get(at("postpone", rows[1].reference)).status_code == 409
        client = sign_in("supplier")
        assert client.post(at("withdraw_request", rows[2].reference)).status_code == 302
        assert "In the manual." in words(client.get(at("requests") + "?state=declined"))
        page = words(client.get(at("requests") + "?state=open&mine=on"))
        assert "After Easter." in page and "One" not in page.split("Filter")[-1].split("results")[-1]
        assert "none" in words(client.get(at("request", rows[2].reference)))

    def test_others_are_refused(self, sign_in, world):
        row = make_request(world)
        assert sign_in("supplier").get(at("accept", row.reference)).status_code == 403
        assert sign_in("manager").get(at("request_content")).status_code == 403
        assert sign_in("manager").post(at("support", row.reference)).status_code == 403

    def test_no_more_queries_with_more_requests(self, sign_in, world):
        client = sign_in("supplier")
        for address in (at("requests"), "/api/v1/content-requests/"):
            with same_queries() as cost:
                make_request(world)
                cost.of(lambda url=address: client.get(url))
                make_request(world)
                make_request(world)
                cost.of(lambda url=address: client.get(url))


class TestSharedPages:
    def test_dcc_finds_what_it_owes_with_its_due_dates(self, sign_in, world, announced):
        question, row = make_question(world, announced), make_request(world)
        page = words(sign_in("manager").get("/"))
        assert f"Answer {question}" in page and f"Answer content request {row}" in page
        assert question.reference not in words(sign_in("supplier").get("/"))

    def test_answers_due_stand_in_the_calendar_and_on_the_clock(self, world, announced):
        question = make_question(world, announced)
        span = (world.at, world.at + timedelta(days=9))
        said = f"{question.reference}: answer due"
        assert said in [one.text for one in collect("dates", world.actor("manager"), *span)]
        assert said not in [one.text for one in collect("dates", world.actor("supplier"), *span)]
        assert said in [one.text for one in collect("due", world.actor("manager"), world.at)]


class TestApi:
    @pytest.fixture
    def post(self, sign_in):
        """Send a body as somebody."""

        def send(who, address, **body):
            return sign_in(who).post(f"/api/v1/{address}/", body, content_type="application/json")

        return send

    def test_a_question_from_asking_to_the_notes(self, post, announced):
        body = {"release": announced.reference, "text": "Why?", "organisation": "heron-power"}
        made = post("supplier", "questions", **body)
        assert made.status_code == 201
        url = f"questions/{made.json()['reference']}"
        assert post("other_supplier", f"{url}/watch", organisation="osprey-gas").status_code == 200
        assert post("supplier", f"{url}/answer", text="No.").status_code == 403
        assert post("manager", f"{url}/answer", text="No.", version=1).json()["answer"] == "No."
        assert post("manager", f"{url}/add-to-notes").json()["state"] == "noted"
        again = post("supplier", "questions", **body)
        assert post("supplier", f"questions/{again.json()['reference']}/withdraw").json()["state"] == "withdrawn"

    def test_a_content_request_through_its_life(self, post, catalogue):
        body = {"wanted": "All.", "organisation": "heron-power"}
        made = [post("supplier", "content-requests", title=f"Swaps {n}", **body).json() for n in range(3)]
        first, second, third = (f"content-requests/{row['reference']}" for row in made)
        supported = post("other_supplier", f"{first}/support", organisation="osprey-gas")
        assert supported.json()["supporters"] == 1
        assert post("manager", f"{first}/later", why="Soon.").json()["state"] == "later"
        section = {"title": "Swaps", "guidance": "All.", "required_for": ["major"]}
        accepted = post("manager", f"{first}/accept", **section).json()
        assert (accepted["state"], accepted["section"], accepted["required_for"]) == ("accepted", "Swaps", ["major"])
        assert post("manager", f"{first}/retire", why="Done.").json()["state"] == "retired"
        assert post("manager", f"{second}/decline", why="No.").json()["state"] == "declined"
        assert post("supplier", f"{third}/withdraw").json()["state"] == "withdrawn"


def test_the_clock_sees_every_question_and_strangers_none(world, announced):
    question = make_question(world, announced)
    assert list(queries.visible_to(world.actor("manager"))) == [question]
    assert not queries.requests(world.actor("observer")).exists()
