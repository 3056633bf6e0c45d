"""``manage.py seed_demo``: build the demonstration world in an empty database."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from devices.demonstration import world
from portal.people.models import Organisation
from portal.workflow import clock
from releases.publishing.models import Release


class Command(BaseCommand):
    help = "Build the invented world of the demonstration in an empty database, whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hubs", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=1)

    @transaction.atomic
    def handle(self, *args: Any, hubs: int, seed: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demonstration is seeded: this portal is in production.")
        if Organisation.objects.exists():
            raise CommandError("This database has organisations already: run make reset first.")
        if hubs < world.LEAST_HUBS:
            raise CommandError(f"Give at least {world.LEAST_HUBS:,} hubs: with fewer the waves cannot be judged.")
        call_command("ensure_defaults", verbosity=0)
        stage = world.build(hubs=hubs, seed=seed, now=clock.now())
        scenes = world.tell(stage)
        self.stdout.write(
            f"The demonstration world stands: {hubs:,} hubs, {len(stage.players.organisations)} organisations, "
            f"{Release.objects.count()} releases, told in {scenes} scenes."
        )
