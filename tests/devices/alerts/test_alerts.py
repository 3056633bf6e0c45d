"""One alert for each activation and responsible supplier: whose, in which order, exactly once."""

import csv
import io
from functools import partial

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from devices.alerts import queries, verbs
from devices.alerts.models import Position
from devices.alerts.reading import Cursor
from devices.rollouts import verbs as rollouts
from devices.rollouts.models import ActivationBlock, Batch, HubUpdate, HubUpdateEvent
from devices.rollouts.states import HubState
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.errors import NotAllowed
from releases.products.models import Cell
from tests.factories.queries import same_queries
from tests.html import mistakes

pytestmark = pytest.mark.django_db
PAGE, API = "/fleet/alerts/", "/api/v1/activation-alerts/"


def read(world, who: str, *, at, start: Cursor | None = None, size: int = 40) -> list[queries.Alert]:
    """Every alert from a place on, page by page."""
    found, following, more = [], start or Cursor(), True
    while more:
        page = queries.page(world.actor(who, at=at), following, size)
        assert len(page.rows) <= size
        found, following, more = found + page.rows, page.following, page.more
    return found


def activated(rollout) -> list[HubUpdate]:
    """The hub rows of a rollout whose last event says that they activated."""
    slots = HubUpdateEvent.objects.filter(rollout=rollout, state=HubState.ACTIVATED).values_list("slot", flat=True)
    assert len(slots) == len(set(slots))
    return list(HubUpdate.objects.filter(rollout=rollout, slot__in=list(slots)).select_related("hub"))


def owed(rollout) -> list[tuple[str, int]]:
    """Hub and supplier of every alert owed, worked out from hub rows and events alone."""
    cells = Cell.objects.in_bulk()
    return sorted(
        (row.hub.chf, supplier)
        for row in activated(rollout)
        for supplier in {cells[row.cell].electricity_supplier_id, cells[row.cell].gas_supplier_id} - {None}
    )


@pytest.fixture
def done(road, monkeypatch):
    """A finished rollout in small blocks, its activations in order."""
    monkeypatch.setattr(queries, "BLOCKS_AT_ONCE", 1)
    road.finish()
    assert verbs.number() == ActivationBlock.objects.count() > 1
    assert verbs.number() == 0
    return road


# Exactly once


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_every_activation_tells_each_responsible_supplier_once(world, done, size):
    found = read(world, "manager", at=done.at, size=size)
    assert sorted((one.chf, one.supplier.pk) for one in found) == owed(done.rollout)
    assert [one.place for one in found] == sorted(one.place for one in found)
    assert {(one.version, one.rollout, one.at) for one in found} <= {
        (done.rollout.release.firmware_version, done.rollout, event.at)
        for event in HubUpdateEvent.objects.filter(rollout=done.rollout, state=HubState.ACTIVATED)
    }


def test_blocks_are_the_event_log(done):
    """Hubs and times of the blocks are those of the events written beside them; their order has no gap."""
    events = HubUpdateEvent.objects.filter(rollout=done.rollout, state=HubState.ACTIVATED).values_list("slot", "at")
    noted = []
    for block in ActivationBlock.objects.filter(rollout=done.rollout).select_related("batch"):
        slots = np.flatnonzero(np.unpackbits(np.frombuffer(block.activated, np.uint8)))
        assert len(slots) == block.hubs
        noted += [(block.batch.low + int(slot), block.at) for slot in slots]
    assert sorted(noted) == sorted(events)
    numbers = list(Position.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_step_delivered_again_tells_nobody_again(world, road):
    road.deploy()
    road.activate()
    while not ActivationBlock.objects.exists():
        due = Batch.objects.filter(rollout=road.rollout, due_at__lte=road.at).values_list("pk", "phase")
        for batch, phase in list(due) * 3:
            rollouts.step(batch, phase, at=road.at)
        rollouts.advance(road.fresh(), by=road.manager, at=road.at)
    verbs.number()
    found = read(world, "manager", at=road.at)
    assert sorted((one.chf, one.supplier.pk) for one in found) == owed(road.rollout)


def test_reading_on_meets_what_came_since(world, road):
    """Also the counts by day, of which only what is new is read."""
    road.deploy()
    road.activate()
    found, cursor = [], Cursor()
    while road.fresh().state != "finished":
        road.turn()
        verbs.number()
        page = queries.page(world.actor("manager", at=road.at), cursor, 1_000)
        found, cursor = found + page.rows, page.following
        assert sum(day.alerts for day in queries.days(world.actor("manager", at=road.at))) == len(found)
        assert queries.page(world.actor("manager", at=road.at), cursor, 1_000).following == cursor
    assert sorted((one.chf, one.supplier.pk) for one in found) == owed(road.rollout)


def test_blocks_and_their_order_are_never_changed(done):
    for statement in (
        "DELETE FROM rollouts_activationblock",
        "UPDATE rollouts_activationblock SET at = now()",
        "DELETE FROM alerts_position",
        "UPDATE alerts_position SET number = number + 1",
    ):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# Whose


def test_suppliers_read_their_own_and_agents_of_who_appointed_them(world, done):
    mine = read(world, "supplier", at=done.at)
    assert {one.supplier for one in mine} == {world.organisation("heron")}
    expected = [pair for pair in owed(done.rollout) if pair[1] == world.organisation("heron").pk]
    assert sorted((one.chf, one.supplier.pk) for one in mine) == expected
    assert {one.fuels for one in mine} >= {("electricity", "gas"), ("electricity",)}
    gas = read(world, "other_supplier", at=done.at)
    assert {(one.supplier.name, one.fuels) for one in gas} == {("Osprey Gas", ("gas",))}
    assert len(mine) + len(gas) == len(owed(done.rollout))
    assert read(world, "small_supplier", at=done.at) == []
    assert read(world, "rsa", at=done.at) == mine
    people.end_appointment(world.appointment, by=world.actor("supplier", at=done.at), at=done.at)
    assert read(world, "rsa", at=done.at) == []


def test_a_csp_reads_its_region(world, done):
    north = {row.hub.chf for row in activated(done.rollout) if Cell.objects.get(number=row.cell).region == "north"}
    assert {one.chf for one in read(world, "csp_north", at=done.at)} == north
    assert north


def test_a_reader_of_little_goes_on_by_turns(world, done, monkeypatch):
    monkeypatch.setattr(queries, "MOST_TURNS", 1)
    first = queries.page(world.actor("small_supplier", at=done.at), Cursor(), 10)
    assert (first.rows, first.more, first.following) == ([], True, Cursor(2))
    assert read(world, "small_supplier", at=done.at) == []
    assert len(queries.newest(world.actor("manager", at=done.at), 1_000)) < len(owed(done.rollout))


def test_the_latest_come_last_first(world, done):
    everything = read(world, "supplier", at=done.at)
    assert queries.newest(world.actor("supplier", at=done.at), 30) == everything[::-1][:30]
    assert queries.newest(world.actor("supplier", at=done.at), 1_000) == everything[::-1]


# Page and file


def text(answer) -> str:
    return answer.content.decode()


def test_the_page_counts_days_and_shows_the_latest(sign_in, set_clock, world, done):
    set_clock(done.at)
    client = sign_in("supplier")
    page = text(client.get(PAGE))
    assert not mistakes(page)
    mine = read(world, "supplier", at=done.at)
    (day,) = queries.days(world.actor("supplier", at=done.at))
    assert (day.hubs, day.alerts, day.rollout) == (len(mine), len(mine), done.rollout)
    assert page.count("/hubs/") >= 25
    assert "31 January 2017" in page
    (all_of_it,) = queries.days(world.actor("manager", at=done.at))
    assert (all_of_it.hubs, all_of_it.alerts) == (len(activated(done.rollout)), len(owed(done.rollout)))
    assert "No alerts yet" in text(sign_in("small_supplier").get(PAGE))


def test_it_is_found_where_people_look(sign_in, set_clock, done):
    set_clock(done.at)
    client = sign_in("supplier")
    rollout = reverse("rollouts:rollout", args=[done.rollout.reference])
    for url in (reverse("fleet:fleet"), reverse("people:organisation"), rollout):
        assert f'href="{PAGE}"' in text(client.get(url))
    assert f'href="{PAGE}"' not in text(sign_in("observer").get(rollout))


def test_a_day_is_a_file_and_is_journalled(sign_in, set_clock, settings, world, done, monkeypatch):
    settings.ACTIVATION_ALERT_CODE = "8F99"
    set_clock(done.at)
    client = sign_in("supplier")
    sent = client.get("/fleet/alerts/2017-01-31.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    mine = read(world, "supplier", at=done.at)
    assert [row["Hub (CHF)"] for row in rows] == [one.chf for one in mine]
    assert {row["Code"] for row in rows} == {"8F99"}
    assert {row["Supplies"] for row in rows} == {"electricity", "electricity and gas"}
    assert Entry.objects.get(verb="export").data == {"day": "2017-01-31", "rows": len(rows)}
    assert len(b"".join(client.get("/fleet/alerts/2017-01-30.csv").streaming_content).splitlines()) == 1
    assert [client.get(f"/fleet/alerts/{day}.csv").status_code for day in ("today", "9999-12-31")] == [404, 404]
    monkeypatch.setattr("devices.alerts.views.EXPORTS_A_MINUTE", 0)
    assert client.get("/fleet/alerts/2017-01-31.csv").status_code == 429


def test_nobody_else_exports(world, done):
    with pytest.raises(NotAllowed):
        verbs.export_day(done.at.date(), by=world.actor("observer", at=done.at), at=done.at)


# API


def test_the_api_goes_on_from_cursor_to_cursor(sign_in, set_clock, world, done):
    set_clock(done.at)
    client = sign_in("supplier")
    url, found, answer = f"{API}?limit=50", [], {"more": True}
    while answer["more"]:
        answer = client.get(url).json()
        found, url = found + answer["results"], answer["next"]
    mine = read(world, "supplier", at=done.at)
    assert [row["id"] for row in found] == [str(one.place) for one in mine]
    assert found[0] | {"id": "", "at": "", "chf": "", "fuels": []} == {
        "id": "",
        "code": "8F43",
        "at": "",
        "chf": "",
        "version": "0A010200",
        "release": done.rollout.release.reference,
        "rollout": done.rollout.reference,
        "supplier": "Heron Power",
        "fuels": [],
    }
    again = client.get(API, {"after": answer["cursor"]}).json()
    assert (again["results"], again["cursor"], again["more"]) == ([], answer["cursor"], False)
    assert len(client.get(API).json()["results"]) == 100


@pytest.mark.parametrize(
    ("query", "said"),
    [({"after": "x"}, "after is no cursor"), ({"limit": "0"}, "limit is"), ({"limit": "1001"}, "from 1 to 1,000")],
)
def test_what_cannot_be_read_is_said(sign_in_then, world, query, said):
    answer = sign_in_then("supplier").get(API, query)
    assert (answer.status_code, said in text(answer)) == (400, True)


@pytest.mark.parametrize("url", [PAGE, API])
def test_it_costs_the_same_for_one_and_three(sign_in, set_clock, done, monkeypatch, url):
    monkeypatch.setattr(queries, "BLOCKS_AT_ONCE", 8)
    set_clock(done.at)
    client = sign_in("supplier")
    with same_queries() as cost:
        for count in (1, 3):
            monkeypatch.setattr("devices.alerts.views.SHOWN", count)
            answer = cost.of(partial(client.get, url, {"limit": count}))
            assert text(answer).count('<th scope="row"' if url == PAGE else '"chf"') == count + (url == PAGE)
