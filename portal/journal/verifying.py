"""Verifying the record: the chain, and what apps hold against it; the result is kept, whatever it is."""

from collections.abc import Iterator
from itertools import islice

from portal.journal import checks, sealing
from portal.journal.models import Block, Verification

AT_MOST = 100  # faults that are kept: who finds as many has seen enough


def faults() -> Iterator[str]:
    """Yield a sentence for each thing wrong: the first broken link of the chain, then each row that disagrees."""
    broken = sealing.verify()
    if broken:
        yield broken.sentence
    yield from checks.faults()


def verify(*, by_name: str) -> Verification:
    """Verify everything now and return what was found, kept as a row."""
    head = Block.objects.order_by("-number").first()
    found = list(islice(faults(), AT_MOST))
    return Verification.objects.create(
        by_name=by_name,
        blocks=head.number if head else 0,
        head=head.hash if head else "",
        unsealed=sealing.unsealed().count(),
        faults=found,
    )
