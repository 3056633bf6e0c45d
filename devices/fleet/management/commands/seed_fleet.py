import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from devices.fleet import verbs
from portal.workflow import clock
from portal.workflow.actor import Channel, system
from portal.workflow.errors import Refusal


class Command(BaseCommand):
    help = "Populate an empty portal with an invented country of hubs; the same seed gives the same country."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hubs", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=2017)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed the fleet and say how long it took."""
        began = time.monotonic()
        by = system("Seed of the fleet", channel=Channel.COMMAND)
        try:
            world = verbs.seed(hubs=options["hubs"], seed=options["seed"], by=by, at=clock.now())
        except Refusal as refusal:
            raise CommandError(refusal.reason) from refusal
        self.stdout.write(f"{world} in {time.monotonic() - began:.1f} s.")
