"""The list of hubs: whose, by what, in which order, and what its counts say."""

import csv
import io

import pytest
from django.urls import reverse

from devices.enquiries import listing, verbs
from devices.enquiries.listing import Chosen, Fleet
from devices.fleet.models import Hub
from devices.rollouts.models import HubUpdate
from devices.rollouts.states import HubState
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.errors import NotAllowed
from releases.products.models import Cell, FirmwareVersion
from tests.factories.queries import same_queries
from tests.factories.releases import OLD
from tests.factories.rollouts import hubs_by_state
from tests.html import mistakes

pytestmark = pytest.mark.django_db
PAGE, API = "/hubs/list/", "/api/v1/hubs/"
NEW = "0A010200"


def pages(world, chosen: Chosen, *, who: str = "supplier", at=None, size: int = 40) -> list[list[int]]:
    """The hubs of every page, by number."""
    found, following = [], 0
    while following is not None:
        moment = at or world.at
        _, listed = verbs.list_hubs(chosen, by=world.actor(who, at=moment), at=moment, after=following, size=size)
        found.append([answer.hub.pk for answer in listed.rows])
        following = listed.following
    return found


def hubs(*cells: Cell) -> list[int]:
    return list(
        Hub.objects.filter(cell__in=[cell.number for cell in cells]).order_by("pk").values_list("pk", flat=True)
    )


def text(answer) -> str:
    return answer.content.decode()


# Whose hubs, in which order


def test_a_supplier_lists_every_hub_of_its_homes_once(world, catalogue, served, monkeypatch):
    monkeypatch.setattr(listing, "STRETCH", 30)
    own = [cell for name, cell in catalogue.cells.items() if name != "birch"]
    found = pages(world, Chosen())
    assert [number for page in found for number in page] == hubs(*own)
    assert {len(page) for page in found[:-1]} == {40}
    assert pages(world, Chosen(), size=10_000) == [hubs(*own)]


def test_an_agent_lists_while_it_is_appointed(world, catalogue, served):
    assert pages(world, Chosen(), who="rsa") == pages(world, Chosen())
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    with pytest.raises(NotAllowed, match="Hubs are shown to their suppliers"):
        pages(world, Chosen(), who="rsa")


def test_a_csp_lists_its_region_and_dcc_all(world, catalogue, served):
    north = [cell for cell in catalogue.cells.values() if cell.region == "north"]
    assert pages(world, Chosen(), who="csp_north", size=10_000) == [hubs(*north)]
    assert pages(world, Chosen(), who="manager", size=10_000) == [hubs(*catalogue.cells.values())]
    south = Chosen(regions=("south",))
    assert pages(world, south, who="csp_north") == [[]]


def test_a_search_that_finds_little_goes_on_by_stretches(world, catalogue, served, monkeypatch):
    monkeypatch.setattr(listing, "STRETCH", 50)
    monkeypatch.setattr(listing, "MOST_STRETCHES", 2)
    found = pages(world, Chosen(regions=("south",)))
    assert [number for page in found for number in page] == hubs(
        *(cell for cell in catalogue.cells.values() if cell.region == "south")
    )
    assert len(found) >= Hub.objects.count() // 100


# In a rollout


def test_a_rollout_is_listed_by_state_and_wave(world, catalogue, road, monkeypatch):
    monkeypatch.setattr(listing, "BATCHES_AT_ONCE", 1)
    road.deploy()
    rollout, at = road.rollout, road.at
    rows = HubUpdate.objects.filter(rollout=rollout).order_by("slot")
    deployed = rows.filter(state=HubState.DEPLOYED)
    states = frozenset({HubState.DEPLOYED})
    south = Cell.objects.filter(region="south").values("number")
    for chosen, expected in (
        (Chosen(rollout), rows),
        (Chosen(rollout, states), deployed),
        (Chosen(rollout, states, wave=1), deployed.filter(wave=1)),
        (Chosen(rollout, frozenset({HubState.EXCLUDED})), rows.none()),
        (Chosen(rollout, regions=("south",)), rows.filter(cell__in=south)),
    ):
        found = pages(world, chosen, at=at)
        assert [number for page in found for number in page] == list(expected.values_list("hub_id", flat=True))
        assert Fleet(chosen, world.actor("supplier", at=at), at).total == expected.count()


def test_counts_by_state_are_those_of_the_rollout_and_by_wave(world, catalogue, road):
    road.deploy()
    actor = world.actor("manager", at=road.at)
    assert Fleet(Chosen(road.rollout), actor, road.at).by_state == hubs_by_state(road.rollout)
    first = Fleet(Chosen(road.rollout, wave=0), actor, road.at)
    assert sum(first.by_state.values()) == 60
    assert Fleet(Chosen(), actor, road.at).by_state == {}


def test_a_hub_that_has_activated_is_listed_with_what_it_runs(world, catalogue, road):
    road.deploy()
    road.activate()
    while not (active := HubUpdate.objects.filter(rollout=road.rollout, state=HubState.ACTIVATED)).exists():
        road.turn()
    count, at = active.count(), road.at
    new = FirmwareVersion.objects.get(hub_model=catalogue.models["alder"], version=NEW)
    for version in (catalogue.versions[f"alder {OLD}"], new):
        fleet = Fleet(Chosen(version=version), world.actor("supplier", at=at), at)
        assert sum(map(len, pages(world, Chosen(version=version), at=at))) == fleet.total
    assert fleet.by_version[new.hub_model.name, NEW] == count == fleet.total


# Page


def test_the_page_lists_filters_and_goes_on(sign_in, set_clock, world, catalogue, road):
    road.deploy()
    set_clock(road.at)
    client = sign_in("supplier")
    page = text(client.get(PAGE))
    assert "Your hubs" in page
    assert "Homes by the version their hub runs" in page
    assert "after=" in page
    assert not mistakes(page)
    chosen = client.get(PAGE, {"state": "deployed", "region": "north"})
    assert road.rollout.reference in text(chosen)
    assert not mistakes(text(chosen))
    later = client.get(PAGE, {"rollout": road.rollout.reference, "after": "60", "wave": "2"})
    assert "First page" in text(later)
    assert "No hub fits" in text(client.get(PAGE, {"state": "excluded", "after": "x"}))
    entry = Entry.objects.filter(verb="list_hubs").latest("pk")
    assert entry.data["choice"] == {"rollout": road.rollout.reference, "states": ["excluded"]}


def test_a_choice_that_cannot_be_made_is_said(sign_in_then, world, catalogue, served):
    client = sign_in_then("supplier")
    version = catalogue.versions[f"alder {OLD}"].pk
    for query, said in (
        ({"state": "deployed"}, "There is no rollout yet"),
        ({"rollout": "x"}, "No such rollout is known to you"),
        ({"state": "lost"}, "A hub has no state “lost”"),
        ({"wave": "0"}, "Wave in it"),
    ):
        for url in (PAGE, "/hubs/list.csv"):
            answer = client.get(url, query)
            assert (answer.status_code, said in text(answer)) == (400, True)
        assert client.get(API, query).status_code == 400
    assert client.get(PAGE, {"version": version}).status_code == 200


def test_a_rollout_and_a_version_together_are_refused(sign_in, set_clock, catalogue, road):
    set_clock(road.at)
    query = {"rollout": road.rollout.reference, "version": catalogue.versions[f"alder {OLD}"].pk}
    assert "not both" in text(sign_in("supplier").get(PAGE, query))


def test_the_csv_has_every_hub_chosen_and_is_journalled(sign_in, set_clock, catalogue, road, monkeypatch):
    monkeypatch.setattr(listing, "EXPORTED_AT_ONCE", 50)
    road.deploy()
    set_clock(road.at)
    client = sign_in("supplier")
    sent = client.get("/hubs/list.csv", {"state": "deployed"})
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    count = HubUpdate.objects.filter(rollout=road.rollout, state=HubState.DEPLOYED).count()
    assert (len(rows), {row["State"] for row in rows}) == (count, {"Deployed"})
    assert {row["Running version"] for row in rows} == {OLD}
    assert Entry.objects.get(verb="export").data["rows"] == count
    everything = client.get("/hubs/list.csv")
    assert len(list(csv.reader(io.StringIO(b"".join(everything.streaming_content).decode())))) > count
    monkeypatch.setattr("devices.enquiries.list_views.EXPORTS_A_MINUTE", 0)
    assert client.get("/hubs/list.csv").status_code == 429


def test_it_is_found_from_the_fleet_and_the_organisation(sign_in_then, world, catalogue, served, monkeypatch):
    client = sign_in_then("supplier")
    for url in (reverse("fleet:fleet"), reverse("people:organisation"), reverse("enquiries:enquire")):
        assert f'href="{PAGE}"' in text(client.get(url))
    monkeypatch.setattr("devices.enquiries.list_views.A_MINUTE", 0)
    assert client.get(PAGE).status_code == 429
    assert f'href="{PAGE}"' not in text(sign_in_then("secretary").get(reverse("people:organisation")))


# API


def test_the_api_goes_on_from_page_to_page(sign_in, set_clock, catalogue, road):
    road.deploy()
    set_clock(road.at)
    client = sign_in("supplier")
    url, found = f"{API}?state=deployed&limit=100", []
    while url:
        answer = client.get(url).json()
        found += [row["chf"] for row in answer["results"]]
        url = answer["next"]
    count = HubUpdate.objects.filter(rollout=road.rollout, state=HubState.DEPLOYED).count()
    assert (len(found), len(set(found)), answer["total"], answer["by_state"]["deployed"]) == (count,) * 4
    place = answer["results"][0]["place"]
    assert (place["state"], place["image_held"], place["rollout"]) == ("Deployed", True, road.rollout.reference)
    assert client.get(f"{API}?region=north&limit=1").json()["results"][0]["place"]["rollout"] == road.rollout.reference


@pytest.mark.parametrize(
    ("query", "name"),
    [("limit=0", "limit"), ("limit=-1", "limit"), ("limit=9999", "limit"), ("limit=x", "limit"), ("after=x", "after")],
)
def test_the_api_says_which_page_cannot_be_had(sign_in, set_clock, catalogue, road, query, name):
    set_clock(road.at)
    answer = sign_in("supplier").get(f"{API}?{query}")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


@pytest.mark.parametrize("query", [{}, {"state": "deployed"}])
@pytest.mark.parametrize("url", [PAGE, API])
def test_it_costs_the_same_for_one_and_three_hubs(sign_in, set_clock, catalogue, road, monkeypatch, url, query):
    road.deploy()
    set_clock(road.at)
    client = sign_in("supplier")
    with same_queries() as cost:
        for count in (1, 3):
            monkeypatch.setattr(verbs, "AT_ONCE", count)
            answer = cost.of(lambda: client.get(url, query))
            assert text(answer).count("wave" if url == API else "<tr>") >= count
