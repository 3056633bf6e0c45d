"""The page for auditors."""

import pytest
from django.db import connection
from django.urls import reverse

from portal.journal.models import Entry, Verification
from portal.journal.sealing import seal
from portal.journal.tasks import verify
from tests.factories.queries import same_queries

RECORD = reverse("people:record")
pytestmark = pytest.mark.django_db


def test_auditors_see_blocks_and_what_verifying_found(world, sign_in):
    client = sign_in("observer")
    assert "has not been verified yet" in client.get(RECORD).text
    block = seal()
    verify(by="Ada")
    page = client.get(RECORD).text
    assert block.hash in page and "Everything agrees" in page
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER; UPDATE journal_entry SET why = 'else'")
    verify()
    page = client.get(RECORD).text
    assert "rows that are not what was recorded" in page and "is not what was sealed" in page


def test_the_record_costs_the_same_however_long_it_is(world, sign_in):
    client = sign_in("secretary")
    with same_queries() as cost:
        for _ in range(3):
            cost.of(lambda: client.get(RECORD))
            client.post(reverse("people:verify_record"))
            seal()
            verify()
    assert Verification.objects.count() == 3


def test_a_worker_verifies_when_an_auditor_asks(world, sign_in):
    client = sign_in("administrator")
    answer = client.post(reverse("people:verify_record"), follow=True)
    assert "The record is being verified." in answer.text
    assert Entry.objects.filter(verb="verify_record", actor_name="Administrator").count() == 1
    shown = client.get("/api/v1/record/").json()
    assert shown["blocks"] == 0 and shown["unsealed"] > 0
    assert client.post("/api/v1/record/verify/").status_code == 200
    assert "The record" in client.get(reverse("pages:home")).text


def test_others_are_refused_and_do_not_see_the_link(world, sign_in):
    client = sign_in("supplier")
    assert client.get(RECORD).status_code == client.post("/api/v1/record/verify/").status_code == 403
    assert RECORD not in client.get(reverse("pages:home")).text
