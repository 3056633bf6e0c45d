"""Addresses with one that fails, for the test of the page for our own faults."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from portal.urls import urlpatterns as real


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


urlpatterns = [*real, path("broken/", broken)]
