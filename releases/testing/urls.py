"""Addresses of this app."""

from django.urls import path

from releases.testing import views

app_name = "testing"
urlpatterns = [
    path("", views.windows, name="windows"),
    path("csv/", views.windows_csv, name="windows_csv"),
    path("cases/", views.cases, name="cases"),
    path("on/<slug:release>/", views.coverage, name="coverage"),
    path("on/<slug:release>/book/", views.book, name="book"),
    path("<slug:reference>/", views.window, name="window"),
    path("<slug:reference>/cancel/", views.cancel, name="cancel"),
    path("<slug:reference>/results/", views.report_results, name="report_results"),
]
