from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "devices.alerts"
    label = "alerts"
    verbose_name = "Activation alerts"
