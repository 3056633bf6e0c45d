from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "releases.scheduling"
    label = "scheduling"
    verbose_name = "Scheduling exercises"
