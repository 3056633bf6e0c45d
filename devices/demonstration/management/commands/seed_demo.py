"""``manage.py seed_demo``: build the demonstration world in an empty database."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from devices.demonstration.cast import SEEDER, assemble
from devices.demonstration.story import Story
from devices.fleet import verbs as fleet
from portal.people.models import Organisation
from portal.workflow import clock


class Command(BaseCommand):
    help = "Build the invented world of the demonstration in an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hubs", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=2017)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demonstration is seeded: this portal is in production.")
        if Organisation.objects.exists():
            raise CommandError("This database has organisations already: run make reset first.")
        call_command("ensure_defaults", verbosity=0)
        now = clock.now()
        began = now - timedelta(days=90)
        players, panel = assemble(began)
        fleet.seed(hubs=options["hubs"], seed=options["seed"], by=SEEDER, at=began)
        Story(players, panel, now).tell()
        self.stdout.write(f"The demonstration world stands: {options['hubs']:,} hubs, 12 suppliers, 5 releases.")
