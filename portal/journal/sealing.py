"""Sealing the journal in linked, hashed blocks, and verifying them.

Rows are inserted freely; one sealer at a time (advisory lock) takes every committed row not yet sealed into a
block that lists its members, because id order is not commit order. The unsealed tail is shown as such.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from portal.journal.models import Block, BlockMember, Entry

SEALER = 0x5345414C  # "SEAL"
GENESIS = "0" * 64
AT_MOST = 5_000


@dataclass(frozen=True)
class Fault:
    """The first thing wrong with the chain: the block's number, the entry's id if one, and a sentence."""

    block: int
    entry: int | None
    sentence: str


def content_of(entry: Entry) -> str:
    """Return an entry's content as canonical JSON."""
    content = {field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields}
    return json.dumps(content, sort_keys=True, default=str, separators=(",", ":"))


def entry_hash(entry: Entry) -> str:
    """Return the SHA-256 of an entry's content."""
    return _sha256(content_of(entry))


def block_hash(number: int, previous: str, hashes: Iterable[str]) -> str:
    """Return the SHA-256 that links a block to the one before and to its members in order."""
    return _sha256("\n".join([str(number), previous, *hashes]))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def seal() -> Block | None:
    """Seal up to 5,000 unsealed entries into the next block; return it, or None when nothing waits or another seals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER])
        if not cursor.fetchone()[0]:
            return None
    entries = list(unsealed()[:AT_MOST])
    if not entries:
        return None
    last = Block.objects.order_by("-number").first()
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    hashes = [entry_hash(entry) for entry in entries]
    block = Block.objects.create(
        number=number,
        previous_hash=previous,
        hash=block_hash(number, previous, hashes),
        entries=len(entries),
    )
    BlockMember.objects.bulk_create(
        BlockMember(block=block, position=position, entry=entry, entry_hash=digest)
        for position, (entry, digest) in enumerate(zip(entries, hashes, strict=True))
    )
    return block


def unsealed() -> QuerySet[Entry]:
    """Return the entries no block holds yet, in id order."""
    return Entry.objects.filter(sealed=None).order_by("id")


def verify() -> Fault | None:
    """Walk the whole chain; return the first fault, or None when every sealed entry is as it was sealed."""
    previous = GENESIS
    for expected, block in enumerate(Block.objects.order_by("number").iterator(), start=1):
        if block.number != expected:
            return Fault(expected, None, f"Block {expected} is missing.")
        fault = _fault_in(block, previous)
        if fault:
            return fault
        previous = block.hash
    return None


def _fault_in(block: Block, previous: str) -> Fault | None:
    if block.previous_hash != previous:
        return Fault(block.number, None, f"Block {block.number} does not follow the block before it.")
    members = list(block.members.select_related("entry").order_by("position"))
    if len(members) != block.entries:
        return Fault(block.number, None, f"Block {block.number} lists {len(members)} entries, not {block.entries}.")
    for member in members:
        if entry_hash(member.entry) != member.entry_hash:
            return Fault(block.number, member.entry_id, f"Entry {member.entry_id} is not what was sealed.")
    if block_hash(block.number, previous, (member.entry_hash for member in members)) != block.hash:
        return Fault(block.number, None, f"The hash of block {block.number} does not fit its members.")
    return None
