"""Issues that may be the same are offered while somebody types; others' security issues never are."""

import pytest
from django.urls import reverse

from releases.issues import verbs
from releases.issues.likeness import MOST, alike
from releases.products.cohorts import Cohort
from tests.factories.findings import make_issue

pytestmark = pytest.mark.django_db
NORTH, SOUTH = Cohort(regions=frozenset({"north"})), Cohort(regions=frozenset({"south"}))


def found(world, text, cohort=NORTH, who="supplier", **more):
    return [(one.issue.pk, one.shared_homes) for one in alike(text, cohort, world.actor(who), **more)]


def test_words_in_any_form_find_it_and_shared_homes_put_it_first(world, announced):
    south = make_issue(world, announced, cohort=SOUTH)
    north = make_issue(world, announced)
    make_issue(world, announced, title="Reads come late", description="Slow at night.")
    said = "The display is dark"
    assert found(world, said) == [(north.pk, 100), (south.pk, 0)]
    assert found(world, said, SOUTH) == [(south.pk, 250), (north.pk, 0)]
    assert found(world, said, besides=north) == [(south.pk, 0)]


@pytest.mark.parametrize("text", ["", "a b !?", "; -- DROP", "weather"])
def test_words_that_say_nothing_find_nothing(world, announced, text):
    make_issue(world, announced)
    assert found(world, text) == []


def test_a_selection_of_nobody_still_finds_by_words(world, announced):
    issue = make_issue(world, announced)
    assert found(world, "dark display", Cohort(regions=frozenset({"central"}))) == [(issue.pk, 0)]


def test_what_is_over_is_not_offered_and_no_more_than_a_few_are(world, announced):
    first = make_issue(world, announced)
    verbs.reject(first, why="No.", by=world.actor("manager"), at=world.at)
    assert found(world, "dark display") == []
    for _ in range(MOST + 2):
        make_issue(world, announced)
    assert len(found(world, "dark display")) == MOST


def test_a_word_or_two_in_common_is_no_likeness_where_no_home_is_shared(world, announced):
    issue = make_issue(world, announced)
    said = "After the hub was exchanged, prepayment top-ups, meter readings, tariffs and gas alerts never arrived"
    assert found(world, said, SOUTH) == []
    assert found(world, said, Cohort()) == []
    assert found(world, said) == [(issue.pk, 100)]


def test_others_security_issues_are_not_offered(world, announced):
    secret = make_issue(world, announced, category="security")
    assert found(world, "dark display", who="small_supplier") == []
    assert found(world, "dark display") == [(secret.pk, 100)]


def test_the_form_offers_them_while_typing_and_by_its_button(sign_in_then, world, announced):
    issue = make_issue(world, announced)
    client = sign_in_then("small_supplier")
    typed = {"title": "Dark displays", "regions": ["north"]}
    shown = client.post(reverse("issues:alike", args=[announced.reference]), typed).content.decode()
    assert issue.reference in shown
    assert "100 of these homes" in shown
    page = client.post(reverse("issues:raise_issue", args=[announced.reference]), {**typed, "count": "yes"})
    assert "Is it one of these?" in page.content.decode()


def test_dcc_sees_likely_originals_before_it_marks_a_duplicate(sign_in_then, world, announced):
    first, again = make_issue(world, announced), make_issue(world, announced)
    page = sign_in_then("manager").get(reverse("issues:mark_duplicate", args=[again.reference])).content.decode()
    assert f"/issues/{first.reference}/" in page


def test_by_api(sign_in_then, world, announced):
    issue = make_issue(world, announced)
    body = {"release": announced.reference, "text": "dark display", "cohort": {"regions": ["north"]}}
    client = sign_in_then("supplier")
    answer = client.post("/api/v1/issues/alike/", body, content_type="application/json")
    assert answer.json() == [
        {"reference": issue.reference, "title": issue.title, "state": "raised", "shared_homes": 100}
    ]
    body["release"] = "FW-1999-001"
    assert client.post("/api/v1/issues/alike/", body, content_type="application/json").status_code == 404
