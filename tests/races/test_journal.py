"""The chain of blocks never forks: many sealers and many writers at the same moment."""

from datetime import UTC, datetime

from portal.journal import sealing
from portal.journal.models import Block, BlockMember, Entry
from portal.journal.writing import record
from portal.workflow.actor import system
from tests.races.threads import together

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEALERS, WRITERS, WAITING = 8, 8, 200
TRY_LOCK = r"SELECT pg_try_advisory_xact_lock\([^)]*\)"


def write(number: int) -> None:
    record(by=system("Race"), verb="draft", subject=("release", number, f"R-{number}"), at=AT)


def race(*, without: str = "") -> list[BaseException | None]:
    """Let sealers and writers go at once; return what became of the sealers."""
    for number in range(WAITING):
        write(number)
    calls = [sealing.seal] * SEALERS + [lambda number=number: write(number) for number in range(WRITERS)]
    return [outcome.error for outcome in together(*calls, without=without)[:SEALERS]]


def test_two_sealers_never_fork_the_chain_and_no_entry_is_lost(transactional_db):
    assert race() == [None] * SEALERS
    while sealing.seal():
        pass
    blocks = list(Block.objects.order_by("number"))
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))
    assert [block.previous_hash for block in blocks] == [sealing.GENESIS, *(block.hash for block in blocks[:-1])]
    assert BlockMember.objects.count() == Entry.objects.count() == WAITING + WRITERS
    assert sealing.verify() is None


def test_control_without_the_lock_sealers_collide_and_only_the_key_keeps_the_chain_whole(transactional_db):
    assert any(error is not None for error in race(without=TRY_LOCK))
    assert sealing.verify() is None
