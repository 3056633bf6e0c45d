from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "devices.studies"
    label = "studies"
    verbose_name = "Studies"
