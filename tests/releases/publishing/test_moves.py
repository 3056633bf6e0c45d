from datetime import date, timedelta

import pytest

from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.working_days import end_of
from releases.publishing import verbs
from releases.publishing.models import Release
from releases.publishing.states import RELEASE, ReleaseState
from tests.factories.releases import make_announced, make_draft

pytestmark = pytest.mark.django_db
CLOCK = system("Gates")

# Every move a lower verb makes: verb, from, to, who else than the clock may, who may not, whether it is told.
MOVES = [
    ("dispute", "notified", "disputed", "supplier", "observer", False),
    ("dispute", "cleared", "disputed", "rsa", "csp_north", False),
    ("settle", "disputed", "notified", "supplier", "observer", False),
    ("clear", "notified", "cleared", "manager", "supplier", True),
    ("unclear", "cleared", "notified", "manager", "supplier", True),
    ("activate", "cleared", "active", "manager", "supplier", True),
    ("halt", "active", "halted", "csp_north", "supplier", True),
    ("halt", "hypercare", "halted", "manager", "secretary", True),
    ("resume", "halted", "active", "manager", "csp_north", True),
    ("enter_hypercare", "active", "hypercare", "manager", "supplier", True),
    ("close", "hypercare", "closed", "manager", "supplier", True),
    ("reject", "disputed", "rejected", "secretary", "manager", True),
]


def put(release, state):
    """Bring a row into a state without its history, to test one move."""
    Release.objects.filter(pk=release.pk).update(state=state)
    release.refresh_from_db()
    return release


def told(release):
    return Message.objects.filter(kind="publishing.moved", reference_id=release.pk).count()


@pytest.mark.parametrize(("verb", "was", "becomes", "who", "stranger", "is_told"), MOVES)
def test_each_move(world, announced, verb, was, becomes, who, stranger, is_told):
    act = getattr(verbs, verb)
    put(announced, was)
    with pytest.raises(NotAllowed):
        act(announced, by=world.actor(stranger), at=world.at, why="because")
    moved = act(announced, by=world.actor(who), at=world.at, why="because")
    assert moved.state == becomes
    entry = Entry.objects.filter(subject_kind="publishing.release", subject_id=announced.pk).latest("id")
    assert (entry.verb, entry.was, entry.now, entry.why) == (verb, was, becomes, "because")
    assert told(announced) == is_told
    put(announced, was)
    assert act(announced, by=CLOCK, at=world.at).state == becomes


@pytest.mark.parametrize("verb", sorted({row[0] for row in MOVES}))
@pytest.mark.parametrize("state", ReleaseState.values)
def test_no_move_outside_the_table(world, announced, verb, state):
    targets = {row[2] for row in MOVES if row[0] == verb}
    legal = any(row[0] == verb and row[1] == state for row in MOVES)
    stays = state in targets and verb in ("dispute", "halt", "activate")
    put(announced, state)
    if legal or stays:
        assert getattr(verbs, verb)(announced, by=CLOCK, at=world.at).state in targets
    else:
        with pytest.raises(NotNow):
            getattr(verbs, verb)(announced, by=CLOCK, at=world.at)


def test_every_edge_of_the_table_has_a_verb():
    made = {(row[1], row[2]) for row in MOVES} | {("draft", "notified")}
    made |= {(was, "draft") for was in ("notified", "disputed", "cleared")}
    endings = {was for was, then in RELEASE.moves.items() if "withdrawn" in then}
    made |= {(was, end) for was in endings for end in ("withdrawn", "superseded")}
    assert made == {(was, then) for was, targets in RELEASE.moves.items() for then in targets}


@pytest.mark.parametrize("state", ReleaseState.values)
def test_any_state_before_hypercare_can_be_withdrawn(world, announced, state):
    put(announced, state)
    by = world.actor("manager")
    if "withdrawn" in RELEASE.moves[state]:
        assert verbs.withdraw(announced, by=by, at=world.at, why="Not needed").state == "withdrawn"
        assert told(announced) == 1
    else:
        with pytest.raises(NotNow, match="cannot be withdrawn or superseded"):
            verbs.withdraw(announced, by=by, at=world.at, why="Not needed")


class TestActivation:
    def test_the_first_starts_the_watch_and_later_ones_change_nothing(self, world, announced):
        put(announced, "cleared")
        first = verbs.activate(announced, by=CLOCK, at=world.at)
        assert first.hypercare_until == end_of(date(2017, 2, 9))
        again = verbs.activate(announced, by=CLOCK, at=world.at + timedelta(days=3))
        assert again.first_activation_at == world.at
        assert told(announced) == 1

    def test_resuming_keeps_the_first_activation(self, world, announced):
        put(announced, "cleared")
        verbs.activate(announced, by=CLOCK, at=world.at)
        verbs.halt(announced, by=CLOCK, at=world.at, why="threshold")
        verbs.halt(announced, by=CLOCK, at=world.at, why="threshold again")
        resumed = verbs.resume(announced, by=world.actor("manager"), at=world.at + timedelta(days=1))
        assert resumed.first_activation_at == world.at
        assert told(announced) == 3

    def test_the_watch_must_be_over_before_closing(self, world, announced):
        put(announced, "cleared")
        verbs.activate(announced, by=CLOCK, at=world.at)
        watched = verbs.enter_hypercare(announced, by=CLOCK, at=world.at)
        with pytest.raises(NotNow, match="Hypercare runs to the end of 9 February 2017."):
            verbs.close(announced, by=CLOCK, at=world.at)
        assert verbs.close(announced, by=CLOCK, at=watched.hypercare_until).state == "closed"


class TestEndings:
    def test_a_reason_is_asked(self, world, announced, catalogue):
        by, other = world.actor("manager"), make_draft(world, catalogue)
        with pytest.raises(Invalid, match="Give a reason"):
            verbs.withdraw(announced, by=by, at=world.at, why="  ")
        with pytest.raises(Invalid, match="Give a reason"):
            verbs.supersede(announced, other, by=by, at=world.at, why="")

    def test_nobody_is_told_of_a_draft_that_ends(self, world, draft, catalogue):
        other = make_draft(world, catalogue)
        verbs.withdraw(draft, by=world.actor("manager"), at=world.at, why="Not needed")
        verbs.supersede(other, make_announced(world, catalogue), by=CLOCK, at=world.at, why="Better one")
        assert told(draft) == told(other) == 0

    def test_superseding_names_a_successor_that_its_readers_know(self, world, announced, catalogue):
        successor = make_announced(world, catalogue)
        by = world.actor("manager")
        ended = verbs.supersede(announced, successor, by=by, at=world.at, why="A better fix")
        assert (ended.state, ended.superseded_by) == ("superseded", successor)
        message = Message.objects.get(kind="publishing.moved")
        assert f"is superseded by {successor.reference}" in message.body
        assert "A better fix" in message.body

    def test_superseding_by_a_draft_does_not_name_it(self, world, announced, catalogue):
        successor = make_draft(world, catalogue)
        verbs.supersede(announced, successor, by=world.actor("manager"), at=world.at, why="A better fix")
        assert successor.reference not in Message.objects.get(kind="publishing.moved").body

    def test_successors_that_cannot_be(self, world, announced, catalogue):
        by = world.actor("manager")
        with pytest.raises(NotNow, match="cannot supersede itself"):
            verbs.supersede(announced, announced, by=by, at=world.at, why="x")
        dead = verbs.withdraw(make_draft(world, catalogue), by=by, at=world.at, why="x")
        with pytest.raises(NotNow, match="is withdrawn and cannot take the place"):
            verbs.supersede(announced, dead, by=by, at=world.at, why="x")
        with pytest.raises(NotAllowed):
            verbs.supersede(announced, dead, by=world.actor("secretary"), at=world.at, why="x")

    def test_a_finished_release_is_not_superseded(self, world, announced, catalogue):
        put(announced, "closed")
        with pytest.raises(NotNow, match="cannot be withdrawn or superseded"):
            verbs.supersede(announced, make_draft(world, catalogue), by=CLOCK, at=world.at, why="x")

    def test_only_dcc_withdraws(self, world, announced):
        with pytest.raises(NotAllowed):
            verbs.withdraw(announced, by=world.actor("secretary"), at=world.at, why="x")


class TestDefer:
    def test_a_deferral_only_grows(self, world, announced):
        secretary = world.actor("secretary")
        until = world.at + timedelta(days=30)
        deferred = verbs.defer(announced, until=until, by=secretary, at=world.at, why="Determination")
        assert deferred.deferred_until == until
        with pytest.raises(NotNow, match="deferred until 8 February 2017 at 12:00 already"):
            verbs.defer(announced, until=until - timedelta(days=1), by=secretary, at=world.at)
        assert told(announced) == 1

    def test_who_and_when(self, world, announced):
        with pytest.raises(NotAllowed):
            verbs.defer(announced, until=world.at, by=world.actor("supplier"), at=world.at)
        put(announced, "rejected")
        with pytest.raises(NotNow, match="is rejected and cannot be deferred"):
            verbs.defer(announced, until=world.at, by=CLOCK, at=world.at)


class TestWaiver:
    def test_an_emergency_may_go_at_four_hours_notice(self, world, announced):
        terms = announced.class_terms | {"code": "emergency"}
        Release.objects.filter(pk=announced.pk).update(class_terms=terms)
        waived = verbs.waive_notice(announced, by=world.actor("secretary"), at=world.at, why="Ballot B-1")
        assert waived.earliest_activation_at == world.at + timedelta(hours=4)
        assert announced.notices.get().activation_at == world.at + timedelta(hours=4)

    def test_only_a_waived_notice_is_restored(self, world, announced):
        with pytest.raises(NotNow, match="is not waived"):
            verbs.restore_notice(announced, by=CLOCK, at=world.at)

    def test_nothing_else_can_be_waived(self, world, announced):
        with pytest.raises(NotNow, match="Only the notice of an Emergency"):
            verbs.waive_notice(announced, by=CLOCK, at=world.at)
        with pytest.raises(NotAllowed):
            verbs.waive_notice(announced, by=world.actor("manager"), at=world.at)


class TestShorteningADeferral:
    """Only what a voided ballot ordered is taken back: to an earlier date, or to none."""

    def test_to_an_earlier_date_and_to_none(self, world, announced):
        until, earlier = world.at + timedelta(days=40), world.at + timedelta(days=20)
        verbs.defer(announced, until=until, by=CLOCK, at=world.at, why="Decided.")
        shorter = verbs.shorten_deferral(announced, until=earlier, by=CLOCK, at=world.at, why="Voided.")
        assert shorter.deferred_until == earlier
        with pytest.raises(NotNow, match="is not earlier than"):
            verbs.shorten_deferral(announced, until=until, by=CLOCK, at=world.at)
        assert verbs.shorten_deferral(announced, until=None, by=CLOCK, at=world.at).deferred_until is None
        with pytest.raises(NotNow, match="is not deferred"):
            verbs.shorten_deferral(announced, until=None, by=CLOCK, at=world.at)

    def test_not_by_dcc(self, world, announced):
        with pytest.raises(NotAllowed, match="only when its ballot is voided"):
            verbs.shorten_deferral(announced, until=None, by=world.actor("manager"), at=world.at)
