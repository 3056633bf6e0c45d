"""Addresses of this app."""

from django.urls import path

from releases.scheduling import draft_views, views

app_name = "scheduling"
urlpatterns = [
    path("", views.exercises, name="exercises"),
    path("on/<slug:reference>/open/", views.open_exercise, name="open_exercise"),
    path("drafts/<slug:reference>/", draft_views.draft, name="draft"),
    path("drafts/<slug:reference>/progress/", draft_views.draft_progress, name="draft_progress"),
    path("drafts/<slug:reference>/groups/<int:number>/", draft_views.edit, name="edit"),
    path("drafts/<slug:reference>/confirm/", draft_views.confirm, name="confirm"),
    path("drafts/<slug:reference>/discard/", draft_views.discard, name="discard"),
    path("<slug:reference>/drafts/", draft_views.drafts, name="drafts"),
    path("<slug:reference>/solve/", draft_views.solve, name="solve"),
    path("<slug:reference>/", views.exercise, name="exercise"),
    path("<slug:reference>/change/", views.change_exercise, name="change_exercise"),
    path("<slug:reference>/close/", views.close_exercise, name="close_exercise"),
    path("<slug:reference>/reopen/", views.reopen_exercise, name="reopen_exercise"),
    path("<slug:reference>/withdraw/", views.withdraw_exercise, name="withdraw_exercise"),
    path("<slug:reference>/csv/", views.statements_csv, name="statements_csv"),
    path("<slug:reference>/for/<slug:slug>/", views.state, name="state"),
    path("<slug:reference>/for/<slug:slug>/leave/", views.leave, name="leave"),
]
