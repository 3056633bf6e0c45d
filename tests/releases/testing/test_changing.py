"""What becomes of a booked window: moved, not used, made longer; and the load by day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portal.delivery.models import Delivery
from portal.people import verbs as people
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.working_days import start_of
from releases.testing import contributes, load, loads, queries, verbs
from releases.testing.models import Extension, RigBooking, TestWindow
from releases.testing.states import EXTENSION, ExtensionState, WindowState
from releases.testing.verbs import RigFacts
from tests.factories.findings import DAY, environment, make_window
from tests.factories.meanwhile import meanwhile
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
JSON = "application/json"
API = "/api/v1/test-windows/"


@pytest.fixture
def window(world, announced) -> TestWindow:
    return make_window(world, announced)


def text(answer) -> str:
    return answer.content.decode()


def told(kind: str) -> set[str]:
    return set(Delivery.objects.filter(message__kind=kind).values_list("recipient", flat=True))


def shift(world, window, *, days=1, where="uit-a", who="supplier", at=None, **changes) -> TestWindow:
    start = window.starts_at + days * DAY
    return verbs.reschedule(
        window,
        environment=environment(where),
        start=start,
        end=start + 4 * HOUR,
        by=world.actor(who),
        at=at or world.at,
        **changes,
    )


def ask(world, window, *, hours=2, who="supplier", at=None, **changes) -> Extension:
    return verbs.ask_extension(
        window,
        until=window.ends_at + hours * HOUR,
        why=changes.pop("why", "Slow meters."),
        by=world.actor(who),
        at=at or world.at,
        **changes,
    )


def grant(world, row, *, at=None, **changes) -> Extension:
    return verbs.grant_extension(row, by=world.actor("manager"), at=at or world.at, **changes)


def add_rig(world, catalogue, name="Rig 1", where="uit-a"):
    facts = RigFacts(name, [catalogue.models["alder"]])
    return verbs.add_rig(environment(where), facts, by=world.actor("manager"), at=world.at)


# Moving


def test_a_booker_moves_a_window_and_keeps_its_place(world, window, announced):
    other = make_window(world, announced)
    moved = shift(world, other, days=0, where="uit-a")
    assert (moved.place, moved.version) == (2, other.version + 1)
    moved = shift(world, moved, where="uit-b")
    assert (str(moved.environment), moved.place, moved.starts_at) == ("UIT-B", 1, other.starts_at + DAY)
    assert told("testing.moved") == {"Heron Power"}
    assert moved.history.count() == 3


def test_the_place_left_is_free_again(world, announced):
    first = make_window(world, announced, where="dcc-lab")
    make_window(world, announced, where="dcc-lab")
    shift(world, first, where="dcc-lab")
    assert make_window(world, announced, where="dcc-lab").place == 1


def test_dcc_moves_with_a_reason_and_the_booker_is_told(world, announced):
    window = make_window(world, announced, who="rsa")
    with pytest.raises(Invalid, match="Say why it is moved"):
        shift(world, window, who="manager")
    shift(world, window, who="manager", why="New racks")
    assert told("testing.moved") == {"Heron Power", "Meterwrights"}


@pytest.mark.parametrize("who", ["other_supplier", "csp_north", "supplier_lead"])
def test_nobody_else_moves_it(world, window, who):
    with pytest.raises(NotAllowed):
        shift(world, window, who=who, why="Mine")
    with pytest.raises(NotAllowed):
        ask(world, window, who=who)


def test_an_agent_whose_appointment_has_ended_changes_nothing(world, announced):
    window = make_window(world, announced, who="rsa")
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    for act in (shift, ask):
        with pytest.raises(NotAllowed, match="not appointed by this supplier"):
            act(world, window, who="rsa")
    with pytest.raises(NotAllowed, match="not appointed by this supplier"):
        verbs.cancel(window, by=world.actor("rsa"), at=world.at)


def test_a_window_is_moved_before_it_begins_and_while_it_stands(world, window):
    with pytest.raises(NotNow, match="ask for an extension"):
        shift(world, window, at=window.starts_at)
    cancelled = verbs.cancel(window, by=world.actor("supplier"), at=world.at)
    with pytest.raises(NotNow, match=r"no longer booked \(cancelled\)"):
        shift(world, cancelled)


def test_where_there_is_no_room_nothing_changes(world, announced, window, catalogue):
    lab = [make_window(world, announced, where="dcc-lab") for _ in range(2)]
    with pytest.raises(NotNow, match="DCC test lab is full"):
        shift(world, window, days=0, where="dcc-lab")
    with pytest.raises(Invalid, match="within the user-test period"):
        shift(world, window, days=9)
    window.refresh_from_db()
    assert (str(window.environment), lab[0].place) == ("UIT-A", 1)


def test_rigs_move_along_unless_others_are_named(world, announced, catalogue):
    rig, other = add_rig(world, catalogue), add_rig(world, catalogue, "Rig 2")
    window = make_window(world, announced, rigs=[rig])
    assert list(shift(world, window).rigs.all()) == [rig]
    assert RigBooking.objects.get().during.lower == window.starts_at + DAY
    window.refresh_from_db()
    assert list(shift(world, window, days=0, rigs=[other]).rigs.all()) == [other]
    with pytest.raises(Invalid, match="stands in UIT-A"):
        shift(world, window, where="uit-b")


def test_the_database_refuses_a_move_onto_a_taken_place(world, announced, window):
    """Somebody books the place between the look and the write, as if the environment were not locked."""
    target = window.starts_at + DAY

    def faster():
        make_window(world, announced, start=target)

    with meanwhile(r'SELECT "testing_testwindow"\."place"', faster), pytest.raises(NotNow, match="UIT-A is full"):
        shift(world, window)
    window.refresh_from_db()
    assert window.starts_at == target - DAY


# No-show


def test_dcc_records_that_nobody_came_and_the_place_is_free(world, announced, window, catalogue):
    with pytest.raises(NotNow, match="nobody can have missed it before"):
        verbs.record_no_show(window, by=world.actor("manager"), at=world.at)
    begun = window.starts_at + HOUR
    with pytest.raises(NotAllowed, match="Only DCC records"):
        verbs.record_no_show(window, by=world.actor("supplier"), at=begun)
    missed = verbs.record_no_show(window, by=world.actor("manager"), at=begun, why="Rang twice")
    assert missed.state == WindowState.MISSED
    assert told("testing.missed") == {"Heron Power"}
    assert make_window(world, announced, start=begun + HOUR, hours=1).place == 1
    for refused in (
        lambda: verbs.record_no_show(missed, by=world.actor("manager"), at=begun),
        lambda: verbs.cancel(missed, by=world.actor("supplier"), at=begun),
        lambda: verbs.report_results(missed, [], by=world.actor("supplier"), at=begun),
        lambda: ask(world, missed, at=begun),
    ):
        with pytest.raises(NotNow):
            refused()


# Extension


def test_dcc_grants_an_extension(world, announced, catalogue):
    rig = add_rig(world, catalogue)
    window = make_window(world, announced, rigs=[rig])
    asked = ask(world, window, seen=window.version)
    assert told("testing.extension_asked") == {"Manager", "Second Manager"}
    granted = grant(world, asked, why="Fine", seen=asked.version)
    assert (granted.state, granted.answer, granted.answered_by_name) == (ExtensionState.GRANTED, "Fine", "Manager")
    assert granted.window.ends_at == asked.until == RigBooking.objects.get().during.upper
    assert told("testing.extension_answered") == {"Heron Power"}
    with pytest.raises(NotNow, match="This was answered on"):
        grant(world, asked)


def test_dcc_refuses_an_extension_with_a_reason(world, window):
    asked, by = ask(world, window), world.actor("manager")
    with pytest.raises(Invalid, match="Say why it is refused"):
        verbs.refuse_extension(asked, why=" ", by=by, at=world.at)
    with pytest.raises(NotAllowed, match="Only DCC lets"):
        verbs.refuse_extension(asked, why="No", by=world.actor("supplier"), at=world.at)
    refused = verbs.refuse_extension(asked, why="Booked out", by=by, at=world.at)
    assert (refused.state, refused.window.ends_at) == (ExtensionState.REFUSED, window.ends_at)
    assert ask(world, window).state == ExtensionState.ASKED
    EXTENSION.check("asked", "granted")


@pytest.mark.parametrize(
    ("where", "hours", "sentence"),
    [
        ("uit-a", 0, "ask for a later end"),
        ("uit-a", 24 * 8, "within the user-test period"),
        ("dcc-lab", 3, "open from 08:00 to 18:00"),
        ("uit-b", 30, "UIT-B is closed from"),
    ],
)
def test_an_extension_that_cannot_be_is_refused(world, announced, where, hours, sentence):
    window = make_window(world, announced, where=where)
    start = window.ends_at + DAY
    verbs.close_environment(
        environment("uit-b"), start=start, end=start + DAY, why="Moves", by=world.actor("manager"), at=world.at
    )
    with pytest.raises(Invalid, match=sentence):
        ask(world, window, hours=hours)


def test_an_extension_is_asked_for_once_with_a_reason_and_in_time(world, window):
    with pytest.raises(Invalid, match="Say why you need longer"):
        ask(world, window, why=" ")
    ask(world, window)
    with pytest.raises(NotNow, match="has been asked for"):
        ask(world, window)
    with pytest.raises(NotNow, match="is over"):
        ask(world, window, at=window.ends_at)


def test_what_is_taken_by_then_is_not_granted(world, announced, catalogue):
    rig = add_rig(world, catalogue)
    window = make_window(world, announced, rigs=[rig])
    asked = ask(world, window)
    next_on_rig = make_window(world, announced, start=window.ends_at, rigs=[rig])
    with pytest.raises(NotNow, match="Place 1 is taken before then"):
        grant(world, asked)
    shift(world, next_on_rig, days=0, rigs=[rig])
    TestWindow.objects.filter(pk=next_on_rig.pk).update(place=2)
    with pytest.raises(NotNow, match="Rig 1 is taken before then"):
        grant(world, asked)
    own = make_window(world, announced, where="own-lab")
    assert grant(world, ask(world, own)).window.ends_at == own.ends_at + 2 * HOUR


def test_what_is_given_back_is_not_answered(world, window):
    asked = ask(world, window)
    assert len(queries.extensions_asked(world.actor("manager"), world.at)) == 1
    verbs.cancel(window, by=world.actor("supplier"), at=world.at)
    with pytest.raises(NotNow, match="nothing to answer any more"):
        grant(world, asked)
    assert not queries.extensions_asked(world.actor("manager"), world.at)


def test_dcc_finds_what_is_asked_on_the_home_page(world, window):
    ask(world, window)
    waits = list(contributes.waiting(world.actor("manager"), world.at))
    assert [row.text for row in waits] == [f"Answer Heron Power: {window} for longer"]


# Load


def test_the_fullest_moment_counts():
    at = [date(2017, 1, day) for day in range(1, 9)]
    spans = [(at[0], at[2]), (at[2], at[4]), (at[3], at[5])]
    assert load.busiest(spans, at[0], at[7]) == 2
    assert load.busiest(spans, at[0], at[3]) == 1
    assert load.busiest(spans, at[5], at[7]) == 0


def test_the_load_says_full_and_closed(world, announced):
    for _ in range(2):
        make_window(world, announced, where="dcc-lab")
    start = world.at + 2 * DAY
    verbs.close_environment(
        environment("uit-a"), start=start, end=start + DAY, why="Moves", by=world.actor("manager"), at=world.at
    )
    days = loads.by_day(date(2017, 1, 10), 5)
    lab, uit = ({line.day.day: line.environments[place] for line in days} for place in (0, 1))
    assert (lab[10].taken, lab[10].is_full, lab[11].taken, lab[11].is_full) == (2, True, 0, False)
    assert [uit[day].shut for day in (10, 11, 12, 13)] == ["", "Moves", "Moves", ""]
    assert lab[14].shut == "Closed on this day of the week"
    figures = loads.figures(days)[0]
    assert (figures.taken, figures.places, figures.full) == (2, 8, 1)  # four open days with two places


def test_a_day_closed_throughout_has_no_places(world, announced, sign_in_then):
    make_window(world, announced, start=world.at + 2 * DAY)
    by, midnight = world.actor("manager"), start_of(date(2017, 1, 11))
    for start, end in ((midnight, midnight + 12 * HOUR), (midnight + 12 * HOUR, midnight + 36 * HOUR)):
        verbs.close_environment(environment("uit-a"), start=start, end=end, why="Moves", by=by, at=world.at)
    uit = [line.environments[1] for line in loads.by_day(date(2017, 1, 10), 3)]
    assert [(cell.taken, cell.places, cell.is_full) for cell in uit] == [(0, 4, False), (1, 0, False), (0, 4, False)]
    page = text(sign_in_then("manager").get(reverse("testing:load"), {"from": "2017-01-09"}))
    assert "1 booked" in page


def test_spans_cover_a_time_only_together_and_without_a_gap():
    at = [date(2017, 1, day) for day in range(1, 9)]
    assert load.covers([(at[3], at[6]), (at[0], at[3])], at[1], at[6])
    assert not load.covers([(at[0], at[2]), (at[3], at[6])], at[1], at[6])
    assert not load.covers([(at[0], at[5])], at[1], at[6])
    assert not load.covers([], at[1], at[6])


def test_dcc_sees_the_load(sign_in_then, world, announced):
    make_window(world, announced)
    dcc, address = sign_in_then("manager"), reverse("testing:load")
    assert "1 of 4" in text(dcc.get(address))
    assert "1 of 4" not in text(dcc.get(address, {"from": "2017-03-01"}))
    for odd in ("soon", "0001-01-01"):
        assert "1 of 4" in text(dcc.get(address, {"from": odd}))
    with same_queries() as cost:
        cost.of(lambda: dcc.get(address))
        for _ in range(2):
            make_window(world, announced)
        cost.of(lambda: dcc.get(address))


# Pages and API


def test_a_supplier_moves_and_asks_by_page(sign_in_then, world, announced, catalogue):
    rig = add_rig(world, catalogue)
    window = make_window(world, announced, rigs=[rig])
    supplier, at = sign_in_then("supplier"), {"reference": window.reference}
    assert "Ask for longer" in text(supplier.get(reverse("testing:window", kwargs=at)))
    address = reverse("testing:reschedule", kwargs=at)
    assert 'value="10"' in text(supplier.get(address))
    sent = {"environment": window.environment_id, "rigs": [rig.pk], "seen": window.version}
    sent |= {"start": "2017-01-12T09:00", "end": "2017-01-12T12:00"}
    assert "is moved" in text(supplier.post(address, sent, follow=True))
    page = text(supplier.get(reverse("testing:window", kwargs=at)))
    assert "From UIT-A, 10 January 2017" in page
    assert "To UIT-A, 12 January 2017" in page
    stale = supplier.post(address, sent)
    assert stale.status_code == 409
    assert "Somebody else changed this" in text(stale)
    address = reverse("testing:ask_extension", kwargs=at)
    wrong = supplier.post(address, {"until": "2017-01-12T11:00", "why": "Slow"})
    assert wrong.status_code == 400
    assert "ask for a later end" in text(wrong)
    assert "DCC has been asked" in text(
        supplier.post(address, {"until": "2017-01-12T15:00", "why": "Slow"}, follow=True)
    )


def test_dcc_answers_and_records_by_page(sign_in_then, set_clock, world, window):
    asked = ask(world, window)
    dcc = sign_in_then("manager")
    page = reverse("testing:window", args=[window.reference])
    assert "Grant it" in text(dcc.get(page))
    refuse = reverse("testing:refuse_extension", args=[window.reference, asked.pk])
    assert "The extension is refused" in text(dcc.post(refuse, {"why": "No", "seen": 1}, follow=True))
    again = ask(world, window)
    given = reverse("testing:grant_extension", args=[window.reference, again.pk])
    assert "lasts longer now" in text(dcc.post(given, {"seen": 1}, follow=True))
    assert dcc.post(given, {"seen": "x"}).status_code == 400
    set_clock(window.starts_at + HOUR)
    assert "Record that nobody came" in text(dcc.get(page))
    missed = dcc.post(reverse("testing:record_no_show", args=[window.reference]), {"why": ""}, follow=True)
    assert "recorded as a no-show" in text(missed)


def test_the_api_moves_extends_and_records(sign_in_then, set_clock, world, window):
    client, at = sign_in_then("supplier"), f"{API}{window.reference}/"
    times = {"environment": "uit-b", "start": "2017-01-12T09:00Z", "end": "2017-01-12T12:00Z"}
    moved = client.post(f"{at}reschedule/", times, content_type=JSON)
    assert (moved.status_code, moved.json()["environment"]) == (200, "uit-b")
    later = [{"until": f"2017-01-12T{hour}:00Z", "why": "Slow"} for hour in (14, 16)]
    asked = client.post(f"{at}extensions/", later[0], content_type=JSON)
    assert asked.status_code == 201
    dcc = sign_in_then("manager")
    granted = dcc.post(f"{at}extensions/{asked.json()['id']}/grant/", {}, content_type=JSON)
    assert granted.json()["state"] == "granted"
    second = ask(world, TestWindow.objects.get(), hours=1)
    refused = dcc.post(f"{at}extensions/{second.pk}/refuse/", {"why": "No"}, content_type=JSON)
    assert refused.json()["state"] == "refused"
    assert [row["state"] for row in dcc.get(f"{at}extensions/").json()] == ["granted", "refused"]
    set_clock(TestWindow.objects.get().starts_at + HOUR)
    assert dcc.post(f"{at}no-show/", {}, content_type=JSON).json()["state"] == "missed"
