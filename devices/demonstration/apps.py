from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "devices.demonstration"
    label = "demonstration"
    verbose_name = "Demonstration"
