from datetime import time, timedelta

import pytest
from django.urls import reverse

from portal.delivery.models import Delivery
from portal.journal.models import Entry
from portal.workflow.actor import ANONYMOUS
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.testing import contributes, facilities, queries, verbs
from releases.testing.models import Closure, Environment, Rig, RigBooking, TestCase, TestWindow
from releases.testing.verbs import EnvironmentFacts, Found, RigFacts, booking
from tests.factories.findings import DAY, environment, make_window
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
JSON = "application/json"
API = "/api/v1/test-environments/"


def facts(**changes) -> EnvironmentFacts:
    values = {"name": "UIT-C", "places": 2, "is_shared": True, "week": {1: (time(8), time(18))}}
    return EnvironmentFacts(**values | changes)


@pytest.fixture
def rig(world, catalogue) -> Rig:
    return add_rig(world, catalogue)


def add_rig(world, catalogue, name="Rig 1", models=("alder",), where="uit-a", **changes) -> Rig:
    held = [catalogue.models[model] for model in models]
    return verbs.add_rig(environment(where), RigFacts(name, held, **changes), by=world.actor("manager"), at=world.at)


def close(world, where="uit-a", *, days=(1, 3), who="manager") -> Closure:
    start, end = (world.at + number * DAY for number in days)
    by = world.actor(who)
    return verbs.close_environment(environment(where), start=start, end=end, why="New racks", by=by, at=world.at)


def text(answer) -> str:
    return answer.content.decode()


# Environments


def test_dcc_adds_and_changes_an_environment(world):
    by = world.actor("manager")
    row = verbs.add_environment(facts(), by=by, at=world.at)
    assert (row.slug, row.week) == ("uit-c", {1: (time(8), time(18))})
    row = verbs.edit_environment(row, facts(places=3, week={}), by=by, at=world.at, seen=1)
    assert (row.places, row.week, row.version, row.history.count()) == (3, {}, 2, 2)
    assert list(Entry.objects.values_list("verb", flat=True).order_by("pk"))[-2:] == [
        "add_environment",
        "edit_environment",
    ]


@pytest.mark.parametrize("who", ["supplier", "rsa", "csp_north", "administrator"])
def test_nobody_else_manages_facilities(world, catalogue, who):
    with pytest.raises(NotAllowed, match="Only DCC manages"):
        verbs.add_environment(facts(), by=world.actor(who), at=world.at)
    with pytest.raises(NotAllowed, match="Only DCC manages"):
        close(world, who=who)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "   "}, "Give a name"),
        ({"name": "!"}, "Give a name"),
        ({"name": "UIT A"}, "exists: choose another name"),
        ({"places": 0}, "Give 1 to 100 places"),
    ],
)
def test_an_environment_that_cannot_be_is_refused(world, changes, sentence):
    environment()
    with pytest.raises(Invalid, match=sentence):
        verbs.add_environment(facts(**changes), by=world.actor("manager"), at=world.at)


def test_a_booked_place_is_not_taken_away(world, announced):
    for _ in range(2):
        make_window(world, announced)
    by, uit = world.actor("manager"), environment()
    with pytest.raises(Invalid, match="Place 2 is booked"):
        verbs.edit_environment(uit, facts(name="UIT-A", places=1), by=by, at=world.at)
    with pytest.raises(Invalid, match="exists: choose another name"):
        verbs.edit_environment(uit, facts(name="UIT-B"), by=by, at=world.at)
    assert verbs.edit_environment(uit, facts(name="UIT-A", places=1), by=by, at=world.at + 3 * DAY).places == 1


def test_a_place_on_offer_is_not_taken_away(world, announced):
    lab, by, heron = environment("dcc-lab"), world.actor("manager"), world.actor("supplier")
    booked = [make_window(world, announced, where="dcc-lab") for _ in range(2)]
    start, organisation = booked[0].starts_at, world.organisation("heron")
    wish = {"environment": lab, "organisation": organisation, "start": start, "end": booked[0].ends_at}
    verbs.join_waiting_list(announced, **wish, by=heron, at=world.at)
    verbs.cancel(booked[1], by=heron, at=world.at)
    verbs.offer_places(by=by, at=world.at)
    with pytest.raises(Invalid, match="Place 2 is booked"):
        verbs.edit_environment(lab, facts(name="DCC test lab", places=1), by=by, at=world.at)


def test_whether_it_is_shared_changes_only_while_nothing_is_booked(world, announced):
    make_window(world, announced, where="own-lab")
    by, own = world.actor("manager"), environment("own-lab")
    with pytest.raises(Invalid, match="change whether it is shared once they are over"):
        verbs.edit_environment(own, facts(name="Own lab"), by=by, at=world.at)
    assert verbs.edit_environment(own, facts(name="Own lab"), by=by, at=world.at + 3 * DAY).is_shared


# Opening hours and closures


def test_a_window_outside_opening_hours_is_refused_beside_its_field(world, announced):
    saturday = world.at + 5 * DAY
    with pytest.raises(Invalid, match="DCC test lab is closed on Saturdays") as refused:
        make_window(world, announced, where="dcc-lab", start=saturday)
    assert set(refused.value.fields) == {"start", "end"}
    with pytest.raises(Invalid, match="open from 08:00 to 18:00 on Tuesdays"):
        make_window(world, announced, where="dcc-lab", hours=7)


def test_a_window_in_a_closure_is_refused_until_it_is_lifted(world, announced):
    closure = close(world)
    with pytest.raises(Invalid, match=r"UIT-A is closed from 10 January 2017, .* \(New racks\)"):
        make_window(world, announced)
    assert make_window(world, announced, where="uit-b").environment.name == "UIT-B"
    by = world.actor("manager")
    assert verbs.lift_closure(closure, by=by, at=world.at).lifted_by_name == "Manager"
    assert make_window(world, announced).place == 1
    with pytest.raises(NotNow, match="was lifted on 9 January 2017"):
        verbs.lift_closure(closure, by=by, at=world.at)


def test_a_closure_that_is_over_is_not_lifted(world):
    with pytest.raises(NotNow, match="is over"):
        verbs.lift_closure(close(world), by=world.actor("manager"), at=world.at + 3 * DAY)


def test_whoever_has_a_window_in_a_closure_is_told(world, announced):
    make_window(world, announced, who="rsa")
    make_window(world, announced, who="small_supplier", of="fernlight", start=world.at + 4 * DAY)
    close(world)
    told = Delivery.objects.filter(message__kind="testing.closure")
    assert set(told.values_list("recipient", flat=True)) == {"Heron Power", "Meterwrights"}


@pytest.mark.parametrize(("days", "sentence"), [((3, 1), "must end after it starts"), ((-3, -1), "in the future")])
def test_a_closure_at_the_wrong_time_is_refused(world, days, sentence):
    with pytest.raises(Invalid, match=sentence):
        close(world, days=days)


def test_the_same_closure_is_not_entered_twice(world):
    closure = close(world)
    with pytest.raises(
        Invalid, match=r"UIT-A is closed already from 10 January 2017, .* enter only what is not closed"
    ):
        close(world)
    verbs.lift_closure(closure, by=world.actor("manager"), at=world.at)
    assert close(world).pk != closure.pk


def test_a_closure_over_a_booked_window_shows_on_both_pages(sign_in_then, world, announced):
    met, other = make_window(world, announced), make_window(world, announced, where="uit-b")
    late = make_window(world, announced, start=world.at + 4 * DAY)
    close(world)
    shown = text(sign_in_then("manager").get(reverse("testing:environment", args=["uit-a"])))
    assert [row.reference in shown for row in (met, other, late)] == [True, False, False]
    supplier = sign_in_then("supplier")
    assert "Windows booked then" not in text(supplier.get(reverse("testing:environment", args=["uit-a"])))
    pages = [text(supplier.get(reverse("testing:window", args=[row.reference]))) for row in (met, other, late)]
    assert ["UIT-A is closed from 10 January 2017" in page for page in pages] == [True, False, False]
    verbs.cancel(met, why="", by=world.actor("supplier"), at=world.at)
    assert "is closed from" not in text(supplier.get(reverse("testing:window", args=[met.reference])))


def test_a_closure_has_a_reason(world):
    start, by = world.at, world.actor("manager")
    with pytest.raises(Invalid, match="Say why it is closed"):
        verbs.close_environment(environment(), start=start, end=start + DAY, why=" ", by=by, at=start)


def test_closures_stand_in_the_calendar_of_readers(world, announced):
    closure = close(world)
    shown = list(contributes.dates(world.actor("supplier"), world.at, world.at + 9 * DAY))
    assert [(one.text, one.status, one.kind) for one in shown] == [
        ("UIT-A is closed: New racks", "confirmed", "testing")
    ]
    verbs.lift_closure(closure, by=world.actor("manager"), at=world.at)
    assert [one.status for one in contributes.dates(world.actor("rsa"), world.at, world.at + 9 * DAY)] == ["cancelled"]
    assert not list(contributes.dates(ANONYMOUS, world.at, world.at + 9 * DAY))


# Rigs


def test_a_window_takes_rigs_and_gives_them_back(world, announced, rig, catalogue):
    window = make_window(world, announced, rigs=[rig], combinations=[catalogue.combinations["dual"]])
    assert list(window.rigs.all()) == [rig]
    with pytest.raises(NotNow, match="Rig 1 is taken at that time"):
        make_window(world, announced, rigs=[rig])
    assert make_window(world, announced, rigs=[rig], start=window.ends_at)
    verbs.cancel(window, by=world.actor("supplier"), at=world.at)
    assert make_window(world, announced, rigs=[rig]).place == 1


@pytest.mark.parametrize(
    ("where", "models", "in_use", "sentence"),
    [
        ("uit-a", ["birch"], True, "Rig 9 holds Birch 2 and not Alder 1: choose another rig"),
        ("uit-b", ["alder"], True, "Rig 9 stands in UIT-B: choose rigs of UIT-A"),
        ("uit-a", ["alder"], False, "Rig 9 is out of use"),
    ],
)
def test_a_rig_that_does_not_fit_is_refused(world, announced, catalogue, where, models, in_use, sentence):
    unfit = add_rig(world, catalogue, "Rig 9", models, where, in_use=in_use)
    with pytest.raises(Invalid, match=sentence) as refused:
        make_window(world, announced, rigs=[unfit])
    assert set(refused.value.fields) == {"rigs"}


def test_the_rigs_together_hold_every_hub_model_to_test(world, catalogue, rig, announced):
    announced.hub_models.add(catalogue.models["birch"])
    chosen = [catalogue.combinations[name] for name in ("dual", "birch")]
    with pytest.raises(Invalid, match="None of these rigs holds Birch 2"):
        make_window(world, announced, rigs=[rig], combinations=chosen)
    both = [rig, add_rig(world, catalogue, "Rig 2", ["birch"])]
    assert make_window(world, announced, rigs=both, combinations=chosen).rigs.count() == 2


def test_a_window_is_for_one_hub_model_or_for_any(world, catalogue, rig, announced):
    announced.hub_models.add(catalogue.models["birch"])
    alder, birch = catalogue.models["alder"], catalogue.models["birch"]
    for named, wrong in (
        ({"hub_model": birch, "rigs": [rig]}, {"rigs": ["Rig 1 holds Alder 1 and not Birch 2: choose another rig."]}),
        (
            {"hub_model": birch, "combinations": [catalogue.combinations["dual"]]},
            {"combinations": ["Choose combinations with the hub model Birch 2."]},
        ),
    ):
        with pytest.raises(Invalid) as refused:
            make_window(world, announced, **named)
        assert refused.value.fields == wrong
    window = make_window(world, announced, rigs=[rig], hub_model=alder)
    assert {one.hub_model for one in queries.combinations_of(window)} == {alder}
    other = Found(catalogue.combinations["birch"], TestCase.objects.get(code="JOIN"), "fail", "0A010200", "Dark.")
    at = window.starts_at + HOUR
    with pytest.raises(Invalid, match="is not in this window"):
        verbs.report_results(window, [other], by=world.actor("supplier"), at=at)
    anything = make_window(world, announced)
    assert {one.hub_model for one in queries.combinations_of(anything)} == {alder, birch}
    assert verbs.report_results(anything, [other], by=world.actor("supplier"), at=at)


def test_a_hub_model_of_another_release_is_refused(world, catalogue, announced):
    with pytest.raises(Invalid) as refused:
        make_window(world, announced, hub_model=catalogue.models["birch"])
    assert refused.value.fields == {"hub_model": ["Choose a hub model of this release."]}


def test_the_database_refuses_two_windows_on_a_rig(world, announced, rig):
    make_window(world, announced, rigs=[rig])
    twin = TestWindow.objects.get()
    twin.pk, twin.reference, twin.place = None, "TW-twin", 2
    with pytest.raises(NotNow, match="A rig of this window is taken"):
        booking._insert(twin, [rig])
    assert (TestWindow.objects.count(), RigBooking.objects.count()) == (1, 1)


def test_a_rig_is_changed_with_its_history(world, rig, catalogue):
    by = world.actor("manager")
    changed = verbs.edit_rig(rig, RigFacts("Rig 1", [catalogue.models["birch"]]), by=by, at=world.at, seen=rig.version)
    assert [model.name for model in changed.hub_models.all()] == ["Birch 2"]
    assert changed.history.count() >= 2
    with pytest.raises(NotNow, match="Somebody else changed this"):
        verbs.edit_rig(rig, RigFacts("Rig 1", [catalogue.models["alder"]]), by=by, at=world.at, seen=1)


@pytest.mark.parametrize(
    ("name", "models", "sentence"),
    [("", ["alder"], "Give a name"), ("Rig 1", ["alder"], "stands there already"), ("Rig 2", [], "Choose the hub")],
)
def test_a_rig_that_cannot_be_is_refused(world, rig, catalogue, name, models, sentence):
    with pytest.raises(Invalid, match=sentence):
        add_rig(world, catalogue, name, models)


# Pages and API


def test_dcc_manages_by_the_pages(sign_in_then, world, announced, catalogue):
    dcc = sign_in_then("manager")
    window = make_window(world, announced)
    sent = {"name": "UIT-C", "places": "2", "is_shared": "on", "day_1": "8:00 to 18:00"}
    assert "UIT-C is added" in text(dcc.post(reverse("testing:add_environment"), sent, follow=True))
    assert Environment.objects.get(slug="uit-c").hours == {"1": ["08:00", "18:00"]}
    edit = reverse("testing:edit_environment", args=["uit-c"])
    assert 'value="08:00 to 18:00"' in text(dcc.get(edit))
    assert "is changed" in text(dcc.post(edit, sent | {"always": "on", "seen": "1"}, follow=True))
    added = dcc.post(
        reverse("testing:add_rig", args=["uit-a"]),
        {"name": "Rig 1", "hub_models": [catalogue.models["alder"].pk], "in_use": "on"},
        follow=True,
    )
    assert "Rig 1 is added" in text(added)
    rig = Rig.objects.get()
    changed = dcc.post(
        reverse("testing:edit_rig", args=[rig.pk]),
        {"name": "Rig 7", "hub_models": [catalogue.models["birch"].pk], "seen": rig.version},
        follow=True,
    )
    assert "Rig 7 is changed" in text(changed)
    closed = dcc.post(
        reverse("testing:close_environment", args=["uit-a"]),
        {"start": "2017-01-10T09:00", "end": "2017-01-12T09:00", "why": "New racks"},
        follow=True,
    )
    assert f"Told: {window.reference}" in text(closed)
    lifted = dcc.post(reverse("testing:lift_closure", args=[Closure.objects.get().pk]), {"seen": 1}, follow=True)
    assert "is lifted" in text(lifted)
    assert "No closure runs or is planned" in text(lifted)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day_2": "morning"}, "Write hours like 08:00 to 18:00"),
        ({"day_1": ""}, "Give the opening hours of a day at least"),
        ({"places": "0"}, "Give 1 to 100 places"),
    ],
)
def test_wrong_answers_are_kept_beside_the_sentence(sign_in_then, changes, sentence):
    sent = {"name": "UIT-C", "places": "2", "day_1": "08:00 to 18:00"} | changes
    answer = sign_in_then("manager").post(reverse("testing:add_environment"), sent)
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert "UIT-C" in text(answer)


def test_readers_see_where_to_test_and_no_buttons(sign_in_then, world, rig):
    close(world)
    supplier = sign_in_then("supplier")
    assert "Monday 08:00 to 18:00" in text(supplier.get(reverse("testing:environments")))
    shown = text(supplier.get(reverse("testing:environment", args=["uit-a"])))
    assert "New racks" in shown
    assert "Alder 1" in shown
    assert "Close for a time" not in shown
    assert "What happened" not in shown


def test_a_supplier_books_a_rig_by_page(sign_in_then, world, announced, rig):
    supplier = sign_in_then("supplier")
    address = reverse("testing:book", args=[announced.reference])
    assert "UIT-A: Rig 1 – Alder 1" in text(supplier.get(address))
    sent = {
        "organisation": world.organisation("heron").pk,
        "environment": environment().pk,
        "start": "2017-01-11T09:00",
        "end": "2017-01-11T17:00",
        "hub_model": announced.hub_models.get().pk,
        "rigs": [rig.pk],
    }
    booked = text(supplier.post(address, sent, follow=True))
    assert "Rig 1" in booked
    assert "Alder 1" in booked
    assert TestWindow.objects.get().hub_model == announced.hub_models.get()
    wrong = supplier.post(address, sent | {"environment": environment("dcc-lab").pk})
    assert "Rig 1 stands in UIT-A: choose rigs of DCC test lab." in text(wrong)


def test_the_api_manages_facilities(sign_in_then, world, catalogue):
    environment()
    dcc, alder = sign_in_then("manager"), catalogue.models["alder"].pk
    made = dcc.post(API, {"name": "UIT-C", "places": 2, "hours": {"1": "08:00 to 18:00", "7": ""}}, content_type=JSON)
    assert (made.status_code, made.json()["hours"]) == (201, {"1": ["08:00", "18:00"]})
    at = f"{API}uit-c/"
    changed = dcc.put(at, {"name": "UIT-C", "places": 3, "version": 1}, content_type=JSON)
    assert (changed.json()["places"], changed.json()["hours"]) == (3, {})
    rig = dcc.post(f"{at}rigs/", {"name": "Rig 1", "hub_models": [alder]}, content_type=JSON)
    assert rig.status_code == 201
    again = {"name": "Rig 2", "hub_models": [alder], "in_use": False}
    assert dcc.put(f"{at}rigs/{rig.json()['id']}/", again, content_type=JSON).json()["name"] == "Rig 2"
    times = {"start": "2017-01-10T09:00Z", "end": "2017-01-11T09:00Z", "why": "New racks"}
    closure = dcc.post(f"{at}close/", times, content_type=JSON).json()
    shown = dcc.get(at).json()
    assert [one["why"] for one in shown["closures"]] == ["New racks"]
    assert [one["in_use"] for one in shown["rigs"]] == [False]
    assert dcc.post(f"{at}closures/{closure['id']}/lift/").json()["lifted_at"] is not None
    assert dcc.get(at).json()["closures"] == []


@pytest.mark.parametrize(
    ("hours", "sentence"), [({"8": "08:00 to 18:00"}, "no weekday"), ({"1": "8 to 6"}, "Monday: Write hours")]
)
def test_the_api_says_which_hours_it_cannot_read(sign_in_then, world, hours, sentence):
    answer = sign_in_then("manager").post(API, {"name": "UIT-C", "places": 2, "hours": hours}, content_type=JSON)
    assert answer.status_code == 400
    assert sentence in text(answer)


def test_lists_cost_the_same_however_long(sign_in_then, world, catalogue):
    environment()
    supplier = sign_in_then("supplier")
    with same_queries() as pages, same_queries() as shown, same_queries() as calls:
        for number in (1, 2, 3):
            add_rig(world, catalogue, f"Rig {number}")
            close(world, days=(number, number + 1))
            if number == 2:
                verbs.add_environment(facts(), by=world.actor("manager"), at=world.at)
                continue
            pages.of(lambda: supplier.get(reverse("testing:environments")))
            shown.of(lambda: supplier.get(reverse("testing:environment", args=["uit-a"])))
            calls.of(lambda: supplier.get(API))


def test_an_own_lab_counts_no_places(world, announced):
    make_window(world, announced, where="own-lab")
    assert facilities.highest_place(environment("own-lab"), world.at) == 0
