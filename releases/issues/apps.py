from django.apps import AppConfig


class IssuesConfig(AppConfig):
    name = "releases.issues"
    label = "issues"
    verbose_name = "Issues"
