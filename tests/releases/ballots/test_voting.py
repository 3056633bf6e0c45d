"""Interests, votes and receipts. What is voted stays sealed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.actor import Channel
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import keys, may, verbs
from releases.ballots.models import Declaration, Entitlement, Vote
from releases.ballots.roll import awaits_ruling, roll_of
from releases.ballots.sealing import SEALED_BYTES, SealError
from releases.ballots.verbs.voting import open_vote
from tests.factories import ballots as make
from tests.factories.world import SEED

MARKER = "zebra crossing at dawn"


def row(ballot, name) -> Entitlement:
    return ballot.roll.get(name=name)


def declare(matter, ballot, who, text="We supply the meters."):
    return verbs.declare(ballot, has_interest=True, text=text, by=matter.actor(who), at=matter.later(minutes=1))


def rule(matter, ballot, by, name, *, recused):
    return verbs.rule_on_interest(
        row(ballot, name), recused=recused, reasons="So ruled.", by=matter.actor(by), at=matter.later(minutes=1)
    )


# --- interests -------------------------------------------------------------------------------------------


def test_who_declares_an_interest_is_recused_until_the_chair_rules(matter):
    ballot = make.open_ballot(matter)
    assert str(declare(matter, ballot, "member")) == "declaration of Member in " + ballot.reference
    assert awaits_ruling(row(ballot, "Member"))
    assert [one.name for one in roll_of(ballot).recused] == ["Member"]
    assert str(rule(matter, ballot, "chair", "Member", recused=False)).startswith("ruling on Member")
    assert roll_of(ballot).recused == ()
    declare(matter, ballot, "member", "Something new.")
    assert [one.name for one in roll_of(ballot).recused] == ["Member"]
    rule(matter, ballot, "chair", "Member", recused=True)
    make.declare(matter, ballot, "member")
    assert [one.name for one in roll_of(ballot).recused] == ["Member"]
    assert Declaration.objects.count() == 3


def test_nobody_takes_an_interest_back_without_the_chair(matter):
    ballot = make.open_ballot(matter)
    declare(matter, ballot, "member")
    make.declare(matter, ballot, "member")
    assert awaits_ruling(row(ballot, "Member"))
    assert [one.name for one in roll_of(ballot).recused] == ["Member"]
    with pytest.raises(NotAllowed, match="recused until the Chair rules on it"):
        make.cast(matter, ballot, "member", "proceed")
    rule(matter, ballot, "chair", "Member", recused=False)
    assert roll_of(ballot).recused == ()


def test_a_declared_interest_says_what_it_is_and_is_made_by_the_roll(matter):
    ballot = make.open_ballot(matter)
    with pytest.raises(Invalid):
        declare(matter, ballot, "member", " ")
    with pytest.raises(NotAllowed, match="not on the roll"):
        declare(matter, ballot, "supplier")


def test_the_chair_rules_and_a_deputy_on_the_chair(matter):
    ballot = make.open_ballot(matter)
    for who in ("deputy", "member", "secretary"):
        with pytest.raises(NotAllowed, match="Only the Chair"):
            rule(matter, ballot, who, "Member", recused=True)
    with pytest.raises(NotAllowed, match="Only the Chair"):
        rule(matter, ballot, "chair", "Chair", recused=False)
    with pytest.raises(Invalid, match="reasons"):
        verbs.rule_on_interest(row(ballot, "Member"), recused=True, reasons="", by=matter.actor("chair"), at=matter.at)
    declare(matter, ballot, "chair")
    assert roll_of(ballot).presiding.name == "Deputy"
    rule(matter, ballot, "deputy", "Chair", recused=False)
    assert roll_of(ballot).presiding.name == "Chair"


def test_where_chair_and_deputy_are_conflicted_nobody_presides(matter):
    ballot = make.open_ballot(matter)
    declare(matter, ballot, "chair")
    declare(matter, ballot, "deputy")
    roll = roll_of(ballot)
    assert roll.presiding is None
    assert may.close.why_not(ballot, roll, by=matter.actor("chair")) is not None
    with pytest.raises(NotAllowed, match="Only the Chair"):
        rule(matter, ballot, "chair", "Deputy", recused=False)


# --- casting ---------------------------------------------------------------------------------------------


def test_a_vote_is_sealed_and_leaves_no_trace_of_what_it_says(matter):
    ballot = make.open_ballot(matter)
    before = tables_with("proceed_with_exclusions")  # the forecast of every option lies before the voters
    vote = make.cast(matter, ballot, "member", "proceed_with_exclusions", reason=MARKER)
    assert (vote.sequence, len(vote.receipt), len(vote.sealed)) == (1, 64, SEALED_BYTES)
    assert str(vote) == f"cast 1 of Member in {ballot.reference}"
    entry = Entry.objects.get(verb="cast")
    assert entry.data == {"sequence": 1, "receipt": vote.receipt} and entry.why == ""
    assert tables_with(MARKER) == [] and tables_with("proceed_with_exclusions") == before == ["ballots_laid"]


def tables_with(text: str) -> list[str]:
    """The tables in which some row holds this text, however it is spelled in hexadecimal or plain."""
    needle, found = text.encode().hex(), []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s OR t::text LIKE %s',  # noqa: S608 - own tables
                [f"%{text}%", f"%{needle}%"],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_the_search_for_traces_finds_what_is_not_sealed(matter):
    ballot = make.open_ballot(matter)
    declare(matter, ballot, "member", MARKER)
    assert tables_with(MARKER) == ["ballots_declaration"]


def test_a_changed_vote_is_kept_beside_the_first_and_the_last_counts(matter):
    ballot = make.open_ballot(matter)
    first = make.cast(matter, ballot, "member", "proceed")
    second = make.cast(matter, ballot, "member", "reject")
    assert [first.sequence, second.sequence] == [1, 2] and first.receipt != second.receipt
    vote, answers = verbs.read_own_vote(ballot, by=matter.actor("member"), at=matter.at)
    assert (vote, answers.choice) == (second, "reject")
    for changes in ({"sealed": b""}, {"sequence": 3}):
        with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
            Vote.objects.filter(pk=first.pk).update(**changes)
    with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
        Vote.objects.filter(pk=first.pk).delete()


def test_a_double_click_casts_once(matter):
    ballot = make.open_ballot(matter)
    make.declare(matter, ballot, "member")
    cast = {"paper": verbs.Paper("proceed", "Fine."), "by": matter.actor("member"), "at": matter.at, "seen": 0}
    verbs.cast(ballot, **cast)
    with pytest.raises(NotNow, match="since this paper was shown"):
        verbs.cast(ballot, **cast)
    assert Vote.objects.count() == 1


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"choice": ""}, "choice"),
        ({"choice": "approve"}, "choice"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 1901}, "reason"),
        ({"evidence": True}, "evidence"),
        ({"override": False}, "override"),
    ],
)
def test_an_incomplete_paper_casts_nothing(matter, answers, field):
    ballot = make.open_ballot(matter)
    make.declare(matter, ballot, "member")
    paper = verbs.Paper(**{"choice": "proceed", "reason": "Fine."} | answers)
    with pytest.raises(Invalid) as refusal:
        verbs.cast(ballot, paper=paper, by=matter.actor("member"), at=matter.at)
    assert list(refusal.value.fields) == [field]
    assert not Vote.objects.exists()


def test_a_paper_does_not_show_when_printed():
    assert MARKER not in repr(verbs.Paper("proceed", MARKER))


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("supplier", "not on the roll"),
        ("secretary", "not on the roll"),
        ("administrator", "not on the roll"),
        ("chair", "only the casting vote"),
    ],
)
def test_who_may_not_vote(matter, who, reason):
    ballot = make.open_ballot(matter)
    with pytest.raises(NotAllowed, match=reason):
        verbs.cast(ballot, paper=verbs.Paper("proceed", "x"), by=matter.actor(who), at=matter.at)


def test_the_recused_do_not_vote(matter):
    ballot = make.open_ballot(matter)
    declare(matter, ballot, "member")
    rule(matter, ballot, "chair", "Member", recused=True)
    with pytest.raises(NotAllowed, match="recused from this matter"):
        verbs.cast(ballot, paper=verbs.Paper("proceed", "x"), by=matter.actor("member"), at=matter.at)


def test_casting_is_done_in_person_with_a_fresh_password(matter):
    ballot = make.open_ballot(matter)
    make.declare(matter, ballot, "member")
    paper, actor = verbs.Paper("proceed", "x"), matter.actor("member")
    with pytest.raises(NotAllowed, match="never through the API"):
        verbs.cast(ballot, paper=paper, by=replace(actor, channel=Channel.API), at=matter.at)
    for proved in (None, timezone.now() - timedelta(minutes=16)):
        with pytest.raises(NotAllowed, match="Prove again who you are"):
            verbs.cast(ballot, paper=paper, by=replace(actor, proved_at=proved), at=matter.at)


def test_a_declaration_comes_before_the_vote(matter):
    ballot = make.open_ballot(matter)
    with pytest.raises(NotNow, match="Declare an interest"):
        verbs.cast(ballot, paper=verbs.Paper("proceed", "x"), by=matter.actor("member"), at=matter.at)


def test_no_vote_before_opening_or_from_the_closing_instant_on(matter):
    objection = make.contest(matter)
    ballot = make.draft(matter, objection)
    with pytest.raises(NotAllowed, match="not on the roll"):
        verbs.cast(ballot, paper=verbs.Paper("proceed", "x"), by=matter.actor("member"), at=matter.at)
    verbs.void(ballot, why="x", by=matter.actor("secretary"), at=matter.at)
    ballot = make.open_ballot(matter, objection)
    make.declare(matter, ballot, "member")
    cast = {"paper": verbs.Paper("proceed", "x"), "by": matter.actor("member")}
    with pytest.raises(NotNow, match="Voting is over"):
        verbs.cast(ballot, at=ballot.closes_at, **cast)
    before = ballot.closes_at - timedelta(seconds=1)
    assert verbs.cast(ballot, at=before, **cast).sequence == 1
    make.set_clock(ballot.closes_at)
    with pytest.raises(NotNow, match="Voting is over"):
        verbs.cast(ballot, at=before, **cast)


def test_an_alternate_votes_for_an_absent_member_whose_own_vote_counts_before_it(matter):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "alternate", "reject")
    roll = roll_of(ballot)
    seat = roll.of(matter.world.users["member"].pk)
    assert (roll.turnout, roll.counted(seat).name) == (1, "Alternate")
    make.cast(matter, ballot, "member", "proceed")
    roll = roll_of(ballot)
    assert (roll.turnout, roll.counted(seat).name) == (1, "Member")
    with pytest.raises(NotNow, match="Member, for whom you stand in, has voted"):
        make.cast(matter, ballot, "alternate", "reject")


def test_an_alternate_of_a_recused_member_does_not_vote(matter):
    ballot = make.open_ballot(matter)
    declare(matter, ballot, "member")
    with pytest.raises(NotAllowed, match="Member, for whom you stand in, is recused"):
        make.cast(matter, ballot, "alternate", "reject")


def test_an_alternate_s_own_interest_takes_their_vote_out(matter):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "alternate", "reject")
    declare(matter, ballot, "alternate")
    assert roll_of(ballot).turnout == 0


def test_an_alternate_of_who_presides_does_not_vote(matter):
    people.seat_member(
        matter.world.panel,
        matter.world.users["observer"],
        capacity="alternate",
        alternate_for=matter.world.seats["deputy"],
        by=SEED,
        at=matter.at,
    )
    ballot = make.open_ballot(matter)
    declare(matter, ballot, "chair")
    with pytest.raises(NotAllowed, match="Deputy, for whom you stand in, presides"):
        make.cast(matter, ballot, "observer", "reject")
    with pytest.raises(NotAllowed, match="only the casting vote"):
        make.cast(matter, ballot, "chair", "reject")


# --- the voter's own view --------------------------------------------------------------------------------


def test_only_the_voter_reads_a_vote_and_the_reading_is_journalled(matter):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "member", "reject", reason=MARKER)
    _, answers = verbs.read_own_vote(ballot, by=matter.actor("member"), at=matter.at)
    assert answers.reason == MARKER
    assert Entry.objects.get(verb="read_own_vote").data == {"sequence": 1}
    for who in ("deputy", "chair", "secretary", "administrator", "manager"):
        with pytest.raises(NotAllowed, match="cast no vote"):
            verbs.read_own_vote(ballot, by=matter.actor(who), at=matter.at)
    with pytest.raises(NotAllowed):
        verbs.read_own_vote(ballot, by=replace(matter.actor("member"), channel=Channel.API), at=matter.at)
    with pytest.raises(NotAllowed, match="Prove again who you are"):
        verbs.read_own_vote(ballot, by=replace(matter.actor("member"), proved_at=None), at=matter.at)


def test_a_lost_master_key_is_said_in_words(matter, settings, tmp_path):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "member", "reject")
    settings.KEYS_DIR = tmp_path
    with pytest.raises(NotAllowed, match="must be voided"):
        verbs.read_own_vote(ballot, by=matter.actor("member"), at=matter.at)


def test_a_vote_moved_to_another_seat_does_not_open(matter):
    ballot = make.open_ballot(matter)
    vote = make.cast(matter, ballot, "member", "reject")
    vote.entitlement = row(ballot, "Deputy")
    with pytest.raises(SealError, match="does not belong there"):
        open_vote(ballot, vote, keys.master_key())


def test_a_key_declares_only_in_a_seat_that_it_was_made_for(matter):
    ballot, member = make.open_ballot(matter), matter.actor("member")
    key = replace(member, channel=Channel.API, committees={})
    with pytest.raises(NotAllowed, match="This key acts in no seat on the committee"):
        verbs.declare(ballot, has_interest=False, text="", by=key, at=matter.at)
    seated = replace(key, committees={ballot.committee_id: frozenset()})
    verbs.declare(ballot, has_interest=False, text="", by=seated, at=matter.at)
