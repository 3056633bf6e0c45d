from typing import Any

from celery import shared_task

from portal.journal import verifying
from portal.journal.sealing import seal as seal_block


@shared_task(name="journal.seal")
def seal() -> None:
    """Seal what waits, block by block."""
    while seal_block() is not None:
        pass


@shared_task(name="journal.verify")
def verify(by: str = "Every day", **_: Any) -> None:
    """Verify the record and keep what was found: every day, and when somebody asks for it."""
    verifying.verify(by_name=by)
