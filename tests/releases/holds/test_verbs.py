from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.delivery.models import Delivery, Message
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.holds import can, may, queries, verbs
from releases.holds.models import Cause, Ground, Hold, Stage
from releases.holds.states import HOLD, HoldState
from releases.products.cohorts import Cohort
from releases.publishing.models import Release
from tests.factories.findings import DAY, make_hold

pytestmark = pytest.mark.django_db
PORTAL = system("Objections and ballots")


@pytest.fixture
def hold(world, announced) -> Hold:
    return make_hold(world, announced)


@pytest.fixture
def from_issue(world, announced) -> Hold:
    return make_hold(world, announced, cause=Cause.ISSUE, cause_id=7, parties=[world.organisation("fernlight").pk])


def told(kind: str) -> set[str]:
    return set(Delivery.objects.filter(message__kind=kind).values_list("recipient", flat=True))


def test_a_hold_is_placed_journalled_and_told_to_suppliers_with_homes_in_it(world, hold, announced):
    assert (hold.reference, hold.state, hold.release) == (f"H-{hold.pk:04d}", HoldState.PLACED, announced)
    assert hold.history.count() == 1
    entry = Entry.objects.get(verb="place_hold")
    assert (entry.subject_id, entry.subject_text, entry.actor_name) == (hold.pk, hold.reference, "Manager")
    assert told("holds.placed") == {"Heron Power", "Meterwrights"}
    assert "Homes: 100" in Message.objects.get(kind="holds.placed").body


def test_a_hold_on_every_release_needs_none(world, catalogue):
    hold = make_hold(world, None)
    assert hold.release is None
    assert Message.objects.get(kind="holds.placed").subject == f"Hold {hold} placed on every release"


def test_a_restricted_cause_is_kept_nowhere_in_words(world, announced):
    hold = make_hold(world, announced, cause=Cause.ISSUE, cause_id=7, restricted=True)
    assert (hold.cause_text, hold.cause_words) == ("restricted", "Restricted")
    texts = [*Message.objects.values_list("body", flat=True), *Entry.objects.values_list("why", flat=True)]
    assert not any("displays of the north" in text for text in texts)


@pytest.mark.parametrize("who", ["supplier", "rsa", "secretary", "observer", "administrator", "chair", "csp_north"])
def test_only_dcc_places_a_hold(world, announced, who):
    with pytest.raises(NotAllowed, match="Only DCC places a hold"):
        make_hold(world, announced, by=world.actor(who))
    assert not Hold.objects.exists()


@pytest.mark.parametrize("cause", [Cause.DETERMINATION, Cause.OBJECTION])
def test_what_a_committee_decides_takes_effect_by_itself(world, announced, cause):
    with pytest.raises(NotAllowed, match="itself places this hold"):
        make_hold(world, announced, cause=cause)
    assert make_hold(world, announced, cause=cause, by=PORTAL).provisional is (cause == Cause.OBJECTION)


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "superseded"])
def test_nothing_is_held_of_a_release_that_moves_no_more(world, announced, state):
    Release.objects.filter(pk=announced.pk).update(state=state)
    announced.refresh_from_db()
    with pytest.raises(NotNow, match="nothing of it is deployed"):
        make_hold(world, announced)


def test_late_returners_of_a_closed_release_can_still_be_held(world, announced):
    Release.objects.filter(pk=announced.pk).update(state="closed")
    announced.refresh_from_db()
    assert make_hold(world, announced).in_force


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cohort": Cohort(regions=frozenset({"central"}))}, "no homes in it"),
        ({"review_at": "past"}, "The review must be in the future"),
    ],
)
def test_a_hold_that_would_do_nothing_is_refused_in_a_sentence(world, announced, changes, sentence):
    if changes.get("review_at"):
        changes = {"review_at": world.at}
    with pytest.raises(Invalid, match=sentence):
        make_hold(world, announced, **changes)


def test_a_hold_says_what_it_is_for(world, announced):
    with pytest.raises(Invalid, match="Say what the hold is for"):
        verbs.place(
            announced,
            Cohort(),
            stage=Stage.BOTH,
            cause=Cause.DCC,
            cause_text=" ",
            by=world.actor("manager"),
            at=world.at,
        )


def test_dcc_lifts_its_own_hold_with_a_reason(world, hold):
    at, by = world.at + DAY, world.actor("manager")
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    with pytest.raises(Invalid, match="Say why the hold ends"):
        verbs.lift(hold, ground=Ground.DCC, why="", by=by, at=at)
    lifted = verbs.lift(hold, ground=Ground.DCC, why="A false alarm.", by=by, at=at, seen=hold.version)
    assert (lifted.state, lifted.lifted_at, lifted.lift_reason, lifted.in_force) == (
        HoldState.LIFTED,
        at,
        "A false alarm.",
        False,
    )
    assert told("holds.lifted") == {"Heron Power"}  # its agent has left
    assert Entry.objects.get(verb="lift_hold").why == "A false alarm."
    with pytest.raises(NotNow, match="lifted already"):
        verbs.lift(hold, ground=Ground.DCC, why="Again.", by=by, at=at)


def test_a_stale_page_lifts_nothing(world, hold):
    with pytest.raises(NotNow, match="Somebody else changed this"):
        verbs.lift(hold, ground=Ground.DCC, why="x", by=world.actor("manager"), at=world.at, seen=hold.version + 1)


def test_an_issues_hold_ends_two_working_days_after_the_raiser_was_told(world, from_issue):
    by, friday = world.actor("manager"), world.at + 4 * DAY
    with pytest.raises(NotNow, match="announce its end first"):
        verbs.lift(from_issue, ground=Ground.EVIDENCE, why="Passed.", by=by, at=friday)
    with pytest.raises(Invalid, match="what evidence"):
        verbs.announce_lift(from_issue, why="", by=by, at=friday)
    hold = verbs.announce_lift(from_issue, why="Retest passed.", by=by, at=friday)
    assert told("holds.lift_announced") == {"Fernlight Energy"}
    assert "Retest passed." in Message.objects.get(kind="holds.lift_announced").body
    over = can.lift_notice_over(hold)
    assert over == (friday + 5 * DAY).replace(hour=0)  # Monday and Tuesday must pass
    with pytest.raises(NotNow, match=r"less than 2 Working Days ago: lift it from \d+ \w+ 20"):
        verbs.lift(hold, ground=Ground.EVIDENCE, why="Passed.", by=by, at=over - timedelta(seconds=1))
    with pytest.raises(NotNow, match="told already"):
        verbs.announce_lift(hold, why="Again.", by=by, at=friday)
    assert verbs.lift(hold, ground=Ground.EVIDENCE, why="Passed.", by=by, at=over).state == HoldState.LIFTED
    with pytest.raises(NotNow, match="lifted already"):
        verbs.announce_lift(hold, why="Again.", by=by, at=over)


def test_only_an_issues_hold_is_announced_and_only_by_dcc(world, hold, from_issue):
    with pytest.raises(NotNow, match="needs no announcement"):
        verbs.announce_lift(hold, why="x", by=world.actor("manager"), at=world.at)
    with pytest.raises(NotAllowed, match="Only DCC announces"):
        verbs.announce_lift(from_issue, why="x", by=world.actor("supplier"), at=world.at)


def test_what_is_said_of_a_restricted_hold_is_in_no_mail_and_no_journal(world, announced):
    hold = make_hold(
        world,
        announced,
        cause=Cause.ISSUE,
        cause_id=7,
        restricted=True,
        parties=[world.organisation("fernlight").pk],
    )
    by, at = world.actor("manager"), world.at
    verbs.announce_lift(hold, why="MARKER one", by=by, at=at)
    verbs.lift(hold, ground=Ground.EVIDENCE, why="MARKER two", by=by, at=at + 10 * DAY)
    texts = [*Message.objects.values_list("body", flat=True), *Entry.objects.values_list("why", flat=True)]
    assert not any("MARKER" in text for text in texts)


@pytest.mark.parametrize(
    ("cause", "ground", "who"),
    [
        (Cause.DETERMINATION, Ground.DETERMINATION, None),
        (Cause.DETERMINATION, Ground.CONDITION, "secretary"),
        (Cause.OBJECTION, Ground.SETTLED, None),
        (Cause.DETECTION, Ground.DCC, "manager"),
    ],
)
def test_each_cause_ends_on_its_own_ground(world, announced, cause, ground, who):
    hold = make_hold(world, announced, cause=cause, by=PORTAL, condition="Until fixed.")
    by = world.actor(who) if who else PORTAL
    assert verbs.lift(hold, ground=ground, why="So decided.", by=by, at=world.at).lift_ground == ground


@pytest.mark.parametrize(
    ("cause", "ground"),
    [
        (Cause.DETERMINATION, Ground.DCC),
        (Cause.OBJECTION, Ground.DCC),
        (Cause.ISSUE, Ground.DCC),
        (Cause.DETECTION, Ground.EVIDENCE),
        (Cause.DCC, Ground.EVIDENCE),
    ],
)
def test_dcc_ends_no_hold_on_another_ground(world, announced, cause, ground):
    hold = make_hold(world, announced, cause=cause, by=PORTAL)
    with pytest.raises(NotNow, match="ends|end"):
        verbs.lift(hold, ground=ground, why="Enough.", by=world.actor("manager"), at=world.at)
    hold.refresh_from_db()
    assert hold.in_force


@pytest.mark.parametrize("ground", list(Ground))
@pytest.mark.parametrize("who", ["supplier", "rsa", "chair", "observer"])
def test_outsiders_lift_nothing(world, hold, ground, who):
    assert may.lift.why_not(hold, ground, by=world.actor(who)) is not None


@pytest.mark.parametrize("ground", [Ground.SETTLED, Ground.DETERMINATION, Ground.CONDITION])
def test_dcc_may_not_stand_in_for_a_committee(world, hold, ground):
    assert may.lift.why_not(hold, ground, by=world.actor("manager")) is not None


def test_a_determination_without_a_condition_ends_by_a_new_one_only(world, announced):
    hold = make_hold(world, announced, cause=Cause.DETERMINATION, by=PORTAL)
    with pytest.raises(NotNow, match="states no condition"):
        verbs.lift(hold, ground=Ground.CONDITION, why="Met.", by=world.actor("secretary"), at=world.at)


def test_the_table_has_one_move(world):
    assert HOLD.allows("placed", "lifted")
    assert not HOLD.allows("lifted", "placed")
    assert HOLD.is_final("lifted")


def test_the_database_wants_time_ground_and_reason_together(world, hold):
    for wrong in (
        {"state": "lifted"},
        {"lifted_at": world.at},
        {"state": "lifted", "lifted_at": world.at, "lift_reason": "x"},
        {"state": "lifted", "lifted_at": world.at, "lift_ground": "dcc"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Hold.objects.filter(pk=hold.pk).update(**wrong)


def test_a_hold_stops_who_read_the_clock_before_it_was_placed(world, announced):
    hold = make_hold(world, announced, at=world.at + timedelta(seconds=1))

    assert queries.held_cells(Stage.ACTIVATION, world.at, release=announced)

    at = hold.placed_at + timedelta(hours=1)
    verbs.lift(hold, ground=Ground.DCC, why="Nothing was found.", by=world.actor("manager"), at=at)
    assert not queries.held_cells(Stage.ACTIVATION, at, release=announced)


# Ends that are announced, and reviews


def test_an_issues_hold_is_announced_to_end(world, from_issue):
    with pytest.raises(Invalid, match="Say what evidence allows"):
        verbs.announce_lift(from_issue, why=" ", by=world.actor("manager"), at=world.at)
    hold = verbs.announce_lift(from_issue, why="Retest passed.", by=world.actor("manager"), at=world.at)
    assert hold.lift_notified_at == world.at
    assert Entry.objects.get(verb="announce_lift").why == "Retest passed."
    assert told("holds.lift_announced")


def test_a_restricted_reason_to_end_is_kept_out_of_the_journal(world, announced):
    hold = make_hold(world, announced, cause=Cause.ISSUE, cause_id=7, restricted=True)
    verbs.announce_lift(hold, why="MARKER", by=world.actor("manager"), at=world.at)
    assert Entry.objects.get(verb="announce_lift").why == ""


def test_dcc_is_asked_for_a_review_once_it_is_due(world, announced):
    hold, clock = make_hold(world, announced, review_at=world.at + DAY), system("Clock")
    assert verbs.ask_for_review(hold, by=clock, at=world.at).review_asked_at is None
    due = world.at + 2 * DAY
    assert verbs.ask_for_review(hold, by=clock, at=due).review_asked_at == due
    verbs.ask_for_review(hold, by=clock, at=due + DAY)
    assert Entry.objects.filter(verb="ask_for_review").count() == 1
    assert told("holds.review_due") == {"Manager", "Second Manager"}


def test_a_review_says_why_it_stands_and_until_when(world, hold):
    by = world.actor("manager")
    for past in (None, world.at):
        with pytest.raises(Invalid, match="must be in the future"):
            verbs.review(hold, why="Still dark.", review_at=past, by=by, at=world.at)
    hold = verbs.review(hold, why="Still dark.", review_at=world.at + DAY, by=by, at=world.at)
    assert (hold.review_at, hold.review_asked_at) == (world.at + DAY, None)
    assert Entry.objects.get(verb="review_hold").why == "Still dark."


def test_a_lifted_hold_is_not_reviewed_and_a_review_needs_a_reason(world, hold):
    by, later = world.actor("manager"), world.at + DAY
    with pytest.raises(Invalid, match="Say why"):
        verbs.review(hold, why=" ", review_at=later, by=by, at=world.at)
    with pytest.raises(NotAllowed, match="Only DCC reviews"):
        verbs.review(hold, why="x", review_at=later, by=world.actor("supplier"), at=world.at)
    hold = verbs.lift(hold, ground="dcc", why="x", by=by, at=world.at)
    with pytest.raises(NotNow, match="lifted already"):
        verbs.review(hold, why="x", review_at=later, by=by, at=world.at)
