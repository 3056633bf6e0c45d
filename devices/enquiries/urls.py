"""Addresses of this app."""

from django.urls import path

from devices.enquiries import file_views, list_views, views

app_name = "enquiries"
urlpatterns = [
    path("", views.enquire, name="enquire"),
    path("list/", list_views.hubs, name="hubs"),
    path("list.csv", list_views.hubs_csv, name="hubs_csv"),
    path("files/", file_views.files, name="files"),
    path("files/<str:reference>/", file_views.file, name="file"),
    path("files/<str:reference>/progress/", file_views.progress, name="file_progress"),
    path("files/<str:reference>/result.csv", file_views.result, name="file_result"),
    path("<str:eui64>/", views.hub, name="hub"),
]
