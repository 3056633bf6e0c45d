"""Addresses of this app."""

from django.urls import path

from portal.people import feed_views, filters, record_views, views

app_name = "people"
urlpatterns = [
    path("organisation/", views.organisation, name="organisation"),
    path("organisation/invite/", views.invite, name="invite"),
    path("organisation/memberships/<int:pk>/end/", views.end_membership, name="end_membership"),
    path("organisation/agents/appoint/", views.appoint_rsa, name="appoint_rsa"),
    path("organisation/agents/<int:pk>/end/", views.end_appointment, name="end_appointment"),
    path("committees/", views.committees, name="committees"),
    path("committees/create/", views.create_committee, name="create_committee"),
    path("committees/<slug:slug>/", views.committee, name="committee"),
    path("committees/<slug:slug>/places/", views.set_places, name="set_places"),
    path("committees/<slug:slug>/seat/", views.seat_member, name="seat_member"),
    path("seats/<int:pk>/end/", views.end_seat, name="end_seat"),
    path("record/", record_views.record, name="record"),
    path("record/verify/", record_views.verify_record, name="verify_record"),
    path("account/", views.account, name="account"),
    path("account/keys/create/", views.create_token, name="create_token"),
    path("account/keys/<int:pk>/revoke/", views.revoke_token, name="revoke_token"),
    path("account/filters/keep/", filters.keep_filter, name="keep_filter"),
    path("account/filters/<int:pk>/forget/", filters.forget_filter, name="forget_filter"),
    path("calendar/feeds/", feed_views.calendar_feeds, name="calendar_feeds"),
    path("calendar/feeds/create/", feed_views.create_feed, name="create_feed"),
    path("calendar/feeds/<int:pk>/revoke/", feed_views.revoke_feed, name="revoke_feed"),
    path("calendar/feeds/<slug:prefix>-<slug:secret>.ics", feed_views.personal_feed, name="personal_feed"),
    path("account/act-for/", views.act_for, name="act_for"),
]
