"""Every route, asked by everybody: who gets through, who is refused, who is told there is nothing.

A route missing from the table fails, so that nobody forgets to say who may use a new one. Each answer is also
checked for the security headers, and looking at a page must write nothing but the journal and the session.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.csp import EXCEPTIONS
from tests.matrix.bodies import body_for
from tests.matrix.routes import every_route
from tests.matrix.table import GROUPS, ROWS, Row, people
from tests.matrix.things import AUDIENCES, Things, everything

pytestmark = pytest.mark.django_db  # the test database is made only for tests that say they need it
THROUGH, LOGIN = "through", "sign in"
MAY_BE_WRITTEN = ("django_session", "journal_entry", "people_apitoken", "people_calendarfeed")  # also by looking
WRITES = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


@pytest.fixture(scope="module")
def things(django_db_setup, django_db_blocker) -> Iterator[Things]:
    with django_db_blocker.unblock(), everything() as made:
        yield made


@contextmanager
def rolled_back(client: Client) -> Iterator[list[str]]:
    """Ask inside a savepoint and forget everything, also the cookies; yields the tables written."""
    cache.clear()
    kept = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    written: list[str] = []

    def watch(execute, sql, params, many, context):
        written.extend(WRITES.findall(str(sql)))
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(watch):
        yield written
        transaction.set_rollback(True)
    client.cookies = kept


def ask(client: Client, row: Row, things: Things) -> HttpResponse:
    """Ask for the row's route in its way, with a body that is complete where it matters."""
    url = address(row, things)
    if row.method == "GET":
        return client.get(url)
    sent = things.forms.get(row.sends, {})
    if url.startswith("/api/"):
        body = body_for(url, row.method, {**things.named, **sent})
        return client.generic(row.method, url, json.dumps(body), content_type="application/json")
    return client.post(url, sent)


def outcome(response: HttpResponse) -> str | int:
    """Return what the answer means for the asker: through also where the form or the state was not right."""
    if response.status_code == 401 or response.get("Location", "").startswith("/accounts/login/"):
        return LOGIN
    return THROUGH if response.status_code in (200, 201, 204, 302, 400, 409, 415) else response.status_code


def check_headers(response: HttpResponse, route: str) -> None:
    policy = response["Content-Security-Policy"]
    allowed = {value for row in EXCEPTIONS if row.covers(route) for values in row.adds.values() for value in values}
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    for loose in ("'unsafe-inline'", "'unsafe-eval'", "data:", "*", "http:", "https:"):
        assert loose not in policy.split() + policy.replace(";", " ").split() or loose in allowed, policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == settings.SECURE_REFERRER_POLICY
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def address(row: Row, things: Things) -> str:
    return reverse(row.route, kwargs=things.kwargs[row.about] if row.about else None)


def test_every_route_is_in_the_table():
    listed = {row.route for row in ROWS}
    routes = {route.name for route in every_route() if not route.name.startswith("admin:")}
    assert routes - listed == set(), "say in tests/matrix/table.py who may use these"
    assert listed - routes == set(), "these are gone: take them out of tests/matrix/table.py"


def test_every_row_names_known_people():
    named = {word.removeprefix("-") for row in ROWS for word in f"{row.through} {row.hidden}".split()}
    assert named <= set(AUDIENCES) | set(GROUPS)
    assert not any(people(row.through) & people(row.hidden) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.route}")
def test_who_gets_through(things, row):
    found = {}
    for audience, client in things.clients.items():
        with rolled_back(client) as written:
            response = ask(client, row, things)
            found[audience] = outcome(response)
        check_headers(response, row.route)
        if row.method == "GET":
            assert set(written) <= set(MAY_BE_WRITTEN), f"looking as {audience} writes"
    assert found == {audience: row.expected(audience) for audience in AUDIENCES}


@pytest.mark.parametrize("route", sorted({row.route for row in ROWS}))
def test_no_other_method_does_anything(things, route):
    """What is not in the table is not there, or at least changes nothing, for one who may do most."""
    rows = [row for row in ROWS if row.route == route]
    url, client = address(rows[0], things), things.clients["manager"]
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {row.method for row in rows}:
        with rolled_back(client) as written:
            response = client.generic(method, url)
        check_headers(response, route)
        assert set(written) <= set(MAY_BE_WRITTEN), method
        if method in ("GET", "POST") or url.startswith("/api/"):
            assert response.status_code in (403, 404, 405), method


ADMIN = [route.name for route in every_route() if route.name.startswith("admin:")]


@pytest.mark.parametrize("route", [name for name in ADMIN if name.endswith(("changelist", "add", ":index"))])
def test_the_administration_is_the_administrators(things, route):
    for audience, client in things.clients.items():
        with rolled_back(client):
            response = client.get(reverse(route))
            status = client.get(reverse(route), follow=True).status_code
        check_headers(response, route)
        if audience == "public":
            assert response["Location"].startswith("/admin/login/")
        elif audience == "administrator":
            assert response.status_code in (200, 403)  # 403: nothing is added here
        else:
            assert status == 403
