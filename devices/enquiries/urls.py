"""Addresses of this app."""

from django.urls import path

from devices.enquiries import views

app_name = "enquiries"
urlpatterns = [
    path("", views.enquire, name="enquire"),
    path("<str:eui64>/", views.hub, name="hub"),
]
