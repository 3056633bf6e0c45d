from django.apps import AppConfig


class HoldsConfig(AppConfig):
    name = "releases.holds"
    label = "holds"
    verbose_name = "Holds"
