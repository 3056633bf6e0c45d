from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PeopleConfig(AppConfig):
    name = "portal.people"
    label = "people"
    verbose_name = "People and organisations"

    def ready(self) -> None:
        autodiscover_modules("api_schema")  # registers how callers prove who they are
