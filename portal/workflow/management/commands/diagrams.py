"""``manage.py diagrams``: write the state diagrams into the documents, or check them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.workflow.diagrams import redrawn, stale


class Command(BaseCommand):
    help = "Write the state diagrams into README.md and docs/, or --check that they are current."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when one differs")

    def handle(self, *args: Any, **options: Any) -> None:
        base = Path(settings.BASE_DIR)
        documents = [base / "README.md", *sorted((base / "docs").rglob("*.md"))]
        old = stale([path for path in documents if path.exists()])
        if options["check"] and old:
            raise CommandError("Diagrams differ from the tables: run manage.py diagrams. " + ", ".join(map(str, old)))
        for path in old:
            path.write_text(redrawn(path.read_text()))
