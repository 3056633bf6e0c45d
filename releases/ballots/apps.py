from django.apps import AppConfig


class BallotsConfig(AppConfig):
    name = "releases.ballots"
    label = "ballots"
    verbose_name = "Objections and ballots"
