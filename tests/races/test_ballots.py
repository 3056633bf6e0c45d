"""Casting and closing at the same moment, on the real database, each with the lock taken out as a control."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from portal.delivery.models import Message
from portal.people import verbs as people
from portal.people.models import PartyCategory, User
from portal.workflow.errors import NotAllowed, NotNow
from releases.ballots import verbs
from releases.ballots.models import Ballot, CastingVote, Declaration, Determination, Entitlement, Tally, Vote
from releases.ballots.verbs.settling import CLERK
from releases.holds.models import Hold
from tests.factories import ballots as make
from tests.factories.ballots import Matter, make_matter
from tests.factories.world import SEED, make_world
from tests.races.threads import ADVISORY_LOCK, ROW_LOCK, Outcome, together

CROWD = 100
PAIRS = 50


@pytest.fixture
def matter(transactional_db) -> Matter:
    """A matter before a Panel with its four voters."""
    call_command("ensure_defaults", verbosity=0)
    return make_matter(make_world())


def crowd(matter: Matter, size: int) -> list[str]:
    """Seat so many more members on the Panel and return their short names."""
    names = [f"voter{number}" for number in range(size)]
    for name in names:
        user = User.objects.create_user(f"{name}@portal.example", name=name)
        matter.world.users[name] = user
        people.seat_member(
            matter.world.panel,
            user,
            capacity="member",
            constituency=PartyCategory.SMALL_SUPPLIER,
            by=SEED,
            at=matter.at,
        )
    return names


def declare_all(matter: Matter, ballot: Ballot) -> None:
    Declaration.objects.bulk_create(
        Declaration(entitlement=row, has_interest=False, at=matter.at)
        for row in Entitlement.objects.filter(ballot=ballot)
    )


def caster(matter: Matter, ballot: Ballot, who: str, choice: str = "proceed"):
    actor, at = matter.actor(who), matter.at
    return lambda: verbs.cast(ballot, paper=verbs.Paper(choice, "A reason."), by=actor, at=at)


def closer(matter: Matter, ballot: Ballot):
    return lambda: verbs.close(ballot, by=CLERK, at=ballot.closes_at)


def test_a_hundred_casts_at_once_all_count(matter):
    names = crowd(matter, CROWD)
    ballot = make.open_ballot(matter)
    declare_all(matter, ballot)
    outcomes = together(*(caster(matter, ballot, name) for name in names))
    assert [outcome.error for outcome in outcomes if not outcome.ok] == []
    assert Vote.objects.count() == CROWD
    ballot = make.close(matter, ballot)
    assert ballot.tally.result["cast"] == CROWD


def test_one_person_s_casts_at_once_follow_one_another(matter):
    ballot = make.open_ballot(matter)
    declare_all(matter, ballot)
    outcomes = together(*(caster(matter, ballot, "member") for _ in range(10)))
    assert all(outcome.ok for outcome in outcomes)
    assert sorted(Vote.objects.values_list("sequence", flat=True)) == list(range(1, 11))


def test_control_without_the_lock_one_person_s_casts_collide(matter):
    ballot = make.open_ballot(matter)
    declare_all(matter, ballot)
    for _ in range(5):
        casts = (caster(matter, ballot, "member") for _ in range(10))
        if not all(outcome.ok for outcome in together(*casts, without=ADVISORY_LOCK)):
            return
    pytest.fail("ten casts at once never collided without their lock")


def race_casts_against_closes(matter: Matter, names: list[str], *, without: str = "") -> tuple[int, int]:
    """Cast and close at once on a new ballot; return how many casts were accepted and how many were counted."""
    ballot = make.open_ballot(matter)
    declare_all(matter, ballot)
    make.vote(matter, ballot, "proceed", "proceed", "proceed", "proceed")
    Ballot.objects.filter(pk=ballot.pk).update(rules=ballot.rules | {"quorum_share": "1/100"})
    calls = [call for name in names for call in (caster(matter, ballot, name), closer(matter, ballot))]
    outcomes = together(*calls, without=without)
    casts, closes = outcomes[::2], outcomes[1::2]
    assert all(isinstance(cast.error, NotNow) for cast in casts if not cast.ok)
    assert [close.error for close in closes if not close.ok] == []
    assert {close.value.state for close in closes} == {"decided"}
    assert Tally.objects.filter(ballot=ballot).count() == Determination.objects.filter(ballot=ballot).count() == 1
    return 4 + sum(cast.ok for cast in casts), Tally.objects.get(ballot=ballot).result["cast"]


def test_fifty_casts_against_fifty_closes_no_accepted_cast_is_left_out_of_the_count(matter):
    accepted, counted = race_casts_against_closes(matter, crowd(matter, PAIRS))
    assert accepted == counted == Vote.objects.count()


def test_control_without_the_shared_lock_an_accepted_cast_is_left_out(matter):
    """Casts that do not share the ballot's lock slip in behind the count."""
    names = crowd(matter, PAIRS)
    for _ in range(5):
        accepted, counted = race_casts_against_closes(matter, names, without=" FOR SHARE")
        if accepted > counted:
            return
    pytest.fail("no cast ever slipped in behind a count without the lock")


def test_two_casting_votes_settle_a_tie_once(matter):
    ballot = make.decided(matter, "proceed", "proceed", "reject", "reject")
    chair, at = matter.actor("chair"), matter.at

    def settle(choice: str):
        return lambda: verbs.casting_vote(ballot, choice=choice, reasons="So.", by=chair, at=at)

    outcomes = together(settle("proceed"), settle("reject"))
    assert sorted(outcome.ok for outcome in outcomes) == [False, True]
    assert isinstance(next(outcome.error for outcome in outcomes if not outcome.ok), NotNow)
    assert CastingVote.objects.get().choice == Determination.objects.get().outcome


def test_control_without_the_row_lock_two_casting_votes_collide(matter):
    """Only the database's own constraint is left to refuse the second."""
    ballot = make.decided(matter, "proceed", "proceed", "reject", "reject")
    chair, at = matter.actor("chair"), matter.at

    def settle(choice: str):
        return lambda: verbs.casting_vote(ballot, choice=choice, reasons="So.", by=chair, at=at)

    outcomes = together(settle("proceed"), settle("reject"), without=f"{ROW_LOCK}|{ADVISORY_LOCK}")
    assert any(isinstance(outcome.error, IntegrityError) for outcome in outcomes)


def test_two_closes_place_one_hold(matter):
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, *["proceed_with_exclusions"] * 4)
    outcomes = together(*(closer(matter, ballot) for _ in range(5)))
    assert {outcome.value.state for outcome in outcomes} == {"decided"}
    assert Hold.objects.count() == 1


def race_withdrawal_against_opening(matter: Matter, *, without: str = "") -> bool:
    """Withdraw and open at once; return whether a ballot opened on an objection that is withdrawn."""
    matter.until(matter.world.at)
    objection = make.contest(matter)
    ballot = verbs.notice(make.draft(matter, objection), by=matter.actor("secretary"), at=matter.at)
    matter.until(ballot.opens_at)
    secretary, supplier, at = matter.actor("secretary"), matter.actor("supplier"), matter.at
    together(
        lambda: verbs.open_voting(ballot, by=secretary, at=at),
        lambda: verbs.withdraw(objection, why="", by=supplier, at=at),
        without=without,
    )
    ballot.refresh_from_db()
    objection.refresh_from_db()
    return ballot.state == "open" and objection.state == "withdrawn"


def test_nothing_is_withdrawn_while_its_ballot_opens(matter):
    assert not any(race_withdrawal_against_opening(matter) for _ in range(5))


def test_control_without_row_locks_a_ballot_opens_on_what_is_withdrawn(matter):
    assert any(race_withdrawal_against_opening(matter, without=ROW_LOCK) for _ in range(10))


def race_of_sweepers_at_a_meeting(matter: Matter, *, without: str = "") -> list[Outcome]:
    """Let two sweepers open the same ballot as its meeting begins."""
    matter.until(matter.world.at)
    meeting, secretary = make.call(matter), matter.actor("secretary")
    ballot = verbs.put_on_agenda(make.draft(matter, make.contest(matter)), meeting=meeting, by=secretary, at=matter.at)
    ballot = verbs.notice(ballot, by=secretary, at=matter.at)
    at = matter.until(meeting.starts_at)
    sweep = [lambda: verbs.begin(ballot, by=CLERK, at=at)] * 2
    return together(*sweep, without=without)


def test_two_sweepers_open_a_meeting_s_ballot_once(matter):
    outcomes = race_of_sweepers_at_a_meeting(matter)
    assert sorted(outcome.ok for outcome in outcomes) == [False, True]
    assert isinstance(next(outcome.error for outcome in outcomes if not outcome.ok), NotNow)
    assert Ballot.objects.get().roll_hash and Message.objects.filter(subject__endswith="voting is open").count() == 1


def test_control_without_row_locks_two_sweepers_both_write_the_roll(matter):
    """Only the roll's own constraint is left to refuse the second."""
    for _ in range(5):
        outcomes = race_of_sweepers_at_a_meeting(matter, without=ROW_LOCK)
        if any(isinstance(outcome.error, IntegrityError) for outcome in outcomes):
            return
    pytest.fail("two sweepers never collided without their lock")


def race_at_the_closing_instant(matter: Matter, *, early: timedelta) -> tuple[Outcome, Ballot]:
    """A request made in time reaches the ballot while the clock closes it; `early` is what was left by then."""
    ballot = make.open_ballot(matter)
    declare_all(matter, ballot)
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    late = caster(matter, ballot, "third_member")
    make.set_clock(ballot.closes_at - early)
    outcome, _ = together(late, closer(matter, ballot))
    ballot.refresh_from_db()
    return outcome, ballot


def test_at_the_closing_instant_the_clock_is_read_again_behind_the_lock(matter):
    outcome, ballot = race_at_the_closing_instant(matter, early=timedelta(0))
    assert isinstance(outcome.error, NotNow)
    assert (ballot.state, ballot.tally.result["cast"], Vote.objects.count()) == ("decided", 3, 3)


def test_control_an_hour_before_it_the_same_request_is_accepted_or_waits_behind_the_close(matter):
    """It is the clock that refuses: whoever of the two comes first, the count holds what was accepted."""
    outcome, ballot = race_at_the_closing_instant(matter, early=timedelta(hours=1))
    assert ballot.tally.result["cast"] == 3 + outcome.ok == Vote.objects.count()


def test_a_member_whose_seat_ends_while_casting_is_still_on_the_frozen_roll(matter):
    ballot = make.open_ballot(matter)
    declare_all(matter, ballot)
    seat = matter.world.seats["member"]
    outcomes = together(caster(matter, ballot, "member"), lambda: people.end_seat(seat, by=SEED, at=matter.at))
    assert all(outcome.ok for outcome in outcomes)
    assert Vote.objects.count() == 1


def test_control_a_member_whose_seat_ends_before_the_opening_is_not_on_the_roll(matter):
    people.end_seat(matter.world.seats["member"], by=SEED, at=matter.at)
    ballot = make.open_ballot(matter)
    declare_all(matter, ballot)
    outcomes = together(caster(matter, ballot, "member"), caster(matter, ballot, "second_member"))
    assert [outcome.ok for outcome in outcomes] == [False, True]
    assert isinstance(outcomes[0].error, NotAllowed)


def test_a_member_recused_while_casting_is_never_counted(matter):
    """Whichever comes first: the vote is refused, or it is kept and left out of the count with its voter."""
    ballot = make.open_ballot(matter)
    declare_all(matter, ballot)
    make.vote(matter, ballot, "proceed", "abstain", "proceed", "proceed")
    row, chair = ballot.roll.get(user=matter.world.users["member"]), matter.actor("chair")
    cast, ruled = together(
        caster(matter, ballot, "member", "reject"),
        lambda: verbs.rule_on_interest(row, recused=True, reasons="A party.", by=chair, at=matter.at),
    )
    assert ruled.ok and (cast.ok or isinstance(cast.error, NotAllowed))
    ballot = make.close(matter, ballot)
    assert (ballot.tally.result["recused"], ballot.tally.result["cast"]) == (1, 3)
    assert "Member" not in {vote["name"] for vote in ballot.tally.votes}
