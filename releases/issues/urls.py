"""Addresses of this app."""

from django.urls import URLPattern

app_name = "issues"
urlpatterns: list[URLPattern] = []
