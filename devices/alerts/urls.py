"""Addresses of this app."""

from django.urls import path

from devices.alerts import hook_views, views

app_name = "alerts"
urlpatterns = [
    path("", views.alerts, name="alerts"),
    path("webhook/", hook_views.webhook, name="webhook"),
    path("webhook/renew-secret/", hook_views.renew_secret, name="renew_secret"),
    path("webhook/remove/", hook_views.remove_webhook, name="remove_webhook"),
    path("<str:day>.csv", views.day_csv, name="day_csv"),
]
