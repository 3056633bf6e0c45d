"""The API: who calls it, what it answers, and that its description is valid."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from openapi_spec_validator import validate
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle

from portal.journal.models import Entry
from portal.people import verbs
from portal.people.actors import actor_for
from portal.people.models import ApiToken, Appointment
from portal.workflow.clock import now
from tests.factories.world import SEED

APPOINTMENTS = "/api/v1/appointments/"


@pytest.fixture
def api() -> APIClient:
    return APIClient(enforce_csrf_checks=True)


@pytest.fixture
def key(world, api):
    """Return a function that makes a key for somebody and sends it from now on."""

    def make(who: str, *, may_write: bool = True, days: int = 366) -> ApiToken:
        token, text = verbs.create_token(name="test", days=days, may_write=may_write, by=world.actor(who), at=now())
        api.credentials(HTTP_AUTHORIZATION=f"Token {text}")
        return token

    return make


def test_nobody_is_401_in_the_one_shape(db, api):
    answer = api.get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert set(answer.json()) == {"error", "reason", "fields"}


def test_a_key_acts_for_its_person_and_organisation(api, key, world):
    token = key("supplier")
    me = api.get("/api/v1/me/").json()
    assert (me["name"], me["organisation"], me["roles"]) == ("Supplier", "Heron Power", ["supplier_user"])
    assert me["suppliers"] == [world.organisation("heron").pk]
    used = ApiToken.objects.get(pk=token.pk).used_at
    assert used is not None
    api.get("/api/v1/me/")
    assert ApiToken.objects.get(pk=token.pk).used_at == used


@pytest.mark.parametrize("header", ["Token", "Token x", "Token chfp_aaaaaaaaaaaa_bbbb", "Token a b", "Token chfp_é_b"])
def test_what_is_no_key_is_401(db, api, header):
    api.credentials(HTTP_AUTHORIZATION=header.encode().decode("latin-1"))
    answer = api.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["reason"]) == (401, "The key is unknown, revoked or expired.")


def test_another_way_of_authorising_is_nobody(db, api):
    api.credentials(HTTP_AUTHORIZATION="Basic abc")
    assert api.get("/api/v1/me/").status_code == 401


def test_a_wrong_secret_is_401(api, key):
    key("supplier")
    api.credentials(HTTP_AUTHORIZATION=api._credentials["HTTP_AUTHORIZATION"][:-1] + "x")
    assert api.get("/api/v1/me/").status_code == 401


def test_a_key_ends_when_revoked_expired_or_its_membership_does(api, key, world):
    token = key("supplier")
    assert api.get("/api/v1/me/").status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(expires_at=now() - timedelta(seconds=1))
    assert api.get("/api/v1/me/").status_code == 401
    token = key("supplier")
    verbs.revoke_token(token, by=world.actor("supplier"), at=now())
    assert api.get("/api/v1/me/").status_code == 401
    key("supplier")
    verbs.end_membership(world.users["supplier"].memberships.get(), by=SEED, at=world.at)
    assert api.get("/api/v1/me/").status_code == 401


def test_a_key_in_a_seat_acts_there_and_nowhere_else(api, world):
    """Of somebody with an organisation and two seats the key has one seat, and ends with it."""
    user, at = world.users["supplier"], now()
    seat = verbs.seat_member(world.panel, user, capacity="member", by=SEED, at=world.at)
    verbs.seat_member(world.security, user, capacity="member", by=SEED, at=world.at)
    actor = actor_for(user, at=at)
    token, text = verbs.create_token(name="votes", days=9, may_write=True, committee=world.panel, by=actor, at=at)
    assert (token.acts_for, token.organisation) == ("Panel", None)
    api.credentials(HTTP_AUTHORIZATION=f"Token {text}")
    me = api.get("/api/v1/me/").json()
    assert (me["organisation"], me["roles"], me["suppliers"]) == ("", [], [])
    assert me["permissions"] == ["read_portal"]
    assert api.get(APPOINTMENTS).json()["count"] == 0
    verbs.end_seat(seat, by=SEED, at=world.at)
    assert api.get("/api/v1/me/").status_code == 401


def test_a_key_acts_for_an_organisation_or_a_committee_never_for_both_or_none(world, key):
    key("supplier")
    for changes in ({"committee": world.panel}, {"organisation": None}):
        with pytest.raises(IntegrityError, match="a_key_acts_for_one"), transaction.atomic():
            ApiToken.objects.update(**changes)


def test_a_key_that_may_only_read_changes_nothing(api, key, world):
    key("supplier", may_write=False)
    assert api.get(APPOINTMENTS).json()["count"] == 1
    answer = api.post(f"{APPOINTMENTS}{world.appointment.pk}/end/")
    assert (answer.status_code, answer.json()["reason"]) == (403, "This key may only read.")


def test_an_agent_is_appointed_and_ended_by_key(api, key, world):
    key("small_supplier")
    made = api.post(APPOINTMENTS, {"rsa": "meterwrights"}, format="json")
    assert (made.status_code, made.json()["supplier"]) == (201, "fernlight-energy")
    again = api.post(APPOINTMENTS, {"rsa": "meterwrights"}, format="json")
    assert (again.status_code, again.json()["error"]) == (409, "This cannot be done now")
    end = f"{APPOINTMENTS}{made.json()['id']}/end/"
    assert api.post(end, {"version": 9}, format="json").status_code == 409
    ended = api.post(end, {"version": 1, "why": "moved"}, format="json")
    assert ended.json()["ends_at"] is not None
    last = Entry.objects.filter(verb="end_appointment").get()
    assert (last.channel, last.token, last.why) == ("api", ApiToken.objects.get().__str__(), "moved")


def test_wrong_input_names_its_fields(api, key):
    key("supplier")
    answer = api.post(APPOINTMENTS, {"rsa": "heron-power"}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["rsa"]
    broken = api.post(APPOINTMENTS, "{", content_type="application/json")
    assert (broken.status_code, broken.json()["fields"]) == (400, {})
    listed = api.post(APPOINTMENTS, [1], format="json")
    assert listed.status_code == 400


def test_refusals_are_journalled(api, key, world):
    key("rsa")
    answer = api.post(f"{APPOINTMENTS}{world.appointment.pk}/end/", {}, format="json")
    assert answer.status_code == 403
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.subject_text, entry.why) == ("refused", "appointment-end", answer.json()["reason"])


def test_other_organisations_rows_are_404(api, key, world):
    key("other_supplier")
    for answer in (
        api.get(f"{APPOINTMENTS}{world.appointment.pk}/"),
        api.post(f"{APPOINTMENTS}{world.appointment.pk}/end/", {}, format="json"),
    ):
        assert (answer.status_code, answer.json()["error"]) == (404, "Not found")
    assert Appointment.objects.get().ends_at is None


def test_who_acts_for_no_organisation_appoints_nobody(sign_in):
    client = sign_in("chair")
    assert client.post(APPOINTMENTS, {"rsa": "meterwrights"}, content_type="application/json").status_code == 404


def test_a_session_calls_too_but_not_forged(api, world):
    api.force_login(world.users["supplier"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert api.get("/api/v1/me/").json()["name"] == "Supplier"
    assert api.post(APPOINTMENTS, {"rsa": "meterwrights"}, format="json").status_code == 403


def test_methods_and_kinds_nobody_offers(api, key):
    key("supplier")
    assert api.delete(APPOINTMENTS).status_code == 405
    assert api.get("/api/v1/me/", HTTP_ACCEPT="text/html").status_code == 406


def test_places_are_set_by_api(sign_in, world):
    client = sign_in("secretary")
    body = {"places": {"gas_network": 2}, "version": world.panel.version}
    made = client.post("/api/v1/committees/panel/places/", body, content_type="application/json")
    assert (made.status_code, made.json()["places"]) == (200, {"gas_network": 2})
    stale = client.post("/api/v1/committees/panel/places/", body, content_type="application/json")
    assert stale.status_code == 409


def test_organisations_and_committees_are_read_by_who_may(sign_in, world, django_assert_max_num_queries):
    client = sign_in("observer")
    names = [row["name"] for row in client.get("/api/v1/organisations/").json()["results"]]
    assert names == sorted(names)
    assert client.get("/api/v1/organisations/heron-power/").json()["kind"] == "supplier"
    with django_assert_max_num_queries(10):
        rows = client.get("/api/v1/committees/").json()["results"]
    assert [row["slug"] for row in rows] == ["panel", "security-sub-committee"]
    assert len(rows[0]["seats"]) == 6
    verbs.end_membership(world.users["observer"].memberships.get(), by=SEED, at=world.at)
    assert client.get("/api/v1/organisations/").json()["results"] == []
    assert client.get("/api/v1/committees/").json()["results"] == []


def test_messages_are_read_by_key(api, key, world):
    key("rsa")
    (row,) = [row for row in api.get("/api/v1/messages/").json()["results"] if row["kind"] == "people.agent_appointed"]
    assert row["body"] is None
    opened = api.post(f"/api/v1/messages/{row['id']}/read/")
    assert "has appointed Meterwrights" in opened.json()["body"]


def test_the_description_is_valid_and_names_every_error(client, db):
    schema = client.get(reverse("api-schema"), HTTP_ACCEPT="application/json").json()
    validate(schema)
    end = schema["paths"]["/api/v1/appointments/{id}/end/"]["post"]
    assert set(end["responses"]) == {"200", "400", "401", "403", "404", "409"}
    assert end["responses"]["409"]["content"]["application/json"]["schema"]["$ref"].endswith("Refusal")
    assert set(schema["components"]["securitySchemes"]) == {"key", "session"}


def test_the_viewer_is_served_without_inline_script(client, db):
    page = client.get(reverse("api-docs")).content.decode()
    assert "swagger-ui" in page
    assert client.get(reverse("api-docs"), {"script": ""}).status_code == 200


def test_too_many_calls_are_told_when_to_come_back(api, key, monkeypatch):
    monkeypatch.setitem(UserRateThrottle.THROTTLE_RATES, "user", "2/min")
    key("supplier")
    answers = [api.get("/api/v1/me/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
