"""Addresses of this app."""

from django.conf import settings
from django.urls import path

from portal.pages import finding, gallery, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", finding.search, name="search"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/month/", views.calendar_month, name="calendar_month"),
    path("calendar/feed.ics", views.calendar_feed, name="calendar_feed"),
    path("clock/", views.show_clock, name="clock"),
    path("clock/advance/", views.advance_clock, name="advance_clock"),
    path("clock/run/", views.run_clock, name="run_clock"),
    path("help/", views.show_help, name="help"),
    path("accessibility/", views.show_accessibility, name="accessibility"),
    path("privacy/", views.show_privacy, name="privacy"),
    path("developers/", views.show_api, name="api"),
]
if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery.show, name="gallery"))
