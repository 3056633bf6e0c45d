from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "releases.publishing"
    label = "publishing"
    verbose_name = "Releases and notices"
