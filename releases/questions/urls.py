"""Addresses of this app."""

from django.urls import path

from releases.questions import views

app_name = "questions"
urlpatterns = [
    path("", views.questions, name="questions"),
    path("on/<slug:reference>/ask/", views.ask, name="ask"),
    path("content/", views.requests, name="requests"),
    path("content/new/", views.request_content, name="request_content"),
    path("content/<slug:reference>/", views.request, name="request"),
    path("content/<slug:reference>/support/", views.support, name="support"),
    path("content/<slug:reference>/accept/", views.accept, name="accept"),
    path("content/<slug:reference>/decline/", views.decline, name="decline"),
    path("content/<slug:reference>/later/", views.postpone, name="postpone"),
    path("content/<slug:reference>/retire/", views.retire, name="retire"),
    path("content/<slug:reference>/withdraw/", views.withdraw_request, name="withdraw_request"),
    path("<slug:reference>/", views.question, name="question"),
    path("<slug:reference>/watch/", views.watch, name="watch"),
    path("<slug:reference>/answer/", views.answer, name="answer"),
    path("<slug:reference>/add-to-notes/", views.add_to_notes, name="add_to_notes"),
    path("<slug:reference>/withdraw/", views.withdraw_question, name="withdraw_question"),
]
