"""Addresses of this app."""

from django.urls import path

from releases.gates import views

app_name = "gates"
urlpatterns = [path("<slug:reference>/", views.standing, name="standing")]
