"""Addresses of this app."""

from django.urls import path

from releases.testing import (
    case_views,
    coverage_views,
    facility_views,
    result_views,
    views,
    waiting_views,
    window_views,
)

app_name = "testing"
urlpatterns = [
    path("", views.windows, name="windows"),
    path("csv/", views.windows_csv, name="windows_csv"),
    path("cases/", case_views.cases, name="cases"),
    path("cases/add/", case_views.add_case, name="add_case"),
    path("cases/<int:pk>/", case_views.case, name="case"),
    path("cases/<int:pk>/revise/", case_views.revise_case, name="revise_case"),
    path("cases/<int:pk>/retire/", case_views.retire_case, name="retire_case"),
    path("waiting/", waiting_views.waiting_list, name="waiting_list"),
    path("waiting/<slug:reference>/accept/", waiting_views.accept_offer, name="accept_offer"),
    path("waiting/<slug:reference>/leave/", waiting_views.leave_waiting_list, name="leave_waiting_list"),
    path("load/", window_views.load, name="load"),
    path("environments/", facility_views.environments, name="environments"),
    path("environments/add/", facility_views.add_environment, name="add_environment"),
    path("environments/<slug:slug>/", facility_views.environment, name="environment"),
    path("environments/<slug:slug>/edit/", facility_views.edit_environment, name="edit_environment"),
    path("environments/<slug:slug>/close/", facility_views.close_environment, name="close_environment"),
    path("environments/<slug:slug>/rigs/add/", facility_views.add_rig, name="add_rig"),
    path("closures/<int:pk>/lift/", facility_views.lift_closure, name="lift_closure"),
    path("rigs/<int:pk>/edit/", facility_views.edit_rig, name="edit_rig"),
    path("on/<slug:release>/", coverage_views.coverage, name="coverage"),
    path("on/<slug:release>/over-time/", coverage_views.coverage_over_time, name="coverage_over_time"),
    path("on/<slug:release>/book/", views.book, name="book"),
    path("<slug:reference>/", views.window, name="window"),
    path("<slug:reference>/move/", window_views.reschedule, name="reschedule"),
    path("<slug:reference>/no-show/", window_views.record_no_show, name="record_no_show"),
    path("<slug:reference>/extend/", window_views.ask_extension, name="ask_extension"),
    path("<slug:reference>/extensions/<int:pk>/grant/", window_views.grant_extension, name="grant_extension"),
    path("<slug:reference>/extensions/<int:pk>/refuse/", window_views.refuse_extension, name="refuse_extension"),
    path("<slug:reference>/cancel/", views.cancel, name="cancel"),
    path("<slug:reference>/results/", views.report_results, name="report_results"),
    path("<slug:reference>/results/grid/", result_views.report_grid, name="report_grid"),
    path("<slug:reference>/results/csv/", result_views.check_sheet, name="check_sheet"),
    path("<slug:reference>/results/csv/write/", result_views.report_sheet, name="report_sheet"),
    path("<slug:reference>/results/csv/template/", result_views.sheet_template, name="sheet_template"),
    path("<slug:reference>/evidence/<int:pk>/", result_views.result_evidence, name="result_evidence"),
]
