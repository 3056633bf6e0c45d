"""Addresses of this app."""

from django.urls import path

from devices.detection import views

app_name = "detection"
urlpatterns = [
    path("<slug:reference>/", views.proposal, name="proposal"),
    path("<slug:reference>/accept/", views.accept, name="accept"),
    path("<slug:reference>/decline/", views.decline, name="decline"),
]
