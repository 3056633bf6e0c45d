"""The waiting list: who joins, who is offered what, for how long, and who is next."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.delivery.models import Delivery
from portal.people import verbs as people
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.publishing import verbs as publishing
from releases.testing import contributes, tasks, verbs, waiting
from releases.testing.models import TestWindow, WaitingPlace
from releases.testing.states import WAITING, WaitingState
from releases.testing.verbs import RigFacts
from tests.factories.findings import DAY, environment, make_window
from tests.factories.meanwhile import meanwhile
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CLOCK = system("User testing")
JSON = "application/json"
API = "/api/v1/test-waiting-list/"
LIST = "/testing/waiting/"


@pytest.fixture
def full(world, announced) -> list[TestWindow]:
    """Every place of the DCC test lab, tomorrow at noon."""
    return [make_window(world, announced, where="dcc-lab") for _ in range(2)]


@pytest.fixture
def entry(world, announced, full) -> WaitingPlace:
    return join(world, announced)


def text(answer) -> str:
    return answer.content.decode()


def told(kind: str) -> list[str]:
    return list(Delivery.objects.filter(message__kind=kind).order_by("pk").values_list("recipient", flat=True))


def join(world, release, *, who="small_supplier", of="fernlight", where="dcc-lab", after=DAY, hours=4, **changes):
    return verbs.join_waiting_list(
        release,
        environment=environment(where),
        organisation=world.organisation(of),
        start=world.at + after,
        end=world.at + after + hours * HOUR,
        by=world.actor(who),
        at=changes.pop("at", world.at),
        **changes,
    )


def free(world, window) -> None:
    verbs.cancel(window, by=world.actor("supplier"), at=world.at)


def serve(world, *, at=None) -> int:
    return verbs.offer_places(by=CLOCK, at=at or world.at)


def accept(world, entry, *, who="small_supplier", at=None, **changes) -> TestWindow:
    return verbs.accept_offer(entry, by=world.actor(who), at=at or world.at, **changes)


def now(entry: WaitingPlace) -> WaitingPlace:
    entry.refresh_from_db()
    return entry


# Joining


def test_who_finds_no_room_waits(world, entry):
    assert (entry.state, entry.reference) == (WaitingState.WAITING, f"WL-{entry.pk:04d}")
    assert serve(world) == 0
    assert now(entry).state == WaitingState.WAITING


def test_who_finds_room_books(world, announced):
    with pytest.raises(NotNow, match="There is room at that time"):
        join(world, announced)


def test_an_own_lab_has_no_waiting_list(world, announced):
    with pytest.raises(NotNow, match="Own lab has no limit"):
        join(world, announced, where="own-lab")


def test_nobody_waits_twice_for_the_same_hours(world, announced, entry):
    with pytest.raises(NotNow, match=f"waits for these hours already: see {entry}"):
        join(world, announced)
    assert join(world, announced, who="supplier", of="heron").organisation.name == "Heron Power"


def test_the_rules_of_booking_hold(world, announced, full):
    with pytest.raises(NotAllowed, match="not appointed by this supplier"):
        join(world, announced, who="rsa")
    with pytest.raises(NotAllowed, match="Only suppliers and their agents"):
        join(world, announced, who="manager")
    with pytest.raises(Invalid, match="open from 08:00 to 18:00"):
        join(world, announced, hours=7)
    with pytest.raises(Invalid, match="must end after it starts"):
        join(world, announced, hours=0)


# Offers


def test_a_free_place_is_offered_to_the_first_in_line_and_kept(world, announced, full, entry):
    second = join(world, announced, who="other_supplier", of="osprey")
    free(world, full[0])
    assert serve(world) == 1
    assert (now(entry).state, entry.place, entry.offered_until) == (WaitingState.OFFERED, 1, entry.starts_at)
    assert now(second).state == WaitingState.WAITING
    assert told("testing.offered") == ["Fernlight Energy"]
    with pytest.raises(NotNow, match="is full at that time"):
        make_window(world, announced, where="dcc-lab")
    assert tasks.offer_places() == 0


def test_an_offer_is_accepted_by_one_act(world, full, entry, catalogue):
    free(world, full[1])
    serve(world)
    window = accept(world, now(entry), seen=entry.version)
    assert (window.place, window.organisation.name, window.during) == (2, "Fernlight Energy", entry.during)
    assert (now(entry).state, entry.window) == (WaitingState.ACCEPTED, window)
    with pytest.raises(NotNow, match=r"No place is offered \(accepted\)"):
        accept(world, entry)
    with pytest.raises(NotNow, match="waits no longer"):
        verbs.leave_waiting_list(entry, by=world.actor("small_supplier"), at=world.at)
    WAITING.check("offered", "accepted")


def test_an_offer_runs_out_and_the_next_in_line_is_offered(world, announced, full):
    for window in full:
        verbs.reschedule(
            window,
            environment=environment("dcc-lab"),
            start=world.at + 3 * DAY,
            end=world.at + 3 * DAY + 4 * HOUR,
            by=world.actor("supplier"),
            at=world.at,
        )
    first = join(world, announced, after=3 * DAY)
    second = join(world, announced, after=3 * DAY, who="other_supplier", of="osprey")
    free(world, full[0])
    serve(world)
    assert now(first).offered_until == world.at + waiting.OFFER_FOR
    over = world.at + waiting.OFFER_FOR
    with pytest.raises(NotNow, match="This offer ran out on 10 January 2017"):
        accept(world, first, at=over)
    assert serve(world, at=over) == 1
    assert (now(first).state, now(second).state) == (WaitingState.LAPSED, WaitingState.OFFERED)
    assert told("testing.waiting_ended") == ["Fernlight Energy"]
    assert told("testing.offered") == ["Fernlight Energy", "Osprey Gas"]


def test_who_declines_makes_room_for_the_next(world, announced, full, entry):
    second = join(world, announced, who="other_supplier", of="osprey")
    free(world, full[0])
    serve(world)
    with pytest.raises(NotAllowed, match="another organisation"):
        verbs.leave_waiting_list(entry, by=world.actor("other_supplier"), at=world.at)
    with pytest.raises(NotAllowed, match="Only the organisation that waits"):
        verbs.leave_waiting_list(entry, by=world.actor("secretary"), at=world.at)
    assert verbs.leave_waiting_list(entry, by=world.actor("manager"), at=world.at).state == WaitingState.LEFT
    assert serve(world) == 1
    assert now(second).state == WaitingState.OFFERED


def test_a_place_for_other_hours_is_no_offer(world, announced, full, entry):
    longer = join(world, announced, after=DAY - HOUR, hours=6, who="other_supplier", of="osprey")
    free(world, full[0])
    make_window(world, announced, where="dcc-lab", start=world.at + DAY - HOUR, hours=1)
    make_window(world, announced, where="dcc-lab", start=world.at + DAY - HOUR, hours=1)
    assert serve(world) == 0  # a booking has made the offer
    assert (now(entry).state, now(longer).state) == (WaitingState.OFFERED, WaitingState.WAITING)


def test_a_closure_makes_no_offer_until_it_is_lifted(world, full, entry):
    by, lab = world.actor("manager"), environment("dcc-lab")
    closure = verbs.close_environment(lab, start=world.at, end=world.at + 2 * DAY, why="Moves", by=by, at=world.at)
    free(world, full[0])
    assert serve(world) == 0
    verbs.lift_closure(closure, by=by, at=world.at)
    assert serve(world) == 1


def test_a_rig_that_is_waited_for_is_kept_too(world, announced, catalogue):
    facts = RigFacts("Rig 1", [catalogue.models["alder"]])
    rig = verbs.add_rig(environment(), facts, by=world.actor("manager"), at=world.at)
    window = make_window(world, announced, rigs=[rig])
    entry = join(world, announced, where="uit-a", rigs=[rig])
    assert serve(world) == 0
    free(world, window)
    assert serve(world) == 1
    with pytest.raises(NotNow, match="Rig 1 is taken at that time"):
        make_window(world, announced, rigs=[rig])
    assert list(accept(world, now(entry)).rigs.all()) == [rig]


def test_who_waits_in_vain_is_told(world, announced, entry):
    assert serve(world, at=entry.starts_at) == 0
    assert now(entry).state == WaitingState.LAPSED
    assert told("testing.waiting_ended") == ["Fernlight Energy"]


def test_nobody_waits_for_a_release_that_is_gone(world, announced, entry):
    said = [row.text for row in contributes.release_effects(announced, "withdraw", world.actor("manager"), world.at)]
    assert "Ended: 1 wait for a place to test in, told so." in said
    publishing.withdraw(announced, by=world.actor("manager"), at=world.at, why="Not needed")
    serve(world)
    assert now(entry).state == WaitingState.LAPSED


def test_nobody_waits_beyond_the_test_period(world, announced, entry):
    announced.refresh_from_db()
    announced.tests_until = entry.starts_at
    announced.save(update_fields=["tests_until"])
    serve(world)
    assert now(entry).state == WaitingState.LAPSED


def test_an_agent_accepts_while_it_is_appointed(world, announced):
    for _ in range(2):
        make_window(world, announced, where="dcc-lab", who="small_supplier", of="fernlight")
    entry = join(world, announced, who="rsa", of="heron")
    verbs.cancel(TestWindow.objects.earliest("pk"), by=world.actor("small_supplier"), at=world.at)
    serve(world)
    assert told("testing.offered") == ["Heron Power", "Meterwrights"]
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    with pytest.raises(NotAllowed, match="not appointed by this supplier"):
        accept(world, entry, who="rsa")
    assert not waiting.visible_to(world.actor("rsa")).exists()
    assert accept(world, entry, who="supplier").organisation.name == "Heron Power"


def test_nobody_books_or_moves_past_who_waits(world, announced, full, entry):
    """Whoever gives a place back and asks for it again in the next breath comes after the line."""
    free(world, full[0])
    with pytest.raises(NotNow, match="DCC test lab is full"):
        make_window(world, announced, where="dcc-lab")
    elsewhere = make_window(world, announced)
    with pytest.raises(NotNow, match="DCC test lab is full"):
        verbs.reschedule(
            elsewhere,
            environment=environment("dcc-lab"),
            start=entry.starts_at,
            end=entry.ends_at,
            by=world.actor("supplier"),
            at=world.at,
        )
    serve(world)
    assert accept(world, now(entry)).place == 1


def test_a_booking_offers_first_what_is_due(world, announced, full, entry):
    free(world, full[0])
    make_window(world, announced, where="dcc-lab", start=world.at + 2 * DAY)
    assert now(entry).state == WaitingState.OFFERED
    assert told("testing.offered") == ["Fernlight Energy"]


def test_who_leaves_while_the_list_is_served_is_left_alone(world, full, entry):
    def leaves():
        verbs.leave_waiting_list(entry, by=world.actor("small_supplier"), at=world.at)

    free(world, full[0])
    with meanwhile(r'FROM "testing_closure"', leaves):
        assert serve(world) == 0
    assert now(entry).state == WaitingState.LEFT


def test_who_leaves_while_the_offer_runs_out_is_not_told(world, full, entry):
    def leaves():
        verbs.leave_waiting_list(entry, by=world.actor("small_supplier"), at=world.at)

    free(world, full[0])
    serve(world)
    with meanwhile(r'FROM "testing_waitingplace" .*"offered_until" <= ', leaves):
        serve(world, at=entry.starts_at)
    assert now(entry).state == WaitingState.LEFT
    assert told("testing.waiting_ended") == []


# Pages and API


def test_a_supplier_joins_from_the_form_and_loses_nothing(sign_in_then, world, announced, full):
    client, address = sign_in_then("small_supplier"), reverse("testing:book", args=[announced.reference])
    sent = {
        "organisation": world.organisation("fernlight").pk,
        "environment": environment("dcc-lab").pk,
        "start": "2017-01-10T12:00",
        "end": "2017-01-10T16:00",
    }
    answer = client.post(address, sent)
    assert answer.status_code == 409
    assert "Join the waiting list" in text(answer)
    assert 'value="12:00"' in text(answer)
    joined = client.post(address, sent | {"wait": "yes"}, follow=True)
    assert "waits for a place in DCC test lab" in text(joined)
    again = client.post(address, sent | {"wait": "yes"})
    assert again.status_code == 409
    assert "Join the waiting list" not in text(again)


def test_an_offer_is_accepted_and_declined_by_page(sign_in_then, world, announced, full, entry):
    free(world, full[0])
    serve(world)
    client = sign_in_then("small_supplier")
    assert "Accept" in text(client.get(LIST))
    sent = {"seen": now(entry).version}
    assert "is booked: DCC test lab" in text(client.post(f"{LIST}{entry}/accept/", sent, follow=True))
    second = join(world, announced, who="other_supplier", of="osprey")
    assert client.post(f"{LIST}{second}/leave/").status_code == 404
    dcc = sign_in_then("manager")
    assert "off the waiting list" in text(dcc.post(f"{LIST}{second}/leave/", {"seen": 1}, follow=True))


def test_the_list_says_who_is_before_and_costs_the_same(sign_in_then, world, announced, full):
    client = sign_in_then("manager")
    with same_queries() as cost:
        for who, of in (("small_supplier", "fernlight"), ("other_supplier", "osprey")):
            join(world, announced, who=who, of=of)
            answer = cost.of(lambda: client.get(LIST))
    assert "1 before it" in text(answer)


def test_an_empty_list_says_how_to_begin(sign_in_then, world):
    assert "Nobody waits" in text(sign_in_then("supplier").get(LIST))
    assert not waiting.visible_to(world.actor("chair")).exists()


def test_the_home_page_and_the_clock_know_of_an_offer(world, full, entry):
    free(world, full[0])
    serve(world)
    by = world.actor("small_supplier")
    assert [row.due for row in contributes.waiting(by, world.at)] == [entry.starts_at]
    assert f"Offer of a place to {entry} runs out" in [row.text for row in contributes.due(by, world.at)]


def test_the_api_waits_and_accepts(sign_in_then, world, announced, full):
    client = sign_in_then("small_supplier")
    body = {
        "release": announced.reference,
        "environment": "dcc-lab",
        "organisation": "fernlight-energy",
        "start": "2017-01-10T12:00Z",
        "end": "2017-01-10T16:00Z",
        "hub_model": announced.hub_models.get().pk,
    }
    joined = client.post(API, body, content_type=JSON)
    assert (joined.status_code, joined.json()["state"], joined.json()["ahead"]) == (201, "waiting", 0)
    free(world, full[0])
    serve(world)
    at = f"{API}{joined.json()['reference']}/"
    accepted = client.post(f"{at}accept/", {}, content_type=JSON)
    assert (accepted.status_code, accepted.json()["environment"]) == (201, "dcc-lab")
    assert accepted.json()["hub_model"] == body["hub_model"]
    second = join(world, announced)
    left = client.post(f"{API}{second}/leave/", {}, content_type=JSON)
    assert left.json()["state"] == "left"
