"""Addresses of this app."""

from django.urls import path

from releases.ballots import views
from releases.ballots.objection_steps import OBJECTION_STEPS
from releases.ballots.steps import BALLOT_STEPS

app_name = "ballots"
urlpatterns = [
    path("", views.ballots, name="ballots"),
    path("csv/", views.ballots_csv, name="ballots_csv"),
    path("objections/", views.objections, name="objections"),
    path("objections/lodge/<str:reference>/", views.lodge, name="lodge"),
    path("objections/lodge/<str:reference>/count/", views.count_homes, name="count_homes"),
    path("objections/<str:reference>/", views.objection, name="objection"),
    path("objections/<str:reference>/evidence/<int:pk>/", views.exhibit, name="exhibit"),
    *(
        path(f"objections/<str:reference>/{step.name}/", views.objection_step, {"name": step.name}, name=step.name)
        for step in OBJECTION_STEPS
    ),
    path("determinations/", views.determinations, name="determinations"),
    path("determinations/<str:reference>/", views.determination, name="determination"),
    path("determinations/<str:reference>/pdf/", views.determination_pdf, name="determination_pdf"),
    path("determinations/<str:reference>/dossier/", views.dossier, name="dossier"),
    path("rules/", views.rules, name="rules"),
    path("rules/add/", views.add_rules, name="add_rules"),
    path("rules/<int:number>/", views.rule_set, name="rule_set"),
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/call/", views.call_meeting, name="call_meeting"),
    path("meetings/<str:reference>/", views.meeting, name="meeting"),
    path("meetings/<str:reference>/cancel/", views.cancel_meeting, name="cancel_meeting"),
    path("draft/<str:reference>/", views.draft, name="draft"),
    path("draft-waiver/<str:reference>/", views.draft_waiver, name="draft_waiver"),
    path("draft-review/<str:reference>/", views.draft_review, name="draft_review"),
    path("<str:reference>/", views.ballot, name="ballot"),
    path("<str:reference>/interests/<int:pk>/", views.rule_on_interest, name="rule_on_interest"),
    path("<str:reference>/turnout/", views.turnout, name="turnout"),
    path("<str:reference>/vote/", views.vote, name="vote"),
    path("<str:reference>/vote/cast/", views.cast, name="cast"),
    path("<str:reference>/receipt/", views.receipt, name="receipt"),
    path("<str:reference>/own-vote/", views.read_own_vote, name="read_own_vote"),
    path("<str:reference>/casting-vote/", views.casting_vote, name="casting_vote"),
    path("<str:reference>/casting-vote/give/", views.give_casting_vote, name="give_casting_vote"),
    path("<str:reference>/casting-vote/receipt/", views.casting_receipt, name="casting_receipt"),
    *(
        path(f"<str:reference>/{step.name}/", views.ballot_step, {"name": step.name}, name=step.name)
        for step in BALLOT_STEPS
    ),
]
