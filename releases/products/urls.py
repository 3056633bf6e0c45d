"""Addresses of this app."""

from django.urls import URLPattern

app_name = "products"
urlpatterns: list[URLPattern] = []
