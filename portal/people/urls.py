"""Addresses of this app."""

from django.urls import URLPattern

app_name = "people"
urlpatterns: list[URLPattern] = []
