"""What cannot be read, and what was sent to the wrong place or too late, gets a sentence."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.fixtures import BACKEND

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/ballots/%00/", "/ballots/determinations/%00/", "/releases/%00/"])
def test_an_address_with_nul_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_query_with_nul_is_refused_in_words(client):
    page = client.get("/releases/", {"search": "a\0b"})
    assert page.status_code == 400
    assert "It holds a character that no text has" in page.text


def test_a_form_with_nul_is_refused_in_words(sign_in):
    page = sign_in("manager").post(reverse("people:act_for"), "organisation=1%00", "application/x-www-form-urlencoded")
    assert page.status_code == 400
    assert "It holds a character that no text has" in page.text


class TestApi:
    def test_a_query_with_nul(self, sign_in):
        answer = sign_in("manager").get("/api/v1/releases/", {"search": "\0"})
        assert answer.status_code == 400
        assert answer.json()["reason"].startswith("It holds a character")

    @pytest.mark.parametrize("body", [{"title": "a\0"}, {"a": {"b\0": 1}}, {"list": [1, ["\0"]]}])
    def test_a_body_with_nul(self, sign_in, body):
        answer = sign_in("manager").post("/api/v1/issues/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 400
        assert "U+0000" in answer.json()["reason"]

    def test_words_that_only_look_like_it(self, sign_in):
        """A backslash followed by u0000 is six characters like any others."""
        body = '{"title": "a\\\\u0000"}'
        answer = sign_in("manager").post("/api/v1/issues/", body, content_type="application/json")
        assert "U+0000" not in answer.json()["reason"]


class TestWayBack:
    def test_an_address_of_a_form_typed_gets_a_page(self, sign_in):
        page = sign_in("manager").get(reverse("people:act_for"))
        assert page.status_code == 405
        assert page["Allow"] == "POST"
        assert "Nothing to see at this address" in page.text
        assert 'href="/account/"' in page.text or "Go one step up" in page.text

    @pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE"])
    def test_methods_no_page_knows(self, client, method):
        assert client.generic(method, "/releases/").status_code == 405

    def test_a_session_that_ended_leads_back_to_the_form(self, world):
        client = Client()
        came_from = f"http://testserver{reverse('people:create_token')}?from=account"
        answer = client.post(reverse("people:create_token"), HTTP_REFERER=came_from)
        assert answer["Location"] == f"{reverse('account_login')}?next=%2Faccount%2Fkeys%2Fcreate%2F%3Ffrom%3Daccount"
        assert "Your session had ended before the form arrived" in client.get(answer["Location"]).text

    @pytest.mark.parametrize("referer", ["", "https://elsewhere.example/form/"])
    def test_no_way_back_to_another_site(self, client, referer):
        answer = client.post(reverse("people:create_token"), HTTP_REFERER=referer)
        assert answer["Location"] == f"{reverse('account_login')}?next={reverse('people:create_token')}"

    def test_signing_in_itself_goes_on(self, client, world):
        client.force_login(world.users["manager"], backend=BACKEND)
        answer = client.post(reverse("account_logout"), HTTP_REFERER="http://testserver/releases/")
        assert answer["Location"] == "/"
