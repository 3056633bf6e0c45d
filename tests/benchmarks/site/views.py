"""The views that pages are held against."""

from django.http import HttpRequest, HttpResponse


def bare(request: HttpRequest) -> HttpResponse:
    """Answer with two words."""
    return HttpResponse("Nothing here.")
