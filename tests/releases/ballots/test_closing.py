"""Voting ends, votes are counted, ties are settled."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.workflow.actor import Channel
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import rulesets, verbs
from releases.ballots.hashes import votes_hash
from releases.ballots.models import Ballot, Tally
from releases.ballots.paper import Option, Paper, Safeguard
from releases.ballots.roll import roll_of
from releases.ballots.tally import from_json, missed, tally
from releases.ballots.tasks import keep_clocks
from releases.ballots.verbs.settling import CLERK
from releases.publishing.models import Release
from tests.factories import ballots as make


def test_the_clock_closes_a_ballot_and_the_count_is_stored(matter):
    ballot = make.decided(matter, "proceed", "proceed_with_exclusions", "reject")
    assert (ballot.state, ballot.closed_at) == ("decided", ballot.closes_at)
    result = from_json(ballot.tally.result)
    assert (result.outcome, result.cast, result.entitled) == (Option.EXCLUDE, 3, 4)
    assert [vote["choice"] for vote in ballot.tally.votes] == ["proceed", "proceed_with_exclusions", "reject"]
    assert ballot.tally.votes[0]["reason"] == "My reason for proceed."
    assert ballot.tally.votes_hash == votes_hash(ballot.tally.votes)
    assert str(ballot.tally) == f"tally of {ballot.reference}"
    assert Release.objects.get().notes_locked == ""


def test_a_recount_equals_the_stored_tally(matter):
    matter.issue = make.make_issue(matter.world, matter.release, severity=1)
    ballot = make.decided(matter, "proceed", "abstain", "reject", "reject", evidence=True, override=False)
    papers = [
        Paper(
            vote["constituency"],
            None if vote["choice"] == "abstain" else Option(vote["choice"]),
            vote["evidence"],
            vote["override"],
        )
        for vote in ballot.tally.votes
    ]
    again = tally(
        papers,
        entitled=len(roll_of(ballot).seats),
        recused=0,
        rules=rulesets.parse(ballot.rules),
        safeguard=Safeguard(ballot.safeguard),
    )
    assert again == from_json(ballot.tally.result)
    with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
        Tally.objects.update(votes_hash="")


def test_before_the_time_is_over_only_a_full_vote_is_closed(matter):
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    with pytest.raises(NotNow, match="not everybody entitled has voted"):
        verbs.close(ballot, by=matter.actor("chair"), at=matter.at)
    make.cast(matter, ballot, "third_member", "reject")
    assert verbs.close(ballot, by=matter.actor("chair"), at=matter.at).state == "decided"


def test_who_closes(matter):
    ballot = make.open_ballot(matter)
    for who in ("member", "supplier", "manager"):
        with pytest.raises(NotAllowed, match="closed by the clock"):
            verbs.close(ballot, by=matter.actor(who), at=matter.at)
    matter.until(ballot.closes_at)
    assert verbs.close(ballot, by=matter.actor("secretary"), at=matter.at).state == "inquorate"


def test_closing_twice_changes_nothing_and_a_void_or_unopened_ballot_is_not_closed(matter):
    ballot = make.decided(matter, "proceed", "proceed", "proceed")
    version = ballot.version
    assert verbs.close(ballot, by=CLERK, at=matter.at).version == version
    assert Tally.objects.count() == 1
    verbs.void(ballot, why="x", by=matter.actor("secretary"), at=matter.at)
    with pytest.raises(NotNow, match="is void"):
        verbs.close(ballot, by=CLERK, at=matter.at)
    draft = make.draft(matter, ballot.objections.get())
    with pytest.raises(NotNow, match="is a draft"):
        verbs.close(draft, by=CLERK, at=matter.at)


def test_votes_of_the_recused_and_of_the_deputy_who_presides_do_not_count(matter):
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, "reject", "reject", "proceed", "proceed")
    for who in ("member", "chair"):
        verbs.declare(ballot, has_interest=True, text="Mine.", by=matter.actor(who), at=matter.later(minutes=1))
    ballot = make.close(matter, ballot)
    assert ballot.state == "inquorate"  # of four seats one presides and one is recused: two votes are too few


def test_the_one_whose_vote_counts_is_the_member_before_the_alternate(matter):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "alternate", "reject")
    make.vote(matter, ballot, "proceed", "proceed", "proceed", "proceed")
    ballot = make.close(matter, ballot)
    assert [vote["name"] for vote in ballot.tally.votes] == ["Deputy", "Member", "Second Member", "Third Member"]
    assert ballot.determination.outcome == "proceed"


def test_an_alternate_s_vote_counts_for_the_absent_member(matter):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "alternate", "reject")
    make.cast(matter, ballot, "deputy", "reject")
    make.cast(matter, ballot, "second_member", "proceed")
    ballot = make.close(matter, ballot)
    assert sorted(vote["name"] for vote in ballot.tally.votes) == ["Alternate", "Deputy", "Second Member"]
    assert ballot.determination.outcome == "reject"


def test_without_the_master_key_the_ballot_waits_closed_and_is_counted_once_it_is_back(matter, settings, tmp_path):
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, "proceed", "proceed", "proceed")
    folder, settings.KEYS_DIR = settings.KEYS_DIR, tmp_path
    ballot = make.close(matter, ballot)
    assert ballot.state == "closed"
    assert "must be voided" in Entry.objects.get(verb="count_failed").why
    assert Message.objects.filter(subject__contains="could not be counted").exists()
    settings.KEYS_DIR = folder
    assert verbs.count(ballot, by=matter.actor("secretary"), at=matter.at).state == "decided"
    with pytest.raises(NotNow, match="is decided"):
        verbs.count(ballot, by=matter.actor("secretary"), at=matter.at)


# --- ties ------------------------------------------------------------------------------------------------


def tied(matter):
    ballot = make.decided(matter, "proceed", "proceed", "reject", "reject")
    assert ballot.state == "tied"
    return ballot


def test_a_tie_waits_for_the_casting_vote(matter):
    ballot = tied(matter)
    assert ballot.casting_until == matter.at.replace(day=18)  # 1 Working Day after Monday 16
    assert Message.objects.filter(subject__contains="casting vote").exists()
    vote = verbs.casting_vote(ballot, choice="proceed", reasons="Rare.", by=matter.actor("chair"), at=matter.at)
    assert str(vote) == f"casting vote of {ballot.reference}"
    ballot = Ballot.objects.get()
    assert (ballot.state, ballot.determination.outcome) == ("decided", "proceed")
    assert ballot.determination.rule_in_words.endswith("The casting vote was for: proceed.")
    with pytest.raises(NotNow, match="is decided"):
        verbs.casting_vote(ballot, choice="reject", reasons="No.", by=matter.actor("chair"), at=matter.at)


def test_the_casting_vote_is_the_chair_s_in_person_between_the_two_with_reasons(matter):
    ballot, chair = tied(matter), matter.actor("chair")
    cast = {"choice": "proceed", "reasons": "Rare.", "at": matter.at}
    for by in (matter.actor("deputy"), matter.actor("secretary"), replace(chair, channel=Channel.API)):
        with pytest.raises(NotAllowed, match="Only the Chair"):
            verbs.casting_vote(ballot, **cast, by=by)
    with pytest.raises(NotAllowed, match="Prove again who you are"):
        verbs.casting_vote(ballot, **cast, by=replace(chair, proved_at=None))
    with pytest.raises(Invalid, match="two tied"):
        verbs.casting_vote(ballot, **cast | {"choice": "defer"}, by=chair)
    with pytest.raises(Invalid, match="reasons"):
        verbs.casting_vote(ballot, **cast | {"reasons": " "}, by=chair)
    assert Ballot.objects.get().state == "tied"


def test_without_a_casting_vote_in_time_the_more_cautious_stands(matter):
    ballot = tied(matter)
    with pytest.raises(NotNow, match="may still give"):
        verbs.determine(ballot, by=CLERK, at=matter.at)
    matter.until(ballot.casting_until)
    with pytest.raises(NotNow, match="time for a casting vote is over"):
        verbs.casting_vote(ballot, choice="proceed", reasons="Late.", by=matter.actor("chair"), at=matter.at)
    assert verbs.determine(ballot, by=CLERK, at=matter.at).outcome == "reject"


# --- the clock -------------------------------------------------------------------------------------------


def test_the_clock_moves_whatever_is_due_and_nothing_else(matter):
    silent = make.admit(matter)
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, "proceed", "proceed", "reject", "reject")
    keep_clocks()
    assert Ballot.objects.get().state == "open"
    matter.until(ballot.closes_at)
    keep_clocks()
    keep_clocks()
    ballot, silent = Ballot.objects.get(), type(silent).objects.get(pk=silent.pk)
    assert (ballot.state, silent.state) == ("tied", "contested")
    matter.until(ballot.casting_until)
    keep_clocks()
    assert Ballot.objects.get().determination.outcome == "reject"


def test_at_the_panel_still_inquorate_the_clock_holds_the_cohort_and_lets_the_rest_proceed(matter):
    ballot = make.open_ballot(matter)
    keep_clocks()
    ballot = make.close(matter, ballot)
    keep_clocks()
    assert Ballot.objects.get().state == "inquorate"
    ballot = verbs.extend(ballot, by=matter.actor("secretary"), at=matter.at)
    matter.until(ballot.closes_at)
    keep_clocks()
    keep_clocks()
    decided = Ballot.objects.get()
    assert (decided.state, decided.determination.outcome) == ("decided", "proceed_with_exclusions")
    assert not hasattr(decided, "tally")


def test_at_the_panel_a_ballot_of_abstentions_is_determined_by_the_clock(matter):
    ballot = make.decided(matter, "abstain", "abstain", "abstain")
    keep_clocks()
    assert Ballot.objects.get(pk=ballot.pk).determination.outcome == "proceed_with_exclusions"


def test_one_row_that_cannot_move_keeps_no_other_waiting(matter):
    """A Sub-Committee still inquorate is for SECAS to refer; the clock goes on to the ballot after it."""
    first = make.open_ballot(matter)
    second = make.open_ballot(matter, make.contest(matter))
    Ballot.objects.filter(pk=first.pk).update(state="inquorate", extended_at=matter.at, release=matter.release)
    Ballot.objects.filter(pk=first.pk).update(closes_at=second.closes_at)
    Release.objects.update(state="withdrawn")
    matter.until(second.closes_at)
    keep_clocks()
    assert Ballot.objects.get(pk=second.pk).state == "inquorate"
    assert Ballot.objects.get(pk=first.pk).determination.effects == [
        "The release was withdrawn meanwhile: nothing else to do."
    ]


def test_without_quorum_no_vote_is_opened(matter):
    with pytest.raises(ValueError, match="is a quorum"):
        missed(entitled=4, recused=0, cast=3, rules=rulesets.parse(rulesets.DEFAULT), safeguard=Safeguard.NONE)
