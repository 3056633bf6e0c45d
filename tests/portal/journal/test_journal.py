"""The journal: rows nobody changes, blocks that show it when somebody did."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from portal.journal import append_only, sealing
from portal.journal.models import Block, BlockMember, Entry, Verification
from portal.journal.queries import acts_of, timeline
from portal.journal.tasks import seal, verify
from portal.journal.writing import record
from portal.workflow.actor import Actor, Channel

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = Actor(name="Ada", channel=Channel.API, user_id=7, organisation_id=3, organisation_name="DCC", token="nightly")


def write(count: int = 1) -> list[Entry]:
    return [record(by=ADA, verb="draft", subject=("release", n, f"R-{n}"), at=AT) for n in range(1, count + 1)]


def change_behind_the_portals_back(statement: str) -> None:
    """Edit as the owner of the tables could, who is able to switch their triggers off."""
    tables = [model._meta.db_table for model in (Entry, Block, BlockMember)]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # rows still waiting for their checks would forbid the next
        cursor.execute("; ".join(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables))
        cursor.execute(statement)
        cursor.execute("; ".join(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables))


def test_an_entry_says_who_what_and_by_which_token():
    (entry,) = write()

    assert str(entry) == "Ada: draft R-1"
    assert (entry.actor_id, entry.organisation_name, entry.channel, entry.token) == (7, "DCC", "api", "nightly")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET why = 'else'",
        "DELETE FROM journal_entry",
        "UPDATE journal_block SET entries = 9",
        "DELETE FROM journal_blockmember",
    ],
)
def test_the_database_refuses_edits(statement):
    write()
    sealing.seal()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_blocks_link_and_verify():
    write(3)
    first = sealing.seal()
    write(2)
    second = sealing.seal()

    assert (first.number, first.entries, second.number, second.entries) == (1, 3, 2, 2)
    assert second.previous_hash == first.hash
    assert (str(first), str(BlockMember.objects.order_by("id").first())) == ("block 1", "1.0")
    assert sealing.verify() is None


def test_nothing_to_seal_makes_no_block():
    assert sealing.seal() is None


def test_the_task_seals_block_after_block(monkeypatch):
    monkeypatch.setattr(sealing, "AT_MOST", 2)
    write(5)

    seal()

    assert list(Block.objects.order_by("number").values_list("entries", flat=True)) == [2, 2, 1]
    assert sealing.unsealed().count() == 0


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE journal_entry SET why = 'else' WHERE subject_id = 2", "is not what was sealed"),
        ("UPDATE journal_block SET previous_hash = 'x' WHERE number = 2", "Block 2 does not follow"),
        ("UPDATE journal_block SET hash = 'x' WHERE number = 1", "The hash of block 1 does not fit"),
        ("DELETE FROM journal_blockmember WHERE block_id = 1 AND position = 0", "Block 1 lists 2 entries, not 3"),
        (
            "DELETE FROM journal_blockmember WHERE block_id = 1; DELETE FROM journal_block WHERE number = 1",
            "Block 1 is missing",
        ),
    ],
)
def test_verify_names_the_first_fault(statement, sentence):
    write(3)
    sealing.seal()
    write(1)
    sealing.seal()
    change_behind_the_portals_back(statement)

    fault = sealing.verify()

    assert fault is not None
    assert sentence in fault.sentence


def test_the_command_reports():
    write(2)
    sealing.seal()
    write(1)
    out = StringIO()

    call_command("verify_journal", stdout=out)

    assert out.getvalue() == "1 blocks verified; 1 entries not yet sealed.\n"


def test_the_command_fails_on_a_fault():
    write(1)
    sealing.seal()
    change_behind_the_portals_back("UPDATE journal_entry SET actor_name = 'Bob'")

    with pytest.raises(CommandError, match="is not what was sealed"):
        call_command("verify_journal")


def test_what_a_verification_finds_is_kept_good_or_bad():
    verify()
    write(2)
    block = sealing.seal()
    write(1)
    verify(by="Ada")
    change_behind_the_portals_back("UPDATE journal_entry SET why = 'else' WHERE subject_id = 2")
    verify(by="Ada")

    bad, good, empty = Verification.objects.all()
    assert (empty.by_name, empty.blocks, empty.head, empty.faults) == ("Every day", 0, "", [])
    assert (good.by_name, good.blocks, good.head, good.unsealed, good.faults) == ("Ada", 1, block.hash, 1, [])
    assert "is not what was sealed" in bad.faults[0]
    assert str(bad) == "verification of 1 blocks: 1 faults"


def test_reading_by_subject_and_by_person():
    write(2)

    assert [entry.subject_text for entry in timeline("release", 2)] == ["R-2"]
    assert [entry.subject_text for entry in acts_of(7)] == ["R-2", "R-1"]


def test_append_only_tables_are_known():
    assert {"journal_entry", "journal_block", "journal_blockmember", "journal_verification", "ballots_vote"} <= set(
        append_only.protected_tables()
    )


def test_the_runtime_role_cannot_change_them(settings):
    append_only.grant_runtime_role()

    def may(privilege: str, table: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [settings.RUNTIME_DATABASE_ROLE, table, privilege])
            return bool(cursor.fetchone()[0])

    assert may("INSERT", "journal_entry")
    assert may("UPDATE", "publishing_release")
    for table in append_only.protected_tables():
        assert not any(may(privilege, table) for privilege in ("UPDATE", "DELETE", "TRUNCATE")), table


def test_without_the_role_nothing_is_granted(settings):
    settings.RUNTIME_DATABASE_ROLE = "no_such_role"

    append_only.grant_runtime_role()
