from django.apps import AppConfig


class RolloutsConfig(AppConfig):
    name = "devices.rollouts"
    label = "rollouts"
    verbose_name = "Rollouts"
