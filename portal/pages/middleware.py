"""The edge of the pages: what cannot be read is refused in a sentence, and nobody is left before an empty answer."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from portal.workflow.errors import Invalid

GetResponse = Callable[[HttpRequest], HttpResponse]
METHODS = {"GET", "HEAD", "POST"}  # of pages; the API answers for its own
UNREADABLE = "It holds a character that no text has (NUL). Type the text again without it and send it once more."


def holds_nul(texts: Iterable[str]) -> bool:
    """Whether any text holds the character that the database cannot keep."""
    return any("\0" in text for text in texts)


class UnreadableMiddleware:
    """Refuse NUL characters in addresses and forms, and methods that no page knows."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Answer before the view is asked, where the request cannot be read."""
        if holds_nul([request.path_info]):
            raise Http404
        api = request.path_info.startswith("/api/")
        if not api and request.method not in METHODS:
            return HttpResponseNotAllowed(sorted(METHODS))
        if not holds_nul(_sent(request)):
            return None
        if api:
            return JsonResponse({"error": Invalid.title, "reason": UNREADABLE, "fields": {}}, status=400)
        return render(request, "errors/400.html", {"refusal": Invalid(UNREADABLE)}, status=400)


def _sent(request: HttpRequest) -> Iterable[str]:
    queries = [request.GET]
    if request.content_type == "application/x-www-form-urlencoded":
        queries.append(request.POST)
    for query in queries:
        for name, values in query.lists():
            yield from (name, *map(str, values))


class WayBackMiddleware:
    """Give a page to those who typed an address that only takes a form, or whose session ended while they wrote."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and not request.path_info.startswith("/api/"):
            page = render(request, "errors/405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        if request.method == "POST" and response.status_code == 302:
            return _back_to_the_form(request, response)
        return response


def _back_to_the_form(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let a sign-in that was asked for in place of a form lead to the page with the form, not to the form's address."""
    sign_in = resolve_url(settings.LOGIN_URL)
    target = urlsplit(response["Location"])
    asks_for_it = target.path == sign_in != request.path_info and target.query.startswith("next=")
    came_from = request.META.get("HTTP_REFERER", "")
    if not asks_for_it or not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return response
    page = urlsplit(came_from)
    back = f"{page.path}?{page.query}" if page.query else page.path
    messages.info(request, "Your session had ended before the form arrived. Sign in and send it once more.")
    return redirect(f"{sign_in}?{urlencode({'next': back})}")
