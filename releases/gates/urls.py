"""Addresses of this app."""

from django.urls import URLPattern

app_name = "gates"
urlpatterns: list[URLPattern] = []
