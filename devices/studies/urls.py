"""Addresses of this app."""

from django.urls import path

from devices.studies import views

app_name = "studies"
urlpatterns = [
    path("", views.studies, name="studies"),
    path("new/", views.make, name="make"),
    path("<str:reference>/", views.study, name="study"),
    path("<str:reference>/progress/", views.progress, name="progress"),
    path("<str:reference>/cancel/", views.cancel, name="cancel"),
    path("<str:reference>/results.csv", views.results_csv, name="results_csv"),
    path("<str:reference>/results.json", views.results_json, name="results_json"),
    path("<str:reference>/paper.pdf", views.results_pdf, name="results_pdf"),
]
