"""What is sent twice is done once, on the pages of releases and by API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from portal.workflow.models import Submission
from releases.publishing.models import Evidence, Release
from tests.factories.fixtures import BACKEND
from tests.releases.publishing.test_api import ROOT, draft_body
from tests.releases.publishing.test_pages import address

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


def test_a_file_with_another_content_is_another_act(sign_in, draft):
    client, before = sign_in("manager"), Evidence.objects.count()
    answers = {"title": "SIT", "region": "", "environment": "Lab", "signatory": "S", "summary": "x", "once": KEY}
    region = Evidence._meta.get_field("region").choices[0][0]
    for content in (b"one", b"two", b"two"):
        file = SimpleUploadedFile("report.txt", content, "text/plain")
        post = answers | {"region": region, "signed_on": "2017-01-09", "file": file}
        assert client.post(address("attach_evidence", draft), post).status_code == 302
    assert Evidence.objects.count() == before + 2


@pytest.fixture
def post(world, catalogue):
    """Return a function that drafts a release by API under this key."""
    client = APIClient()
    client.force_login(world.users["manager"], backend=BACKEND)

    def send(key="k-1", **changes):
        return client.post(ROOT, draft_body(catalogue, **changes), format="json", headers={"Idempotency-Key": key})

    return send


def test_a_repeat_is_answered_as_the_first(post):
    first, second = post(), post()
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert (second.status_code, second["Idempotency-Replayed"]) == (201, "true")
    assert Release.objects.count() == 1


def test_without_a_key_each_call_is_an_act_of_its_own(post):
    """The negative control."""
    assert post(key="").status_code == post(key="").status_code == 201
    assert Release.objects.count() == 2


def test_the_key_of_another_call_is_refused(post):
    post()
    refused = post(title="Another")
    assert (refused.status_code, "a key of its own" in refused.json()["reason"]) == (400, True)
    assert Release.objects.count() == 1


def test_a_refused_call_leaves_its_key(post):
    assert post(title="").status_code == 400
    assert not Submission.objects.exists()
    assert post().status_code == 201


@pytest.mark.parametrize("key", ["k" * 65, "a\tb"])
def test_a_key_that_cannot_be_kept(post, key):
    assert post(key=key).status_code == 400
