"""``manage.py ensure_defaults``: bring in what every installation has (classes, rule sets, catalogues)."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.module_loading import module_has_submodule


class Command(BaseCommand):
    help = "Call ensure_defaults() of every app's defaults.py; safe to repeat, changes nothing that was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for config in apps.get_app_configs():
            if config.name.startswith("django.") or config.module is None:
                continue
            if module_has_submodule(config.module, "defaults"):
                import_module(f"{config.name}.defaults").ensure_defaults()
                if options["verbosity"] > 1:
                    self.stdout.write(f"defaults of {config.label}")
