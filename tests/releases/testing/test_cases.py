from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.testing import editions, matrix, queries, verbs
from releases.testing.catalogue import CaseFacts
from releases.testing.models import TestCase
from releases.testing.verbs import Found
from tests.factories.findings import DAY, environment, make_window
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
WHY = "Suppliers asked for it."
API = "/api/v1/test-cases/"


@pytest.fixture
def join(world) -> TestCase:
    environment()
    return TestCase.objects.get(code="JOIN")


def facts(**changes) -> CaseFacts:
    given = {"code": "JOIN", "title": "Join", "purpose": "Devices join.", "steps": "Join it.\n\n Look at it. "}
    return CaseFacts.of(**given | changes)


def revise(world, case, *, who="manager", why=WHY, **changes):
    return verbs.revise_case(case, facts(**changes), by=world.actor(who), at=world.at, why=why)


def add(world, *, who="manager", why=WHY, **changes):
    return verbs.add_case(facts(**{"code": "CAD", **changes}), by=world.actor(who), at=world.at, why=why)


def retire(world, case, *, who="manager", why=WHY):
    return verbs.retire_case(case, by=world.actor(who), at=world.at, why=why)


def test_a_new_edition_takes_the_place_of_the_old(world, join):
    made = revise(world, join)
    join.refresh_from_db()
    assert (made.code, made.edition, made.steps) == ("JOIN", 2, "Join it.\nLook at it.")
    assert (join.retired_at, join.title) == (world.at, "Join and rejoin")
    assert [case.edition for case in queries.cases() if case.code == "JOIN"] == [2]
    assert Entry.objects.get(verb="revise_case").why == WHY
    assert [edition.row.edition for edition in editions.history(join)] == [2, 1]


def test_old_results_stay_with_their_edition(world, announced, catalogue, join):
    window = make_window(world, announced)
    found = Found(catalogue.combinations["dual"], join, "pass", "0A010200")
    verbs.report_results(window, [found], by=world.actor("supplier"), at=window.starts_at + timedelta(hours=1))
    assert editions.in_use(join) == editions.InUse(1, 1)
    assert matrix.coverage(announced).covered_cell_homes == 350
    made = revise(world, join)
    assert window.results.get().case == join
    assert matrix.coverage(announced).covered_cell_homes == 0
    assert editions.in_use(made) == editions.InUse(0, 0)
    (row,) = queries.grid(window, queries.cases_of(window))
    shown = {(case.code, case.edition): result for case, result in row.results}
    assert shown["JOIN", 1] is not None
    assert shown["JOIN", 2] is None


def test_a_case_is_added_and_counts_as_untested(world, announced, join):
    made = add(world, code=" cad ")
    assert (made.code, made.edition) == ("CAD", 1)
    assert matrix.coverage(announced).cases == 13


def test_a_retired_case_leaves_the_catalogue_and_its_code_is_not_used_again(world, join):
    retired = retire(world, join)
    assert retired.retired_at == world.at
    assert "JOIN" not in {case.code for case in queries.cases()}
    assert editions.retired() == [join]
    with pytest.raises(Invalid) as refused:
        add(world, code="JOIN")
    assert "has or had this code" in refused.value.fields["code"][0]


@pytest.mark.parametrize("act", [revise, retire])
def test_somebody_who_is_slower_is_told_so(world, join, act):
    revise(world, join)
    with pytest.raises(NotNow, match="Edition 1 of JOIN is retired"):
        act(world, join)


@pytest.mark.parametrize("who", ["supplier", "rsa", "secretary", "csp_north", "administrator", "chair"])
def test_only_dcc_keeps_the_catalogue(world, join, who):
    for act in (
        lambda: add(world, who=who),
        lambda: revise(world, join, who=who),
        lambda: retire(world, join, who=who),
    ):
        with pytest.raises(NotAllowed, match="Only DCC"):
            act()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"why": " "}, "why"),
        ({"title": " "}, "title"),
        ({"title": "T" * 121}, "title"),
        ({"purpose": ""}, "purpose"),
        ({"steps": "\n"}, "steps"),
        ({"steps": "Step.\n" * 31}, "steps"),
        ({"code": "C"}, "code"),
        ({"code": "=CAD"}, "code"),
        ({"code": "CAD CAD"}, "code"),
    ],
)
def test_what_is_wrong_is_named(world, join, changes, field):
    with pytest.raises(Invalid) as refused:
        add(world, **changes)
    assert list(refused.value.fields) == [field]


def test_an_edition_that_says_the_same_is_none(world, join):
    with pytest.raises(Invalid) as refused:
        revise(world, join, title=join.title, purpose=join.purpose, steps=join.steps)
    assert list(refused.value.fields) == ["steps"]
    with pytest.raises(Invalid):
        retire(world, join, why="")


def test_the_database_holds_one_edition_of_a_code_in_force(world, join):
    with pytest.raises(IntegrityError, match="one_edition_in_force"), transaction.atomic():
        TestCase.objects.create(code="JOIN", edition=2, title="Join", purpose="Join.", steps="Join.")


# Pages


def test_dcc_keeps_the_catalogue_on_its_pages(sign_in_then, world, join):
    client = sign_in_then("manager")
    assert b"Add a test case" in client.get(reverse("testing:cases")).content
    address = reverse("testing:revise_case", args=[join.pk])
    assert b"Join and rejoin" in client.get(address).content
    body = {"title": "Join", "purpose": "Devices join.", "steps": "Join it.", "why": ""}
    refused = client.post(address, body)
    assert refused.status_code == 400
    assert b"Enter why the catalogue changes." in refused.content
    same = {"title": join.title, "purpose": join.purpose, "steps": join.steps, "why": WHY}
    assert b"Nothing differs" in client.post(address, same).content
    page = client.post(address, body | {"why": WHY}, follow=True).content.decode()
    assert "JOIN edition 2 is in force." in page
    assert WHY in page
    assert client.get(address).status_code == 409
    newest = TestCase.objects.get(code="JOIN", edition=2)
    assert (
        b"is retired"
        in client.post(reverse("testing:retire_case", args=[newest.pk]), {"why": WHY}, follow=True).content
    )
    assert b"Retired" in client.get(reverse("testing:cases")).content
    assert client.get(reverse("testing:retire_case", args=[0])).status_code == 404


def test_dcc_adds_a_case_on_its_page(sign_in_then, world, join):
    client = sign_in_then("manager")
    address = reverse("testing:add_case")
    assert client.get(address).status_code == 200
    body = {"code": "JOIN", "title": "Join", "purpose": "Devices join.", "steps": "Join it.", "why": WHY}
    assert b"has or had this code" in client.post(address, body).content
    assert b"CAD is in the catalogue." in client.post(address, body | {"code": "cad"}, follow=True).content


def test_who_reads_only_sees_no_buttons(sign_in_then, join):
    client = sign_in_then("supplier")
    for name, pks in (("cases", []), ("case", [join.pk])):
        page = client.get(reverse(f"testing:{name}", args=pks)).content
        assert b"Make a new edition" not in page
        assert b"Add a test case" not in page


def test_catalogue_and_history_cost_the_same_for_one_and_three(sign_in_then, world, join):
    client = sign_in_then("manager")
    for name, pks in (("cases", []), ("case", [join.pk])):
        with same_queries() as cost:
            cost.of(lambda name=name, pks=pks: client.get(reverse(f"testing:{name}", args=pks)))
            for number in range(2):
                case = TestCase.objects.get(code="JOIN", retired_at=None)
                revise(world, case, title=f"{name} {number}")
            add(world, code=name.upper())
            cost.of(lambda name=name, pks=pks: client.get(reverse(f"testing:{name}", args=pks)))


# API


def send(client, address, **body):
    return client.post(address, body, content_type="application/json")


def test_the_api_keeps_the_catalogue(sign_in_then, world, join):
    client = sign_in_then("manager")
    body = {"title": "Join", "purpose": "Devices join.", "steps": "Join it.", "why": WHY}
    made = send(client, API, code="CAD", **body)
    assert (made.status_code, made.json()["edition"]) == (201, 1)
    revised = send(client, f"{API}{join.pk}/revise/", **body)
    assert (revised.status_code, revised.json()["edition"]) == (201, 2)
    assert send(client, f"{API}{join.pk}/revise/", **body).status_code == 409
    assert send(client, f"{API}{revised.json()['id']}/retire/", why=WHY).json()["retired_at"]
    assert client.get(API).json()["count"] == 12
    assert client.get(f"{API}{join.pk}/").json()["edition"] == 1
    assert send(sign_in_then("supplier"), API, code="X1", **body).status_code == 403


def test_a_stale_window_takes_no_result_on_a_retired_edition(world, announced, catalogue, join):
    window = make_window(world, announced, start=world.at + DAY)
    revise(world, join)
    join.refresh_from_db()
    with pytest.raises(Invalid, match="JOIN edition 1 is retired"):
        verbs.report_results(
            window,
            [Found(catalogue.combinations["dual"], join, "blocked")],
            by=world.actor("supplier"),
            at=window.starts_at,
        )
