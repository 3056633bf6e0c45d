"""Two marker votes in an open ballot, searched for in everything the portal shows, sends, writes or logs, as everybody.

Nothing may be found before close but by the voter who asks for the own vote; after publication the reasons are
where they should be. The searches are run on what is known to hold the markers too, so that a blind search fails.
"""

import base64
import logging
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib import admin
from django.core import mail
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter
from redis import Redis

from portal.delivery.mail import mail_of
from portal.delivery.models import Delivery, Message
from portal.delivery.tasks import deliver_all
from portal.journal.models import Entry
from releases.ballots import verbs
from releases.ballots.models import Ballot, Vote
from releases.ballots.verbs.settling import CLERK
from tests.factories import ballots as acts
from tests.factories.ballots import Matter
from tests.factories.fixtures import BACKEND
from tests.factories.world import PASSWORD
from tests.matrix.table import ROWS
from tests.matrix.test_matrix import ask, rolled_back
from tests.matrix.things import AUDIENCES, Things, everything

pytestmark = pytest.mark.django_db  # also so that the test database is made when this file is run alone
BY_VERB, BY_PAGE = "quokkamarker4711", "numbatmarker0815"
MARKERS = (BY_VERB, BY_PAGE)
RANDOM = re.compile(r"[0-9a-zA-Z]{32,}|(?<=/inbox/)\d+")
OWN = ("ballots:read_own_vote", "member")  # the one who may read it: its voter
ONCE = 100  # objects of one kind that the administration is asked for


def forms_of(marker: str) -> set[bytes]:
    """Return the ways in which a text may hide in bytes."""
    plain = marker.encode()
    shifted = {base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)}
    return {plain, plain.upper(), plain.hex().encode(), plain.hex().upper().encode(), plain[::-1], *shifted}


FORMS = frozenset().union(*(forms_of(marker) for marker in MARKERS))


def shows(content: bytes | str) -> bool:
    """Whether a marker is anywhere in this."""
    data = content.encode() if isinstance(content, str) else content
    return any(form in data for form in FORMS)


@pytest.fixture(scope="module")
def things(django_db_setup, django_db_blocker) -> Iterator[Things]:
    with django_db_blocker.unblock(), everything() as made:
        yield made


@pytest.fixture(scope="module")
def matter(things: Things) -> Matter:
    """The open ballot on its second day, before anybody's marker vote."""
    ballot = ballot_of(things)
    matter = Matter(things.world, None, ballot.release, None, ballot.opened_at)  # nothing of the catalogue is asked
    matter.later(hours=2)
    return matter


def ballot_of(things: Things) -> Ballot:
    return Ballot.objects.get(reference=things.kwargs["open_ballot"]["reference"])


@pytest.fixture(scope="module")
def trace(things: Things, matter: Matter) -> str:
    """Cast both votes, one by the verb and one by the pages; return every log line and SQL statement of it."""
    lines: list[str] = []
    handler = logging.Handler(level=logging.DEBUG)
    handler.emit = lambda record: lines.append(f"{record.getMessage()} {record.__dict__}")
    root = logging.getLogger()
    level, disabled = root.level, logging.root.manager.disable
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.disable(logging.NOTSET)
    try:
        with CaptureQueriesContext(connection) as queries:
            acts.cast(matter, ballot_of(things), "member", "retest", reason=f"Because {BY_VERB}.")
            cast_by_page(things)
    finally:
        logging.disable(disabled)
        root.setLevel(level)
        root.removeHandler(handler)
    lines += [query["sql"] for query in queries.captured_queries]
    return "\n".join(lines)


def cast_by_page(things: Things) -> None:
    client, reference = Client(), ballot_of(things).reference
    client.force_login(things.world.users["third_member"], backend=BACKEND)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(f"/ballots/{reference}/declare/", {"has_interest": "no"})
    paper = {"choice": "reject", "reason": f"Because {BY_PAGE}.", "seen": 0}
    checked = client.post(f"/ballots/{reference}/vote/", paper)
    assert shows(checked.content)  # the voter checks the own paper: so the search sees a marker where there is one
    cast = client.post(f"/ballots/{reference}/vote/cast/", paper)
    assert cast.status_code == 302
    assert Vote.objects.filter(entitlement__ballot__reference=reference).count() == 3


def body(response: HttpResponse) -> bytes:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content + repr(dict(response.headers)).encode() + str(response.cookies).encode()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.route}")
def test_no_route_shows_a_vote_to_anybody_but_its_voter(things, trace, row):
    found = set()
    for audience, client in things.clients.items():
        with rolled_back(client):
            if shows(body(ask(client, row, things))):
                found.add((row.route, audience))
    assert found <= {OWN}


def test_its_voter_reads_it_alone(things, trace):
    address = reverse("ballots:read_own_vote", kwargs=things.kwargs["open_ballot"])
    seen = set()
    for audience, client in things.clients.items():
        with rolled_back(client):
            if shows(body(client.post(address))):
                seen.add(audience)
    assert seen == {"member"}


def addresses_of(ballot: Ballot) -> list[str]:
    """The pages and the API about this very ballot, and those shared by all that tell of it."""
    return [
        *(f"/ballots/{ballot.reference}/{page}" for page in ("", "turnout/", "receipt/", "vote/", "declare/")),
        f"/ballots/objections/{ballot.objections.get().reference}/",
        f"/releases/{ballot.release.reference}/",
        f"/gates/{ballot.release.reference}/",
        f"/api/v1/ballots/{ballot.reference}/",
        "/",
        "/inbox/",
        "/calendar/",
    ]


def test_no_page_about_this_ballot_shows_a_vote(things, trace):
    """The routes again, on the very ballot, objection and release of the votes."""
    for audience, client in things.clients.items():
        for address in addresses_of(ballot_of(things)):
            with rolled_back(client):
                assert not shows(body(client.get(address, follow=True))), f"{address} as {audience}"


def test_the_administration_shows_no_vote(things, trace):
    client, asked = things.clients["administrator"], 0
    for model, _ in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses = [reverse(f"{name}_changelist")]
        for row in model._default_manager.all()[:ONCE]:
            addresses += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history")]
        for address in addresses:
            with rolled_back(client):
                assert not shows(body(client.get(address))), address
            asked += 1
    assert asked > 100


def test_no_message_shows_a_vote(things, trace):
    deliver_all()
    assert Delivery.objects.filter(message__body__contains=ballot_of(things).reference).exists()
    for delivery in Delivery.objects.select_related("message"):
        sent = mail_of(delivery, None)
        assert not shows(f"{delivery.message.subject} {delivery.message.body} {sent.subject} {sent.body}")
    for sent in mail.outbox:
        assert not shows(sent.message().as_bytes())


def test_no_log_line_and_no_statement_shows_a_vote(things, trace):
    assert 'INSERT INTO "ballots_vote"' in trace
    assert not shows(trace)


def test_no_table_holds_a_vote_in_the_clear(things, trace):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE sweep_control AS SELECT %s AS kept", [f"Because {BY_VERB}."])
        assert tables_that_show(cursor) == ["sweep_control"]
        cursor.execute("DROP TABLE sweep_control")


def tables_that_show(cursor) -> list[str]:
    """Return the tables, history and journal among them, with a marker in any column; bytes are searched as hex."""
    cursor.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    )
    forms = [f"%{form.decode()}%" for form in FORMS]
    found = []
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} t WHERE t::text LIKE ANY(%s))", [forms])  # noqa: S608  # names from the catalogue
        if cursor.fetchone() == (True,):
            found.append(table.rpartition(".")[2])
    return found


def test_no_file_and_no_cache_holds_a_vote(things, trace):
    for path in Path(settings.VAR_DIR).rglob("*"):
        assert not path.is_file() or not shows(path.read_bytes()), path
    cache.set("sweep-control", BY_VERB)
    stores = [Redis.from_url(url) for url in (settings.REDIS_URL, settings.CACHES["default"]["LOCATION"])]
    keys = [(store, key) for store in stores for key in store.scan_iter()]
    found = {key for store, key in keys if store.type(key) == b"string" and shows(store.get(key) or b"")}
    assert len(found) == 1 and b"sweep-control" in found.pop()
    for store, key in keys:
        if store.type(key) == b"list":
            assert not any(shows(entry) for entry in store.lrange(key, 0, -1)), key


LOOKERS = ("manager", "supplier", "secretary", "chair", "member", "observer", "administrator")
VARIANTS = (("proceed", "No."), ("reject", "A much longer reason. " * 80))


def test_nothing_of_what_is_voted_shows_in_length_work_or_rows(things, trace, matter):
    """Two votes as different as can be: every answer to everybody, and what was done for it, is the same."""
    with time_machine.travel(timezone.now(), tick=False):  # pages tell the time, and sessions remember it
        first, second = (seen_after(things, matter, *variant) for variant in VARIANTS)
    assert len(first) > 40
    assert {key for key in first if first[key] != second[key]} == set()


def seen_after(things: Things, matter: Matter, choice: str, reason: str) -> dict[tuple[str, str], object]:
    """Change a vote by the pages, look at all that tells of it as everybody, forget it; return what was seen."""
    ballot = ballot_of(things)
    asked = {"choice": choice, "reason": reason, "seen": casts_of_member(ballot)}
    seen: dict[tuple[str, str], object] = {}
    with rolled_back(things.clients["member"]):
        acts.set_clock(matter.at)
        seen["member", "cast"] = told(things.clients["member"], f"/ballots/{ballot.reference}/vote/cast/", asked)
        for address in told_of(ballot):
            for audience in LOOKERS:
                seen[audience, address] = told(things.clients[audience], address)
        last = Vote.objects.latest("pk")
        seen["row", "sizes"] = (len(bytes(last.sealed)), len(last.receipt))
        journalled, mailed = Entry.objects.latest("pk"), Message.objects.filter(kind="ballots.receipt").latest("pk")
        seen["row", "journal"] = same(f"{journalled.verb} {journalled.why} {journalled.data}")
        seen["row", "mail"] = same(f"{mailed.subject} {mailed.body}")
    return seen


def told_of(ballot: Ballot) -> list[str]:
    """Those of the addresses that tell of a cast: that it was made, by whom, how many there are."""
    own = [f"/ballots/{ballot.reference}/{page}" for page in ("", "turnout/", "receipt/")]
    return [*own, f"/api/v1/ballots/{ballot.reference}/", "/", "/inbox/"]


def casts_of_member(ballot: Ballot) -> int:
    return Vote.objects.filter(entitlement__ballot=ballot, entitlement__name="Member").count()


def told(client: Client, address: str, sent: dict[str, object] | None = None) -> tuple[int, str, int]:
    """Ask, and return the status, the answer without what is new each time, and how many statements it took."""
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address) if sent is None else client.post(address, sent)
    return response.status_code, same(body(response).decode()), len(queries)


def same(text: str) -> str:
    """The text with every new word (key, token, hash, number of a message) as dots: a length would still show."""
    return RANDOM.sub(lambda found: "." * len(found[0]), text)


def test_an_error_report_shows_no_vote(things, trace):
    """Casting fails in the depths of sealing, its answers in every frame: the report names none of them."""
    client, ballot = things.clients["member"], ballot_of(things)
    reports: list[str] = []

    def report(sender, request, **_):
        reporter = ExceptionReporter(request, *sys.exc_info())
        reports.extend((reporter.get_traceback_text(), reporter.get_traceback_html()))

    got_request_exception.connect(report)
    client.raise_request_exception = False
    try:
        with rolled_back(client):
            Ballot.objects.filter(pk=ballot.pk).update(public_key=b"no key")
            asked = {"choice": "reject", "reason": f"Because {BY_VERB}.", "seen": casts_of_member(ballot)}
            assert client.post(f"/ballots/{ballot.reference}/vote/cast/", asked).status_code == 500
    finally:
        client.raise_request_exception = True
        got_request_exception.disconnect(report)
    text, html = reports
    assert "in seal" in text and "in cast" in text and "********************" in html
    assert not shows(text) and not shows(html)


def test_after_publication_the_reasons_are_where_they_should_be(things, trace, matter):
    """The control of the sweep: at close the votes are opened, and the determination gives the reasons."""
    client = things.clients["supplier"]
    with rolled_back(client):
        ballot = ballot_of(things)
        acts.declare(matter, ballot, "deputy")
        paper = verbs.Paper(choice="retest", reason="A third vote makes the quorum.")
        verbs.cast(ballot, paper=paper, by=matter.actor("deputy"), at=matter.at)
        ballot.refresh_from_db()
        matter.until(ballot.closes_at + timedelta(seconds=1))
        ballot = verbs.close(ballot, by=CLERK, at=matter.at)
        with connection.cursor() as cursor:
            assert tables_that_show(cursor) == ["ballots_tally"]
        verbs.publish(ballot, reasons="Heard.", minority_statement="", by=matter.actor("secretary"), at=matter.at)
        address = reverse("ballots:determination", args=[ballot.determination.reference])
        for audience in AUDIENCES:
            response = things.clients[audience].get(address)
            if response.status_code == 200:
                assert BY_VERB in response.content.decode() and BY_PAGE in response.content.decode(), audience
        assert client.get(address).status_code == 200
