"""Errors carry the same headers as pages, and say no more than they should."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.csp import EXCEPTIONS
from tests.matrix.routes import every_route
from tests.matrix.test_matrix import check_headers


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/nothing/here/", "/api/v1/nothing/", "/releases/DCC-9999/", "/%00/", "/admin/nothing/"]
)
def test_what_is_not_there(client, path):
    response = client.get(path)
    assert response.status_code in (302, 401, 404)
    check_headers(response, "admin:" if path.startswith("/admin/") else "")


@pytest.mark.django_db
def test_a_refused_act(sign_in):
    response = sign_in("supplier").get(reverse("people:create_committee"))
    assert response.status_code == 403
    check_headers(response, "people:create_committee")


@pytest.mark.django_db
def test_a_forged_form(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["supplier"], backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.post(reverse("people:act_for"), {"organisation": 1})
    assert response.status_code == 403
    check_headers(response, "people:act_for")


@pytest.mark.django_db
def test_a_fault_of_our_own_says_nothing(world, settings):
    settings.ROOT_URLCONF = "tests.portal.broken_urls"
    response = Client(raise_request_exception=False).get("/broken/")
    assert response.status_code == 500
    assert b"secret detail" not in response.content
    check_headers(response, "")


def test_every_exception_from_the_policy_covers_a_route_and_has_a_reason():
    names = [route.name for route in every_route()]
    for exception in EXCEPTIONS:
        assert any(exception.covers(name) for name in names)
        assert exception.reason.endswith(".")


@pytest.mark.django_db
def test_the_second_factor_page_may_draw_its_code(sign_in):
    client = sign_in("supplier")
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    policy = client.get(reverse("mfa_activate_totp"))["Content-Security-Policy"]
    assert "img-src 'self' data:" in policy
    assert "unsafe-inline" not in policy


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client, world):
    client.post("/accounts/login/", {"login": "supplier@portal.example", "password": "correct horse battery"})
    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
