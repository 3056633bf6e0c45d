"""One-time keys of forms and calls: sent twice, done once; sent in error, still to be used."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.people.models import Committee
from portal.workflow import once, tasks
from portal.workflow.models import Submission

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef" * 2


@pytest.fixture
def create(sign_in):
    """Return a function that sends the form of a new committee, with this key."""
    client = sign_in("secretary")

    def send(name="Night Group", key=KEY, follow=False, **more):
        post = {"name": name, "kind": "sub_committee", "once": key, **more}
        return client.post(reverse("people:create_committee"), post, follow=follow)

    return send


def test_a_form_carries_a_key_of_its_own(sign_in):
    client, url = sign_in("secretary"), reverse("people:create_committee")
    first, second = (client.get(url).content.decode() for _ in range(2))
    assert first.count('name="once"') == 1
    assert first.partition('name="once"')[2][:50] != second.partition('name="once"')[2][:50]


def test_the_same_form_sent_twice_is_done_once_and_said_so(create):
    first = create()
    second = create(follow=True)
    assert second.redirect_chain == [(first["Location"], 302)]
    assert "This was saved already: it was sent twice and done once." in second.content.decode()
    assert Committee.objects.filter(name="Night Group").count() == 1


def test_without_a_key_each_is_an_act_of_its_own(create):
    """The negative control: what the key prevents happens without it."""
    assert create(key="").status_code == 302
    assert create(key="").status_code == 400  # a second committee of that name is tried and refused
    assert create(key="' OR 1=1\0").status_code == 400
    assert not Submission.objects.exists()


def test_other_answers_under_the_same_key_are_another_act(create):
    """Who goes back, changes an answer and sends again means it."""
    create()
    create(name="Day Group")
    assert Committee.objects.filter(name__in=["Night Group", "Day Group"]).count() == 2


def test_a_form_with_errors_leaves_its_key_to_be_used(create):
    assert create(name="").status_code == 400
    assert not Submission.objects.exists()
    assert create().status_code == 302


def test_the_public_has_no_keys(client, world):
    assert client.post(reverse("people:create_committee"), {"once": KEY}).status_code == 302
    assert not Submission.objects.exists()


def test_being_asked_who_one_is_uses_no_key(sign_in):
    client = sign_in("secretary")
    session = client.session
    session.pop("account_authentication_methods", None)
    session.save()
    response = client.post(reverse("people:create_token"), {"name": "x", "days": "9", "once": KEY})
    assert "reauthenticate" in response["Location"]
    assert not Submission.objects.exists()


def test_an_error_of_ours_undoes_everything(sign_in, settings, world):
    settings.ROOT_URLCONF = "tests.portal.broken_urls"
    client = sign_in("secretary")
    client.raise_request_exception = False
    assert client.post("/broken/", {"once": KEY}).status_code == 500
    assert not Submission.objects.exists()


def test_keys_are_forgotten_after_a_day():
    now = timezone.now()
    for name, age in (("a", 25), ("b", 1)):
        once.claim(1, name, "", at=now - timedelta(hours=age))
    tasks.forget_submissions()
    assert [str(row) for row in Submission.objects.all()] == ["submission b"]
