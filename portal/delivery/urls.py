"""Addresses of this app."""

from django.urls import path

from portal.delivery import views

app_name = "delivery"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read-all/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.message, name="message"),
    path("inbox/<int:pk>/read/", views.read, name="read"),
    path("account/mail/", views.preferences, name="preferences"),
    path("account/mail/prefer/", views.prefer, name="prefer"),
    path("mail/unsubscribe/<str:signed>/", views.unsubscribe, name="unsubscribe"),
    path("demo/mail/", views.demo_mails, name="demo_mails"),
    path("demo/mail/<str:name>/", views.demo_mail, name="demo_mail"),
]
