"""``manage.py run_rollout``: a whole rollout over an invented country, watched from the terminal."""

import os
import shutil
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, connection
from django.urls import reverse
from kombu.exceptions import OperationalError as BrokerError

from devices.demonstration import rehearsal, terminal
from devices.demonstration.desk import MANAGER
from devices.demonstration.rehearsal import LEAST, MOST, Look, Stuck
from devices.demonstration.stage import Stage
from devices.rollouts import pages, partitions
from devices.rollouts.models import Rollout
from devices.simulator.scenarios import SCENARIOS
from portal.embedded import passing
from portal.embedded.management.commands.up import unknown_migrations
from portal.embedded.process import wait_until
from portal.embedded.trouble import Trouble
from portal.embedded.up import Portal
from portal.people.demo_accounts import ACCOUNTS, PASSWORD
from portal.people.models import Organisation
from portal.workflow import clock

BYTES_A_HUB, BYTES_AT_LEAST = 2_500, 4_000_000_000
CLEAR_LINE = "\r\x1b[K"
HOST = "127.0.0.1"
WORKER_SECONDS = 30.0
LINE_SECONDS = 5.0  # between two lines where the terminal cannot write over the last one


class Command(BaseCommand):
    help = (
        "Build an invented country, roll one release out to its hubs with real workers, and show how it goes. Runs on "
        "services of its own that are gone afterwards, or on DATABASE_URL and REDIS_URL where both are set."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hubs", type=int, default=100_000, help="about how many hubs to update")
        parser.add_argument("--scenario", default="calm", help="what the network and the image are like; see --list")
        parser.add_argument("--stay", action="store_true", help="leave the portal open at the end, until Ctrl-C")
        parser.add_argument("--list", action="store_true", help="name the scenarios and end")

    def handle(self, *, hubs: int, scenario: str, stay: bool, **options: Any) -> None:
        if options["list"]:
            for one in SCENARIOS.values():
                self.stdout.write(f"{one.name:<20}{one.summary}")
            return
        self._check(hubs, scenario)
        given = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
        if len(given) == 1:
            raise CommandError(f"Only {given[0]} is set: set both DATABASE_URL and REDIS_URL, or neither.")
        if not given:
            self._rehearse_apart(hubs, ["--scenario", scenario, *(["--stay"] if stay else [])])
            return
        self._rehearse(hubs, scenario)
        if stay:
            self._say(f"\nThe portal stays open at {settings.PORTAL_URL}/ until Ctrl-C.")
            signal.pause()

    def _check(self, hubs: int, scenario: str) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demonstration rolls out to invented hubs: this portal is in production.")
        if scenario not in SCENARIOS:
            raise CommandError(f"There is no scenario {scenario!r}: choose one of {', '.join(SCENARIOS)}.")
        if not LEAST <= hubs <= MOST:
            raise CommandError(f"Give between {LEAST:,} and {MOST:,} hubs: with fewer the waves cannot be judged.")

    def _rehearse_apart(self, hubs: int, chosen: list[str]) -> None:
        """Start a portal of its own, whole, and run this command again inside."""
        room = shutil.disk_usage(settings.VAR_DIR.parent).free - BYTES_AT_LEAST
        if room < hubs * BYTES_A_HUB:
            most = max(room // BYTES_A_HUB, 0)
            raise CommandError(f"The disk has room for about {most:,} hubs: free some space, or choose fewer.")
        self._say("Starting a database, a broker, workers and a web server for this rollout alone.")
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        with passing.folder(settings.VAR_DIR / "rollout") as var:
            portal = Portal(
                host=HOST,
                port=_free_port(),
                var=var,
                demo=False,  # this command makes its own world
                say=self._say,
                unknown_migrations=unknown_migrations,
                greet=lambda address, seconds: self._say(f"Ready at {address} after {seconds:.0f} s."),
            )
            try:
                status = portal.run(["run_rollout", "--hubs", str(hubs), *chosen])
            except Trouble as trouble:
                raise CommandError(str(trouble), returncode=trouble.status) from trouble
        if status:
            sys.exit(status)

    def _rehearse(self, hubs: int, scenario: str) -> None:
        with _services_explained():
            self._check_services()
            try:
                self._run(*self._planned(hubs, scenario))
            except Stuck as stuck:
                raise CommandError(f"{stuck} Look at the logs of the worker and the beat.") from stuck

    def _check_services(self) -> None:
        try:
            is_in_use = Organisation.objects.exists()
        except ProgrammingError as error:
            raise CommandError("The database has not been migrated: run manage.py migrate first.") from error
        if is_in_use:
            raise CommandError(
                "DATABASE_URL names a portal that is in use: give an empty database that has been migrated, or "
                "unset DATABASE_URL and REDIS_URL."
            )
        if not wait_until(lambda: bool(current_app.control.ping(timeout=1)), seconds=WORKER_SECONDS):
            raise CommandError("No worker answers: start celery -A portal worker and celery -A portal beat first.")

    def _planned(self, hubs: int, scenario: str) -> tuple[Stage, Rollout]:
        call_command("ensure_defaults", verbosity=0)
        began = time.monotonic()
        stage, release = rehearsal.make_country(hubs=hubs, now=clock.now())
        seconds = time.monotonic() - began
        self._say(f"A country stands, and release {release.reference} is cleared, after {seconds:.0f} s.")
        began = time.monotonic()
        rollout = rehearsal.plan(stage, release, scenario=scenario)
        self._say(
            f"Rollout {rollout} is planned: {rollout.hubs:,} hubs in {rollout.waves.count()} waves and "
            f"{rollout.batches.count():,} batches, {time.monotonic() - began:.0f} s. Scenario {scenario}: "
            f"{SCENARIOS[scenario].summary}."
        )
        account = next(account for account in ACCOUNTS if account.key == MANAGER)
        address = f"{settings.PORTAL_URL}{reverse('rollouts:rollout', args=[rollout.reference])}"
        self._say(f"Its page: {address} (sign in as {account.email}, password: {PASSWORD})")
        return stage, rollout

    def _run(self, stage: Stage, rollout: Rollout) -> None:
        began = time.monotonic()
        verdicts, shown, look = terminal.Verdicts(), 0.0, None
        for look in rehearsal.run(rollout, lambda who: stage.players.actor(who, clock.now())):
            for line in verdicts.new(look.rollout):
                self._say(line)
            if self.stdout.isatty() or time.monotonic() - shown > LINE_SECONDS:
                self._show(look)
                shown = time.monotonic()
        if look is not None:
            taken = terminal.clock_of(time.monotonic() - began)
            self._say(f"{taken} from approval to the end; {_events(look.rollout):,} moves of hubs.\n")
            live = pages.live(look.rollout, stage.players.actor(MANAGER, clock.now()), clock.now())
            self._say("\n".join(terminal.account(live)))

    def _show(self, look: Look) -> None:
        if self.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            self.stdout.write(f"{CLEAR_LINE}{terminal.progress(look)[:width]}", ending="")
            self.stdout.flush()
        else:
            self._say(terminal.progress(look))

    def _say(self, line: str) -> None:
        self.stdout.write(f"{CLEAR_LINE if self.stdout.isatty() else ''}{line}")
        self.stdout.flush()


@contextmanager
def _services_explained() -> Iterator[None]:
    """Turn absent services into the sentence that says what to do."""
    try:
        yield
    except OperationalError as error:
        raise CommandError("The database of DATABASE_URL does not answer: start it, or unset DATABASE_URL.") from error
    except BrokerError as error:
        raise CommandError("The broker of REDIS_URL does not answer: start it, or unset REDIS_URL.") from error


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as found:
        return int(found.getsockname()[1])


def _events(rollout: Rollout) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {partitions.events_of(rollout.pk)}")  # noqa: S608 - a number of ours
        return int(cursor.fetchone()[0])
