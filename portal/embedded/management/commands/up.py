"""`manage.py up`: run the whole portal until Ctrl-C."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.migrations.loader import MigrationLoader

from portal.embedded.trouble import Trouble
from portal.embedded.up import Portal
from portal.people.demo_accounts import ACCOUNTS, PASSWORD

FIRST_CLICKS = """\
Where to begin: sign in as the release manager and open a release from the home page; its tracker shows every
stage, who holds it now and what blocks the next step. The clock in the page's head moves on to the next due date."""


class Command(BaseCommand):
    help = "Start database, broker, web server, worker and beat; restart what dies; Ctrl-C stops everything."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **_: Any) -> None:
        portal = Portal(
            host=host,
            port=port,
            var=settings.VAR_DIR,
            demo=settings.DEMO,
            say=self.say,
            unknown_migrations=unknown_migrations,
            greet=self.greet,
        )
        try:
            portal.run()
        except Trouble as trouble:
            self.stderr.write(str(trouble))
            sys.exit(trouble.status)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def greet(self, address: str, seconds: float) -> None:
        """Print where the portal is and, in the demonstration, who can be tried out and how to begin."""
        lines = [f"\nThe portal is open at {address} (after {seconds:.1f} s)."]
        if settings.DEMO:
            width = max(len(account.email) for account in ACCOUNTS)
            lines += [f"\nDemonstration accounts, all with the password: {PASSWORD}"]
            lines += [f"  {account.email:<{width}}  {account.title}" for account in ACCOUNTS]
            lines += ["", FIRST_CLICKS]
        lines += [f"\nLogs are in {settings.VAR_DIR / 'log'}. Ctrl-C stops everything."]
        self.say("\n".join(lines))


def unknown_migrations(applied: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those applied migrations of present apps that this code does not have."""
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations or {})
    return {(app, name) for app, name in applied if app in loader.migrated_apps} - known
