from celery import shared_task

from portal.journal.sealing import seal as seal_block


@shared_task(name="journal.seal")
def seal() -> None:
    """Seal what waits, block by block."""
    while seal_block() is not None:
        pass
