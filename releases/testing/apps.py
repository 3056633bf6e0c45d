from django.apps import AppConfig


class TestingConfig(AppConfig):
    name = "releases.testing"
    label = "testing"
    verbose_name = "User testing"
