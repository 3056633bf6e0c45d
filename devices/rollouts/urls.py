"""Addresses of this app."""

from django.urls import path

from devices.rollouts import capacity_views, report_views, views

app_name = "rollouts"
urlpatterns = [
    path("", views.rollouts, name="rollouts"),
    path("csv/", views.rollouts_csv, name="rollouts_csv"),
    path("capacity/", capacity_views.capacity, name="capacity"),
    path("capacity/<slug:region>/", capacity_views.state_capacity, name="state_capacity"),
    path("plan/<slug:reference>/", views.plan, name="plan"),
    path("<slug:reference>/", views.rollout, name="rollout"),
    path("<slug:reference>/progress/", views.progress, name="progress"),
    path("<slug:reference>/approve/", views.approve, name="approve"),
    path("<slug:reference>/cancel/", views.cancel, name="cancel"),
    path("<slug:reference>/start/", views.start, name="start"),
    path("<slug:reference>/start-activation/", views.start_activation, name="start_activation"),
    path("<slug:reference>/pause/", views.pause, name="pause"),
    path("<slug:reference>/halt/", views.halt, name="halt"),
    path("<slug:reference>/resume/", views.resume, name="resume"),
    path("<slug:reference>/hold-part/", views.hold_part, name="hold_part"),
    path("<slug:reference>/stop/", views.stop, name="stop"),
    path("<slug:reference>/end-activation/", views.end_activation, name="end_activation"),
    path("<slug:reference>/watched/", report_views.watched, name="watched"),
    path("<slug:reference>/report/", report_views.report, name="report"),
    path("<slug:reference>/report/pdf/", report_views.report_pdf, name="report_pdf"),
    path("<slug:reference>/report/csv/", report_views.report_csv, name="report_csv"),
]
