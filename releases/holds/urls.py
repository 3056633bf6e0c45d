"""Addresses of this app."""

from django.urls import path

from releases.holds import views

app_name = "holds"
urlpatterns = [
    path("", views.holds, name="holds"),
    path("csv/", views.holds_csv, name="holds_csv"),
    path("place/", views.place, name="place"),
    path("count/", views.count, name="count"),
    path("<slug:reference>/", views.hold, name="hold"),
    path("<slug:reference>/announce-lift/", views.announce_lift, name="announce_lift"),
    path("<slug:reference>/review/", views.review, name="review"),
    path("<slug:reference>/lift/", views.lift, name="lift"),
]
