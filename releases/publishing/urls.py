"""Addresses of this app."""

from django.urls import URLPattern

app_name = "publishing"
urlpatterns: list[URLPattern] = []
