from django.apps import AppConfig


class DetectionConfig(AppConfig):
    name = "devices.detection"
    label = "detection"
    verbose_name = "Detection"
