"""Addresses of this app."""

from django.urls import path

from devices.alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.alerts, name="alerts"),
    path("<str:day>.csv", views.day_csv, name="day_csv"),
]
