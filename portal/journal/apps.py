from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from portal.journal.append_only import grant_runtime_role


class JournalConfig(AppConfig):
    name = "portal.journal"
    label = "journal"
    verbose_name = "Journal"

    def ready(self) -> None:
        autodiscover_modules("auditing")  # registers what else must agree with the journal
        post_migrate.connect(grant_runtime_role, dispatch_uid="grant runtime role")
