"""``manage.py verify_journal``: walk the sealed chain and what must agree with it; name the bad rows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.journal.models import Block
from portal.journal.sealing import unsealed
from portal.journal.verifying import faults


class Command(BaseCommand):
    help = "Verify every sealed block of the journal, and what must agree with it, and name each row that does not."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(faults())
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"{Block.objects.count()} blocks verified; {unsealed().count()} entries not yet sealed.")
