from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    name = "releases.questions"
    label = "questions"
    verbose_name = "Questions and content requests"
