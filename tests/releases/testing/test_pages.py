from datetime import timedelta

import pytest
from django.urls import reverse

from portal.workflow.actor import system
from releases.testing import contributes, queries, verbs
from releases.testing.models import TestCase, TestResult, TestWindow
from releases.testing.period import results_until
from releases.testing.verbs import Found
from tests.factories.findings import DAY, environment, make_window
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
LIST = "/testing/"
API = "/api/v1/test-windows/"


@pytest.fixture
def window(world, announced) -> TestWindow:
    return make_window(world, announced)


@pytest.fixture
def supplier(sign_in_then):
    return sign_in_then("supplier")


@pytest.fixture
def tested(set_clock, window) -> TestWindow:
    """A window that is running."""
    set_clock(window.starts_at + timedelta(hours=1))
    return window


def at(window: TestWindow, name: str = "window") -> str:
    return reverse(f"testing:{name}", args=[window.reference])


def text(answer) -> str:
    return answer.content.decode()


def booking(world, **changes) -> dict:
    facts = {
        "organisation": world.organisation("heron").pk,
        "environment": environment().pk,
        "start": "2017-01-11T09:00",
        "end": "2017-01-11T17:00",
    }
    return facts | changes


def result(window, catalogue, on="dual", **outcomes) -> dict:
    numbers = {f"case_{TestCase.objects.get(code=code).pk}": outcome for code, outcome in outcomes.items()}
    return {
        "combination": catalogue.combinations[on].pk,
        "version_read": "0A010200",
        "remark": "Dark.",
        "seen": window.version,
        **numbers,
    }


# Booking


def test_a_supplier_books_a_window(supplier, world, announced, catalogue):
    address = reverse("testing:book", args=[announced.reference])
    environment()
    shown = text(supplier.get(address))
    assert "350 homes" in shown
    assert "UIT-A: 4 places at once" in shown
    chosen = [catalogue.combinations["dual"].pk]
    done = supplier.post(address, booking(world, combinations=chosen), follow=True)
    assert "is booked: UIT-A" in text(done)
    booked = TestWindow.objects.get()
    assert [one.pk for one in booked.combinations.all()] == chosen


def test_a_page_sent_twice_asks_whether_a_second_window_is_meant(supplier, world, announced):
    address = reverse("testing:book", args=[announced.reference])
    supplier.post(address, booking(world))
    asked = supplier.post(address, booking(world))
    assert asked.status_code == 400
    assert "is booked for Heron Power at that time for the same" in text(asked)
    assert 'name="again"' in text(asked)
    assert TestWindow.objects.count() == 1
    assert "is booked: UIT-A" in text(supplier.post(address, booking(world, again="on"), follow=True))
    api = {"release": announced.reference, "environment": "uit-a", "organisation": "heron-power"}
    api |= {"start": "2017-01-11T09:00Z", "end": "2017-01-11T17:00Z"}
    again = supplier.post("/api/v1/test-windows/", api, content_type="application/json")
    assert (again.status_code, list(again.json()["fields"])) == (400, ["again"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end": "2017-01-11T08:00"}, "The window must end after it starts."),
        ({"start": "2017-01-25T09:00", "end": "2017-01-25T17:00"}, "must lie within the user-test period"),
        ({"start": "2016-12-01T09:00"}, "must start in the future"),
        ({"start": "2017-03-26T01:30"}, "the clocks go forward then: that time does not exist."),
        ({"organisation": 0}, "Select a valid choice"),
        ({"environment": ""}, "Choose environment."),
        ({"end": ""}, "To: enter a date and a time."),
        ({"combinations": [0]}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(supplier, world, announced, changes, sentence):
    answer = supplier.post(reverse("testing:book", args=[announced.reference]), booking(world, **changes))
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert not TestWindow.objects.exists()


def test_a_full_environment_is_a_page_that_says_so(supplier, world, announced):
    for _ in range(2):
        make_window(world, announced, where="dcc-lab", start=world.at + 2 * DAY)
    answer = supplier.post(
        reverse("testing:book", args=[announced.reference]), booking(world, environment=environment("dcc-lab").pk)
    )
    assert answer.status_code == 409
    assert "DCC test lab is full at that time" in text(answer)


@pytest.mark.parametrize("who", ["manager", "secretary", "observer"])
def test_others_are_refused_before_the_form(sign_in_then, announced, who):
    assert sign_in_then(who).get(reverse("testing:book", args=[announced.reference])).status_code == 403


def test_a_draft_is_not_found_by_suppliers(supplier, ready):
    assert supplier.get(reverse("testing:book", args=[ready.reference])).status_code == 404
    assert supplier.get(reverse("testing:coverage", args=[ready.reference])).status_code == 404


# Windows and results


def test_the_list_filters_by_state_and_release(supplier, window, announced):
    chosen = {"state": "booked", "release": announced.reference, "environment": "uit-a"}
    assert window.reference in text(supplier.get(LIST, chosen))
    assert "No test windows here" in text(supplier.get(LIST, {"state": "cancelled"}))


def test_another_organisations_window_is_not_there(sign_in_then, window):
    client = sign_in_then("small_supplier")
    assert window.reference not in text(client.get(LIST))
    for name in ("window", "report_results"):
        assert client.get(at(window, name)).status_code == 404
    assert client.post(at(window, "cancel")).status_code == 404
    assert client.get(f"{API}{window.reference}/results/").status_code == 404


def test_results_are_reported_for_one_combination_at_a_time(supplier, tested, catalogue):
    assert supplier.get(at(tested, "report_results")).status_code == 200
    done = supplier.post(
        at(tested, "report_results"), result(tested, catalogue, JOIN="pass", READ="fail", DUAL="blocked"), follow=True
    )
    page = text(done)
    assert "The results are recorded." in page
    assert all(f">{words}<" in page for words in ("Pass", "Fail", "Blocked"))
    assert TestResult.objects.count() == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Give at least one result."),
        ({"combination": ""}, "Choose combination."),
        ({"version_read": "0A010100", "JOIN": "pass"}, "A pass counts on version 0A010200 only"),
    ],
)
def test_results_that_are_wrong_are_said_so(supplier, tested, catalogue, changes, sentence):
    outcomes = {code: outcome for code, outcome in changes.items() if code.isupper()}
    fields = {name: value for name, value in changes.items() if not name.isupper()}
    answer = supplier.post(at(tested, "report_results"), {**result(tested, catalogue, **outcomes), **fields})
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert not TestResult.objects.exists()


def test_results_before_the_window_begins_are_refused(supplier, window):
    assert supplier.get(at(window, "report_results")).status_code == 409
    assert "can be reported from then on" in text(supplier.get(at(window)))


def test_a_window_is_cancelled_on_its_page(supplier, window):
    assert "Cancel this window" in text(supplier.get(at(window)))
    assert supplier.post(at(window, "cancel"), {"seen": "x"}).status_code == 400
    done = supplier.post(at(window, "cancel"), {"seen": window.version}, follow=True)
    assert "is cancelled" in text(done)
    assert "Cancel this window" not in text(done)


def test_coverage_shows_shares_gaps_and_own_homes(supplier, world, announced, tested, catalogue):
    by, moment = world.actor("supplier"), tested.starts_at + timedelta(hours=1)
    found = [Found(catalogue.combinations["dual"], case, "pass", "0A010200") for case in queries.cases()]
    verbs.report_results(tested, found, by=by, at=moment)
    page = text(supplier.get(reverse("testing:coverage", args=[announced.reference])))
    assert "100.0 %" in page
    assert "Every combination is covered in every case." in page
    assert "Homes of the suppliers you act for" in page


def test_the_catalogue_is_read_by_all(supplier, window):
    assert "Prepayment top-up" in text(supplier.get("/testing/cases/"))


def test_lists_cost_the_same_for_one_and_three(supplier, world, announced):
    for address in (LIST, API, reverse("testing:coverage", args=[announced.reference])):
        TestWindow.objects.all().delete()
        with same_queries() as cost:
            make_window(world, announced)
            cost.of(lambda address=address: supplier.get(address))
            make_window(world, announced)
            make_window(world, announced, where="own-lab")
            cost.of(lambda address=address: supplier.get(address))


def test_the_window_page_costs_the_same_for_one_and_three_results(supplier, world, tested, catalogue):
    by, moment = world.actor("supplier"), tested.starts_at + timedelta(hours=1)

    def report(code, on="dual"):
        case = TestCase.objects.get(code=code)
        verbs.report_results(tested, [Found(catalogue.combinations[on], case, "blocked")], by=by, at=moment)

    for address in (at(tested), f"{API}{tested.reference}/results/"):
        with same_queries() as cost:
            report("JOIN")
            cost.of(lambda address=address: supplier.get(address))
            report("READ")
            report("JOIN", on="single")
            cost.of(lambda address=address: supplier.get(address))


def test_the_public_is_asked_to_sign_in(client, window, announced):
    for address in (LIST, at(window), "/testing/cases/", reverse("testing:book", args=[announced.reference])):
        assert client.get(address).status_code == 302


# Contributions


def test_own_windows_and_results_owed_wait(world, window):
    supplier = world.actor("supplier")
    (to_come,) = contributes.waiting(supplier, world.at)
    assert to_come.due == window.starts_at
    (owed,) = contributes.waiting(supplier, window.ends_at)
    assert owed.due == results_until(window.ends_at)
    assert not list(contributes.waiting(supplier, owed.due))
    assert not list(contributes.waiting(world.actor("small_supplier"), world.at))
    assert not list(contributes.waiting(world.actor("manager"), world.at))


def test_the_calendar_and_the_clock_know_the_window(world, window):
    (dated,) = contributes.dates(world.actor("supplier"), world.at, world.at + 30 * DAY)
    assert (dated.at, dated.until, dated.status) == (window.starts_at, window.ends_at, "confirmed")
    assert [row.at for row in contributes.due(system("clock"), world.at)] == [window.starts_at, window.ends_at]
    assert [row.at for row in contributes.due(system("clock"), window.starts_at)] == [window.ends_at]


def test_the_release_page_shows_coverage_and_offers_a_window(supplier, announced, world, sign_in, ready):
    page = text(supplier.get(reverse("publishing:release", args=[announced.reference])))
    assert "Coverage by case, gaps and test windows" in page
    assert "Book a test window" in page
    manager = world.actor("manager")
    assert not list(contributes.release_acts(announced, manager, world.at))
    assert not list(contributes.release_panels(ready, manager, world.at))


def test_why_a_window_cannot_be_booked(world, announced):
    assert queries.no_book(announced, world.actor("manager"), world.at) is not None
    assert queries.no_book(announced, world.actor("supplier"), world.at) is None
    type(world.appointment).objects.update(ends_at=world.at)
    assert queries.no_book(announced, world.actor("rsa"), world.at) == "No supplier has appointed your organisation."


# API


def post(client, address, **body):
    return client.post(address, body, content_type="application/json")


def test_the_api_books_reports_and_cancels(supplier, world, announced, catalogue, set_clock):
    environment()
    body = {
        "release": announced.reference,
        "environment": "uit-b",
        "organisation": "heron-power",
        "start": "2017-01-11T09:00:00Z",
        "end": "2017-01-11T17:00:00Z",
    }
    made = post(supplier, API, **body)
    assert made.status_code == 201
    assert (made.json()["place"], made.json()["start"]) == (1, "2017-01-11T09:00:00Z")
    here = f"{API}{made.json()['reference']}/"
    second = post(supplier, API, **body, combinations=[catalogue.combinations["dual"].pk])
    cancelled = post(supplier, f"{API}{second.json()['reference']}/cancel/", version=second.json()["version"])
    assert cancelled.json()["state"] == "cancelled"
    set_clock(TestWindow.objects.get(pk__gt=0, state="booked").starts_at)
    row = {"combination": catalogue.combinations["dual"].pk, "case": TestCase.objects.get(code="JOIN").pk}
    wrong = post(supplier, here + "results/", results=[{**row, "outcome": "pass", "version_read": "0A010100"}])
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["results.1"])
    right = post(supplier, here + "results/", results=[{**row, "outcome": "pass", "version_read": "0A010200"}])
    assert right.status_code == 201
    assert [one["outcome"] for one in supplier.get(here + "results/").json()] == ["pass"]
    share = supplier.get(f"/api/v1/test-coverage/{announced.reference}/").json()
    assert (share["homes"], share["cases"], round(share["covered"], 4)) == (350, 12, round(1 / 12, 4))


def test_the_api_lists_the_catalogue(supplier, window):
    assert supplier.get("/api/v1/test-cases/").json()["count"] == 12


def test_the_administration_shows_windows_and_changes_none(sign_in_then, window):
    client = sign_in_then("administrator")
    for name in ("environment", "testcase", "testwindow"):
        assert client.get(f"/admin/testing/{name}/").status_code == 200
    assert client.get(f"/admin/testing/testwindow/{window.pk}/history/").status_code == 200
    assert client.get(f"/admin/testing/testwindow/{window.pk}/delete/").status_code == 403
