from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from psycopg.types.range import TimestamptzRange

from portal.delivery.models import Delivery, Message
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.actor import ANONYMOUS
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.working_days import end_of
from releases.publishing.models import Release
from releases.testing import can, matrix, may, queries, verbs
from releases.testing.models import TestCase, TestResult, TestWindow
from releases.testing.period import Period, results_until, test_period
from releases.testing.states import WINDOW, WindowState
from releases.testing.verbs import Found, booking
from tests.factories.findings import DAY, environment, make_window

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(world, announced) -> TestWindow:
    return make_window(world, announced)


def during(window: TestWindow):
    """A moment inside the window."""
    return window.starts_at + timedelta(hours=1)


def found(catalogue, outcome="pass", code="JOIN", on="dual", version="0a010200", remark="") -> Found:
    said = remark or ("Dark." if outcome == "fail" else "")
    return Found(catalogue.combinations[on], TestCase.objects.get(code=code), outcome, version, said)


def told(kind: str) -> set[str]:
    return set(Delivery.objects.filter(message__kind=kind).values_list("recipient", flat=True))


def report(world, window, rows, who="supplier", at=None):
    return verbs.report_results(window, rows, by=world.actor(who), at=at or during(window))


# Booking


def test_a_supplier_books_the_first_free_place(world, window, announced):
    assert (window.place, window.state, window.organisation.name) == (1, WindowState.BOOKED, "Heron Power")
    assert window.reference == f"TW-{window.pk:04d}"
    assert make_window(world, announced, who="small_supplier", of="fernlight").place == 2
    assert Entry.objects.filter(verb="book").count() == 2
    assert told("testing.booked") == {"Heron Power", "Fernlight Energy"}


def test_the_same_window_is_booked_again_only_where_that_is_meant(world, announced, catalogue):
    chosen = [catalogue.combinations["dual"]]
    first = make_window(world, announced, combinations=chosen, again=False)
    with pytest.raises(Invalid) as refused:
        make_window(world, announced, combinations=chosen, again=False)
    assert f"{first} is booked for Heron Power at that time" in refused.value.fields["again"][0]
    assert make_window(world, announced, again=False)  # on any combination
    assert make_window(world, announced, who="small_supplier", of="fernlight", combinations=chosen, again=False)
    assert make_window(world, announced, combinations=chosen, again=True)
    verbs.cancel(first, by=world.actor("supplier"), at=world.at)
    verbs.cancel(TestWindow.objects.latest("pk"), by=world.actor("supplier"), at=world.at)
    assert make_window(world, announced, combinations=chosen, again=False)


def test_an_agent_books_for_the_supplier_it_names_and_both_are_told(world, announced):
    window = make_window(world, announced, who="rsa")
    assert window.for_another
    assert (window.organisation.name, window.booked_by_organisation.name) == ("Heron Power", "Meterwrights")
    assert told("testing.booked") == {"Heron Power", "Meterwrights"}


def test_an_agent_without_appointment_books_nothing(world, announced):
    with pytest.raises(NotAllowed, match="not appointed by this supplier"):
        make_window(world, announced, who="rsa", of="fernlight")
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    with pytest.raises(NotAllowed, match="not appointed by this supplier"):
        make_window(world, announced, who="rsa")


def test_a_supplier_books_for_itself_only(world, announced):
    with pytest.raises(NotAllowed, match="another organisation"):
        make_window(world, announced, of="fernlight")


@pytest.mark.parametrize("who", ["manager", "csp_north", "secretary", "observer", "administrator", "chair"])
def test_others_book_nothing(world, announced, who):
    with pytest.raises(NotAllowed, match="Only suppliers and their agents"):
        make_window(world, announced, who=who)


def test_a_full_environment_is_refused_and_a_cancelled_place_is_free_again(world, announced):
    booked = [make_window(world, announced, where="dcc-lab") for _ in range(2)]
    with pytest.raises(NotNow, match="DCC test lab is full at that time"):
        make_window(world, announced, where="dcc-lab")
    verbs.cancel(booked[0], by=world.actor("supplier"), at=world.at)
    assert make_window(world, announced, where="dcc-lab").place == 1


def test_windows_that_only_touch_share_a_place(world, window, announced):
    assert make_window(world, announced, start=window.ends_at).place == 1


def test_an_own_lab_has_no_limit(world, announced):
    assert [make_window(world, announced, where="own-lab").place for _ in range(3)] == [None] * 3


def test_the_database_refuses_a_second_booking_of_a_place(world, window):
    twin = TestWindow.objects.get(pk=window.pk)
    twin.pk, twin.reference = None, "TW-twin"
    with pytest.raises(NotNow, match="UIT-A is full"):
        booking._insert(twin)
    twin.place = None
    twin.during = TimestamptzRange(None, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        booking._insert(twin)


@pytest.mark.parametrize(
    ("start", "hours", "sentence"),
    [
        (2 * DAY, 0, "must end after it starts"),
        (2 * DAY, -1, "must end after it starts"),
        (-DAY, 4, "must start in the future"),
        (8 * DAY, 4, "within the user-test period, which ends on 17 January 2017"),
        (7 * DAY, 24, "within the user-test period"),
    ],
)
def test_a_window_at_the_wrong_time_is_refused_in_a_sentence(world, announced, start, hours, sentence):
    with pytest.raises(Invalid, match=sentence):
        make_window(world, announced, start=world.at + start, hours=hours)
    assert not TestWindow.objects.exists()


def test_a_combination_of_another_hub_model_is_refused(world, announced, catalogue):
    with pytest.raises(Invalid, match="hub model of this release"):
        make_window(world, announced, combinations=[catalogue.combinations["birch"]])


def test_a_draft_is_not_tested_yet(world, ready):
    with pytest.raises(NotNow, match="is a draft"):
        make_window(world, ready)


def test_what_is_finished_is_tested_no_more(world, announced):
    Release.objects.filter(pk=announced.pk).update(state="withdrawn")
    with pytest.raises(NotNow, match="nothing to test any more"):
        make_window(world, announced)


def test_after_the_user_test_period_nothing_is_booked(world, announced):
    with pytest.raises(NotNow, match="ended on 17 January 2017"):
        make_window(world, announced, at=world.at + 8 * DAY)


def test_without_a_test_period_windows_lie_before_the_planned_activation(world, announced):
    Release.objects.filter(pk=announced.pk).update(tests_until=None)
    assert make_window(world, announced, start=world.at + 15 * DAY).place == 1
    Release.objects.filter(pk=announced.pk).update(planned_activation_at=None)
    with pytest.raises(NotNow, match="no user-test period and no planned activation"):
        make_window(world, announced)


def test_the_period_is_the_users_or_until_activation(world):
    end = world.at + DAY
    assert test_period(world.at, end, None) == Period(world.at, end)
    assert test_period(world.at, None, end) == Period(world.at, end)
    assert test_period(world.at, None, None) is None
    assert test_period(None, end, end) is None
    assert test_period(world.at, world.at, None) is None


# Cancelling


def test_dcc_cancels_with_a_reason(world, window):
    by = world.actor("manager")
    with pytest.raises(Invalid, match="Say why"):
        verbs.cancel(window, by=by, at=world.at)
    cancelled = verbs.cancel(window, by=by, at=world.at, why="The rig is broken.")
    assert cancelled.state == WindowState.CANCELLED
    assert "The rig is broken." in Message.objects.get(kind="testing.cancelled").body
    with pytest.raises(NotNow, match="cancelled already"):
        verbs.cancel(window, by=by, at=world.at, why="Again.")


@pytest.mark.parametrize(
    ("who", "sentence"),
    [("small_supplier", "another organisation"), ("secretary", "Only the organisation that booked it")],
)
def test_others_cancel_nothing(world, window, who, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        verbs.cancel(window, by=world.actor(who), at=world.at)


def test_a_window_that_is_over_or_reported_stays_on_record(world, window, catalogue):
    assert can.cancel.why_not(window, at=window.ends_at) == "This window is over."
    report(world, window, [found(catalogue)])
    window.refresh_from_db()
    assert "stays on record" in (can.cancel.why_not(window, at=during(window)) or "")


# Results


def test_results_move_the_window_on_and_a_correction_is_a_new_row(world, window, catalogue):
    report(world, window, [found(catalogue, "blocked", version="")])
    report(world, window, [found(catalogue, "pass"), found(catalogue, "pass", code="READ")])
    window.refresh_from_db()
    assert window.state == WindowState.REPORTED
    outcomes = TestResult.objects.order_by("pk").values_list("case__code", "outcome", "version_read")
    assert list(outcomes) == [
        ("JOIN", "blocked", ""),
        ("JOIN", "pass", "0A010200"),
        ("READ", "pass", "0A010200"),
    ]
    assert [entry.data["results"] for entry in Entry.objects.filter(verb="report_results").order_by("pk")] == [1, 2]
    assert not told("testing.failed")


def test_a_result_is_never_changed(world, window, catalogue):
    (row,) = report(world, window, [found(catalogue)])
    for change in (lambda: TestResult.objects.filter(pk=row.pk).update(outcome="fail"), row.delete):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change()


def test_dcc_hears_of_fails_at_once(world, window, catalogue):
    report(world, window, [found(catalogue, "fail", version="0A010100", remark="It stays dark.")])
    assert told("testing.failed") == {"Manager", "Second Manager"}
    message = Message.objects.get(kind="testing.failed")
    assert message.subject == f"1 failed test on {window.release.reference}"
    assert "It stays dark." in message.body


def test_the_agent_reports_and_dcc_does_for_its_own_lab_only(world, window, announced, catalogue):
    assert report(world, window, [found(catalogue)], who="rsa")
    with pytest.raises(NotAllowed, match="own test lab only"):
        report(world, window, [found(catalogue)], who="manager")
    lab = make_window(world, announced, where="dcc-lab")
    assert report(world, lab, [found(catalogue)], who="manager")


@pytest.mark.parametrize(
    ("who", "sentence"),
    [("small_supplier", "another organisation"), ("secretary", "Only suppliers, their agents and the DCC test lab")],
)
def test_results_for_another_organisations_window_are_refused(world, window, catalogue, who, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        report(world, window, [found(catalogue)], who=who)


def test_results_are_taken_from_the_start_until_five_working_days_after_the_end(world, window, catalogue):
    until = results_until(window.ends_at)
    assert until == end_of(window.ends_at.date() + 7 * DAY)
    for at, sentence in (
        (window.starts_at - timedelta(seconds=1), "can be reported from then on"),
        (until, "book another window"),
    ):
        with pytest.raises(NotNow, match=sentence):
            report(world, window, [found(catalogue)], at=at)
    assert report(world, window, [found(catalogue)], at=until - timedelta(seconds=1))


def test_a_cancelled_window_takes_no_results(world, window, catalogue):
    verbs.cancel(window, by=world.actor("supplier"), at=world.at)
    with pytest.raises(NotNow, match="was cancelled"):
        report(world, window, [found(catalogue)])


def test_one_wrong_line_refuses_all_and_every_line_is_named(world, announced, catalogue):
    window = make_window(world, announced, combinations=[catalogue.combinations["dual"]])
    retired = TestCase.objects.get(code="DUAL")
    TestCase.objects.filter(pk=retired.pk).update(retired_at=world.at)
    retired.refresh_from_db()
    rows = [
        found(catalogue),
        found(catalogue, on="single"),
        found(catalogue, "perhaps"),
        found(catalogue, version="nothing"),
        found(catalogue, version="0A010100"),
        Found(catalogue.combinations["dual"], retired, "blocked"),
    ]
    with pytest.raises(Invalid) as refusal:
        report(world, window, rows)
    assert sorted(refusal.value.fields) == [f"results.{line}" for line in (2, 3, 4, 5, 6)]
    assert "Line 2: Alder 1 + Orchard ESME + Orchard IHD is not in this window." in refusal.value.reason
    assert "Line 5: A pass counts on version 0A010200 only" in refusal.value.reason
    assert "Line 6: Case DUAL edition 1 is retired." in refusal.value.reason
    assert not TestResult.objects.exists()


def test_a_window_without_named_combinations_takes_any_of_the_release(world, window, catalogue):
    assert report(world, window, [found(catalogue, on="single")])
    with pytest.raises(Invalid, match="is not in this window"):
        report(world, window, [found(catalogue, on="birch")])
    with pytest.raises(Invalid, match="at least one result"):
        report(world, window, [])


# Reading


def test_who_sees_which_window(world, window, announced):
    make_window(world, announced, who="small_supplier", of="fernlight")
    seen = {who: queries.visible_to(world.actor(who)).count() for who in ("supplier", "rsa", "small_supplier")}
    assert seen == {"supplier": 1, "rsa": 1, "small_supplier": 1}
    assert queries.visible_to(world.actor("manager")).count() == 2
    for who in ("other_supplier", "secretary", "observer", "chair"):
        assert not queries.visible_to(world.actor(who)).exists()


def test_the_public_sees_no_window(world, window):
    assert not queries.visible_to(ANONYMOUS).exists()


def test_coverage_rises_by_the_homes_of_the_combination_tested(world, window, announced, catalogue):
    assert matrix.coverage(announced).share == 0
    report(world, window, [found(catalogue)])
    cases = len(queries.cases())
    measured = matrix.coverage(announced)
    assert (measured.homes, measured.cases, measured.covered_cell_homes) == (350, cases, 350)
    own = matrix.coverage(announced, [world.organisation("osprey").pk])
    assert (own.homes, own.covered_cell_homes) == (50, 50)


def test_a_fail_of_another_supplier_takes_the_cover_away_until_it_corrects_itself(world, window, announced, catalogue):
    other = make_window(world, announced, who="other_supplier", of="osprey")
    report(world, window, [found(catalogue)])
    report(world, other, [found(catalogue, "fail")], who="other_supplier")
    assert (matrix.coverage(announced).share, matrix.coverage(announced).failed_cell_homes) == (0, 350)
    report(world, other, [found(catalogue)], who="other_supplier")
    assert matrix.coverage(announced).covered_cell_homes == 350


def test_the_table_of_states(world):
    assert WINDOW.allows("booked", "cancelled") and WINDOW.allows("booked", "reported")
    assert not WINDOW.allows("cancelled", "booked") and not WINDOW.allows("reported", "cancelled")


def test_rules_answer_as_well_as_raise(world, window):
    assert may.cancel.why_not(window, by=world.actor("supplier")) is None
    assert may.book.why_not(world.organisation("heron"), by=world.actor("supplier")) is None


def test_defaults_are_added_once_and_never_overwritten(world, db):
    place = environment()
    place.places = 9
    place.save()
    assert environment().places == 9
    assert len(queries.cases()) == TestCase.objects.count() == 12
    assert queries.environments().count() == 4
