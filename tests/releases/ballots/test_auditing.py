"""Rows of ballots edited with the triggers off are named: each is held against the sealed journal."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from portal.journal.sealing import seal
from releases.ballots import verbs
from releases.ballots.auditing import faults, recount
from releases.ballots.models import Ballot, Vote
from releases.ballots.tally import from_json
from tests.factories import ballots as make

TABLES = ("ballots_vote", "ballots_tally", "ballots_entitlement", "ballots_castingvote", "ballots_laid")


@pytest.fixture
def ballot(matter) -> Ballot:
    """A published ballot with four votes, one of them changed before the close."""
    ballot = make.open_ballot(matter)
    make.vote(matter, ballot, "proceed", "reject", "proceed_with_exclusions", "proceed_with_exclusions")
    make.cast(matter, ballot, "member", "defer")
    ballot = make.close(matter, ballot)
    verbs.publish(ballot, reasons="Ten.", minority_statement="", by=matter.actor("secretary"), at=matter.at)
    while seal():
        pass
    return Ballot.objects.get()


def edit(statement: str) -> None:
    """Edit as the owner of the tables could, who is able to switch their triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # rows still waiting for their checks would forbid the next
        cursor.execute("; ".join(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES))
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("; ".join(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES))


def test_nothing_is_wrong_with_an_honest_ballot(ballot):
    assert list(faults()) == []
    call_command("verify_journal")
    assert recount(ballot.tally) == from_json(ballot.tally.result)


def test_nothing_is_wrong_with_a_ballot_that_was_not_counted(matter):
    ballot = make.open_ballot(matter)
    make.cast(matter, ballot, "member", "proceed")
    assert make.close(matter, ballot).state == "inquorate"
    assert list(faults()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ballots_vote SET receipt = ''",
        "UPDATE ballots_laid SET matter = jsonb_set(matter, '{ballot,question}', '\"?\"')",
        "DELETE FROM ballots_laid",
        "DELETE FROM ballots_vote",
        "UPDATE ballots_tally SET votes_hash = ''",
        "DELETE FROM ballots_tally",
        "UPDATE ballots_entitlement SET name = ''",
        "DELETE FROM ballots_entitlement",
    ],
)
def test_the_database_refuses_edits_and_deletions(ballot, statement):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE ballots_vote SET sealed = set_byte(sealed, 99, 255 - get_byte(sealed, 99)) WHERE sequence = 2",
            "is not what was cast.",
        ),
        ("UPDATE ballots_vote SET receipt = repeat('0', 64) WHERE sequence = 2", "is not what was cast."),
        ("DELETE FROM ballots_vote WHERE sequence = 2", "is in the journal and no longer in the ballot."),
        ("UPDATE ballots_entitlement SET name = 'Somebody Else' WHERE name = 'Member'", "is not what was frozen"),
        ("UPDATE ballots_ballot SET roll_hash = repeat('0', 64)", "is not what was frozen"),
        ("UPDATE ballots_tally SET votes_hash = repeat('0', 64)", "are not those that were counted."),
        (
            "UPDATE ballots_tally SET votes = replace(votes::text, 'proceed_with_exclusions', 'reject')::jsonb",
            "is not what its votes add up to.",
        ),
        (
            "UPDATE ballots_tally SET votes = jsonb_set(votes, '{0,receipt}', to_jsonb(repeat('0', 64)))",
            "counts a vote that nobody cast last.",
        ),
        (
            "UPDATE ballots_laid SET matter = jsonb_set(matter, '{ballot,question}', '\"?\"')",
            "is not what did when voting",
        ),
        (
            "UPDATE ballots_laid SET issues = replace(issues::text, 'salt', 'sand')::jsonb",
            "is not what did when voting",
        ),
        ("DELETE FROM ballots_laid", "is not what did when voting"),
        ("UPDATE ballots_determination SET effects = '[]'", "says took effect is not what did."),
        ("UPDATE ballots_determination SET reasons = 'None.'", "does not say what was published."),
        ("UPDATE ballots_objection SET answer = 'DCC agrees.'", "is not what it was at the decision."),
        (
            "UPDATE ballots_tally SET votes = jsonb_set(votes, '{0,reason}', to_jsonb('Another.'::text))",
            "is not what it was at the decision.",
        ),
    ],
)
def test_an_edited_row_is_named(ballot, statement, sentence):
    edit(statement)
    assert any(sentence in fault for fault in faults()), list(faults())
    with pytest.raises(CommandError) as refusal:
        call_command("verify_journal")
    assert ballot.reference in str(refusal.value) or ballot.determination.reference in str(refusal.value)


@pytest.mark.parametrize(
    "statement", ["UPDATE ballots_castingvote SET at = at - interval '1 day'", "DELETE FROM ballots_castingvote"]
)
def test_an_edited_casting_vote_is_named(matter, statement):
    ballot = make.decided(matter, "proceed", "proceed", "reject", "reject")
    verbs.casting_vote(ballot, choice="reject", reasons="So.", by=matter.actor("chair"), at=matter.at)
    assert list(faults()) == []
    edit(statement)
    assert f"The casting vote of {ballot.reference} is not what was given." in list(faults())


def test_a_vote_smuggled_in_with_a_receipt_of_its_own_is_named(ballot):
    first = Vote.objects.order_by("pk").first()
    place = f"{ballot.reference}, seat {first.entitlement_id}, cast 9"
    forged = verbs.voting.sealing.receipt(b"x", place=place, previous=first.receipt)
    Vote.objects.create(entitlement=first.entitlement, sequence=9, sealed=b"x", receipt=forged, at=first.at)
    assert any("is not in the journal." in fault for fault in faults())
