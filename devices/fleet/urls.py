"""Addresses of this app."""

from django.urls import path

from devices.fleet import views

app_name = "fleet"
urlpatterns = [path("", views.fleet, name="fleet")]
