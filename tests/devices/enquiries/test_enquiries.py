"""Asking hubs what they run: who may, what is answered, and that foreign and unknown are told apart by nobody."""

import csv
import io
from dataclasses import replace

import pytest
from django.urls import reverse

from devices.enquiries import places, queries, verbs
from devices.enquiries.asked import MOST, Asked
from devices.fleet.models import Hub, eui64_text
from devices.rollouts import verbs as rollouts
from devices.rollouts.models import HubUpdate
from devices.rollouts.states import HubState
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.errors import Invalid, NotAllowed
from releases.holds.models import Cause
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from tests.factories.findings import make_hold
from tests.factories.queries import same_queries
from tests.factories.releases import OLD
from tests.factories.rollouts import DEPLOYMENT_DAY
from tests.html import mistakes

pytestmark = pytest.mark.django_db
API = "/api/v1/hubs/"
NEW = "0A010200"
NORTH = Cohort(regions=frozenset({"north"}))
NOBODYS = "FF-00-00-00-00-00-00-02"


def hub_in(catalogue, cell: str, place: int = 0) -> Hub:
    return Hub.objects.filter(cell=catalogue.cells[cell].number).order_by("pk")[place]


def ask(world, *hubs: Hub | int, who: str = "supplier", at=None):
    asked = [Asked("x", hub.eui64 if isinstance(hub, Hub) else hub) for hub in hubs]
    return verbs.enquire(asked, by=world.actor(who, at=at) if at else world.actor(who), at=at or world.at)


def one(hub: Hub) -> str:
    return reverse("enquiries:hub", args=[eui64_text(hub.eui64)])


def text(answer) -> str:
    return answer.content.decode()


# Who is answered what


def test_a_supplier_asks_about_its_own_homes_of_either_fuel(world, catalogue, served):
    own, gas, foreign = (hub_in(catalogue, cell) for cell in ("north", "shared", "birch"))
    found = ask(world, own, gas, foreign, 10**9)
    assert [answer is not None for answer in found] == [True, True, False, False]
    assert all(answer.is_whole for answer in found if answer)
    assert [answer is None for answer in ask(world, own, gas, who="other_supplier")] == [True, False]


def test_an_agent_asks_while_it_is_appointed(world, catalogue, served):
    own = hub_in(catalogue, "north")
    (answer,) = ask(world, own, who="rsa")
    assert answer.is_whole
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    with pytest.raises(NotAllowed, match="No supplier has appointed your organisation"):
        ask(world, own, who="rsa")


def test_dcc_and_the_csp_of_the_region_see_everything_of_theirs(world, catalogue, served):
    north, birch = hub_in(catalogue, "north"), hub_in(catalogue, "birch")
    stored = Hub.objects.exclude(pk__in=[north.pk, birch.pk]).order_by("pk").first()
    Hub.objects.filter(pk=stored.pk).update(cell=None)
    assert all(answer and answer.is_whole for answer in ask(world, north, birch, stored, who="manager"))
    assert [answer is not None for answer in ask(world, north, birch, stored, who="csp_north")] == [True, False, False]


def test_another_dcc_user_gets_the_running_version_of_any_hub(world, catalogue, served, network):
    (answer,) = ask(world, hub_in(catalogue, "north"), who=network)
    assert (answer.is_whole, answer.running_version, answer.holds) == (False, OLD, [])


@pytest.mark.parametrize("who", ["secretary", "chair", "administrator", "observer"])
def test_nobody_else_asks(world, catalogue, served, who):
    with pytest.raises(NotAllowed, match="Only DCC Users"):
        ask(world, hub_in(catalogue, "north"), who=who)


def test_a_gas_proxy_answers_for_its_hub(world, catalogue, served):
    own = hub_in(catalogue, "north")
    (answer,) = ask(world, own.eui64 + 1)
    assert (answer.hub.pk, answer.hub.gpf) == (own.pk, eui64_text(own.eui64 + 1))


def test_every_enquiry_is_journalled(world, catalogue, served):
    own = hub_in(catalogue, "north")
    ask(world, own, 10**9)
    entry = Entry.objects.get(verb="enquire")
    assert (entry.subject_text, entry.data["answered"], entry.organisation_name) == ("2 hubs", 1, "Heron Power")
    assert entry.data["hubs"] == [eui64_text(own.eui64), eui64_text(10**9)]


def test_nothing_and_too_much_are_refused(world, served):
    with pytest.raises(Invalid, match="Give an EUI-64"):
        verbs.enquire([Asked("x", None)], by=world.actor("supplier"), at=world.at)
    many = [Asked("x", number) for number in range(MOST + 1)]
    with pytest.raises(Invalid, match="These are 1,001 hubs: ask for at most 1,000 at once"):
        verbs.enquire(many, by=world.actor("supplier"), at=world.at)


# What is answered


def test_what_is_coming_is_followed_to_its_activation(world, catalogue, road):
    own = hub_in(catalogue, "north")

    def now():
        return ask(world, own, at=road.at)[0]

    planned = now().coming
    assert (planned.words, planned.waits, planned.version) == ("Scheduled", False, NEW)
    road.deploy()
    waiting = now()
    assert (waiting.coming.words, waiting.coming.waits, waiting.running_version) == ("Deployed", True, OLD)
    assert waiting.coming.activates_from == road.rollout.release.planned_activation_at
    assert queries.with_history(waiting).last_contact == waiting.coming.changed_at > own.read_at
    road.activate()
    road.turn()
    assert now().coming.activates_from == road.at
    while HubUpdate.objects.get(hub=own, rollout=road.rollout).state != HubState.ACTIVATED:
        assert road.turn()
    active = now()
    assert (active.running_version, active.inventory_version, active.differs, active.coming) == (NEW, OLD, True, None)
    road.run()
    done = now()
    assert (done.running_version, done.inventory_version, done.differs) == (NEW, NEW, False)
    moves = queries.with_history(done).moves
    assert {"Activated", "Activating"} <= {move.words for move in moves if move.at == road.at}
    assert {"Deployed", "Distributing"} <= {move.words for move in moves if move.at == DEPLOYMENT_DAY}
    assert [move.at for move in moves] == sorted((move.at for move in moves), reverse=True)
    assert {"0: Success", ""} <= {move.answer for move in moves} <= {"0: Success", "", "No answer"}


def test_a_hub_whose_update_ended_has_nothing_coming(world, catalogue, road):
    own = hub_in(catalogue, "north")
    road.deploy()
    HubUpdate.objects.filter(rollout=road.rollout, hub=own).update(state=HubState.FAILED)
    (answer,) = ask(world, own, at=road.at)
    assert (answer.coming, answer.running_version) == (None, OLD)


def test_an_image_that_a_stopped_rollout_left_in_a_hub_is_named(world, catalogue, road, sign_in, set_clock):
    own = hub_in(catalogue, "north")
    road.start()
    road.run()
    (coming,) = ask(world, own, at=road.at)
    assert queries.with_history(coming).left is None
    rollouts.stop(road.fresh(), by=road.manager, at=road.at, why="A better image is coming.")
    assert road.run().state == "stopped"
    set_clock(road.at)
    (answer,) = ask(world, own, at=road.at)
    assert (answer.coming, queries.with_history(answer).left.version, answer.left) == (None, NEW, None)
    assert "will activate it" in text(sign_in("supplier").get(one(own)))
    shown = sign_in("supplier").get(f"{API}{eui64_text(own.eui64)}/").json()
    assert shown["left"] == {
        "rollout": road.rollout.reference,
        "release": road.rollout.release.reference,
        "version": NEW,
        "state": "Excluded",
    }
    assert replace(answer, updates=[]).left is None


def test_a_hub_that_never_took_the_image_holds_none(world, catalogue, road):
    own = hub_in(catalogue, "north")
    road.start()
    rollouts.stop(road.fresh(), by=road.manager, at=road.at, why="A better image is coming.")
    assert road.run().state == "stopped"
    (answer,) = ask(world, own, at=road.at)
    assert queries.with_history(answer).left is None


def test_the_answers_of_a_hub_that_fails_are_in_its_history(world, catalogue, served):
    from_scratch = places._answered
    assert [from_scratch(stage, code) for stage in (0, 1) for code in (None, 0, 3, 4)] == [
        "",
        "0: Success",
        "3: File transfer failure",
        "No answer",
        "",
        "0: Success",
        "3: Activation failure",
        "No answer",
    ]


def test_holds_on_the_cell_are_named_and_a_restricted_cause_is_not(world, catalogue, road):
    hold = make_hold(world, road.rollout.release, cohort=NORTH, at=road.at, cause=Cause.ISSUE, restricted=True)
    held, free = ask(world, hub_in(catalogue, "north"), hub_in(catalogue, "south"), at=road.at)
    assert (held.holds, free.holds) == ([hold], [])


def test_a_release_the_supplier_may_not_know_of_is_not_named(world, catalogue, road):
    road.rollout.release.readers.clear()
    type(road.rollout.release).objects.filter(pk=road.rollout.release_id).update(classification="amber")
    (answer,) = ask(world, hub_in(catalogue, "north"), at=road.at)
    assert (answer.coming, answer.updates) == (None, [])


def test_it_costs_the_same_for_one_and_three_hubs(sign_in, set_clock, catalogue, road):
    set_clock(road.at)
    client = sign_in("supplier")
    with same_queries() as cost:
        for count in (1, 3):
            hubs = [hub_in(catalogue, "north", place) for place in range(count)]
            body = {"hubs": [eui64_text(hub.eui64) for hub in hubs]}
            cost.of(lambda body=body: client.post(f"{API}enquire/", body, content_type="application/json"))


# Pages


def test_one_hub_has_a_page(sign_in_then, catalogue, road, set_clock):
    own = hub_in(catalogue, "north")
    road.deploy()
    set_clock(road.at)
    client = sign_in_then("supplier")
    assert "Ask hubs what they run" in text(client.get(reverse("fleet:fleet")))
    found = client.post(reverse("enquiries:enquire"), {"hubs": eui64_text(own.eui64 + 1)}, follow=True)
    page = text(found)
    assert "You asked by its GPF" in page
    assert "the image is in the hub and waits" in page
    assert "0: Success" in page
    assert not mistakes(page)


def test_a_foreign_hub_and_one_that_is_not_there_look_alike(sign_in_then, catalogue, served):
    client = sign_in_then("supplier")
    foreign = hub_in(catalogue, "birch")
    pages = [client.get(one(foreign)), client.get(reverse("enquiries:hub", args=[NOBODYS.replace("FF", "0F")]))]
    assert [page.status_code for page in pages] == [404, 404]
    assert all("No hub with this EUI-64 is known to you." in text(page) for page in pages)
    assert client.get(reverse("enquiries:hub", args=["nonsense"])).status_code == 404


def test_several_hubs_are_a_list_and_a_csv_file(sign_in_then, catalogue, served):
    client = sign_in_then("supplier")
    own, foreign = hub_in(catalogue, "north"), hub_in(catalogue, "birch")
    asked = f"{eui64_text(own.eui64)}\n{eui64_text(foreign.eui64)}\n=1+1"
    page = client.post(reverse("enquiries:enquire"), {"hubs": asked})
    assert "1 of 3 answered" in text(page)
    assert "No hub with this EUI-64 is known to you." in text(page)
    assert "This is no EUI-64" in text(page)
    assert not mistakes(text(page))
    sent = client.post(reverse("enquiries:enquire"), {"hubs": asked, "csv": "yes"})
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    assert [row["Result"] for row in rows] == ["answered", "not known to you", "no EUI-64"]
    assert rows[0]["Running version"] == OLD
    assert rows[2]["Asked"] == "'=1+1"


def test_another_dcc_user_sees_versions_only(sign_in_then, catalogue, served, network):
    client = sign_in_then(network)
    own = hub_in(catalogue, "north")
    page = text(client.get(one(own)))
    assert OLD in page
    assert "Suppliers" not in page.partition("<main")[2]
    sent = client.post(reverse("enquiries:enquire"), {"hubs": f"{eui64_text(own.eui64)} x", "csv": "yes"})
    head = next(iter(csv.reader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig")))))
    assert head == ["Asked", "Result", "CHF", "Running version", "Known at"]
    listed = client.post(reverse("enquiries:enquire"), {"hubs": f"{eui64_text(own.eui64)} x"})
    assert not mistakes(text(listed))
    answer = client.get(f"{API}{eui64_text(own.eui64)}/").json()
    assert set(answer) == {"chf", "running_version", "known_at"}
    assert client.get(f"{API}{eui64_text(own.eui64)}/history/").json() == []


def test_a_demonstration_names_hubs_to_ask(sign_in, sign_in_then, catalogue, served, settings, network):
    settings.DEMO = False
    client = sign_in_then("supplier")
    assert "Hubs of this demonstration" not in text(client.get(reverse("enquiries:enquire")))
    settings.DEMO = True
    assert hub_in(catalogue, "north").chf in text(client.get(reverse("enquiries:enquire")))
    assert "Hubs of this demonstration" in text(sign_in(network).get(reverse("enquiries:enquire")))
    Cell.objects.update(homes=0)
    assert "Hubs of this demonstration" not in text(sign_in("supplier").get(reverse("enquiries:enquire")))


def test_what_is_no_eui64_is_said_and_kept(sign_in_then, served):
    client = sign_in_then("supplier")
    wrong = client.post(reverse("enquiries:enquire"), {"hubs": "my hub"})
    assert wrong.status_code == 400
    assert "sixteen hexadecimal digits" in text(wrong)
    assert "my hub</textarea>" in text(wrong)


def test_nobody_asks_without_end(sign_in_then, catalogue, served, monkeypatch):
    monkeypatch.setattr("devices.enquiries.views.A_MINUTE", 1)
    client, own = sign_in_then("supplier"), hub_in(catalogue, "north")
    assert client.get(one(own)).status_code == 200
    assert client.get(one(own)).status_code == 429
    assert client.post(reverse("enquiries:enquire"), {"hubs": "0" * 16}).status_code == 429


# API


def test_the_api_answers_for_one_and_for_many(sign_in_then, catalogue, road, set_clock):
    make_hold(road.world, road.rollout.release, cohort=NORTH, at=road.at)
    set_clock(road.at)
    client = sign_in_then("supplier")
    own, foreign = hub_in(catalogue, "north"), hub_in(catalogue, "birch")
    answer = client.get(f"{API}{eui64_text(own.eui64)}/").json()
    assert (answer["running_version"], answer["coming"]["state"], answer["region"]) == (OLD, "Scheduled", "north")
    assert [hold["stage"] for hold in answer["holds"]] == ["both"]
    assert client.get(f"{API}{eui64_text(own.eui64)}/history/").status_code == 200
    assert client.get(f"{API}{eui64_text(foreign.eui64)}/").status_code == 404
    body = {"hubs": [eui64_text(foreign.eui64), "x", eui64_text(own.eui64)]}
    many = client.post(f"{API}enquire/", body, content_type="application/json").json()
    assert [row["hub"] is not None for row in many] == [False, False, True]
    nothing = client.post(f"{API}enquire/", {"hubs": ["x"]}, content_type="application/json")
    assert (nothing.status_code, list(nothing.json()["fields"])) == (400, ["hubs"])
