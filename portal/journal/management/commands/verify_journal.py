"""``manage.py verify_journal``: walk the sealed chain and name the first bad row."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.journal.models import Block
from portal.journal.sealing import unsealed, verify


class Command(BaseCommand):
    help = "Verify every sealed block of the journal and name the first row that is not what was sealed."

    def handle(self, *args: Any, **options: Any) -> None:
        fault = verify()
        if fault:
            raise CommandError(fault.sentence)
        self.stdout.write(f"{Block.objects.count()} blocks verified; {unsealed().count()} entries not yet sealed.")
