"""Addresses of the table of urgency classes."""

from django.urls import path

from releases.publishing.views import classes

app_name = "classes"
urlpatterns = [
    path("", classes.classes, name="classes"),
    path("<slug:name>/add/", classes.add_class, name="add_class"),
]
