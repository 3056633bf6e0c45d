from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "releases.gates"
    label = "gates"
    verbose_name = "Gates"
