from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "devices.fleet"
    label = "fleet"
    verbose_name = "Fleet"
