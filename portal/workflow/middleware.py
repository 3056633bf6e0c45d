"""The edge: refusals become pages and are journalled after the rollback."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.journal.writing import record
from portal.workflow import clock
from portal.workflow.actor import ANONYMOUS
from portal.workflow.errors import Refusal

GetResponse = Callable[[HttpRequest], HttpResponse]


class RefusalMiddleware:
    """Turn ``NotAllowed``, ``NotNow`` and ``Invalid`` into pages 403, 409 and 400 with their sentence."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal with its page; leave any other exception alone."""
        if not isinstance(exception, Refusal):
            return None
        journal_refusal(request, exception)
        context = {"refusal": exception}
        return render(request, f"errors/{exception.status}.html", context, status=exception.status)


class PermissionsPolicyMiddleware:
    """Say on every answer that no page of ours uses the camera, microphone or position."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        return response


def journal_refusal(request: HttpRequest, refusal: Refusal) -> None:
    """Journal a refused attempt: who, what address, why. Called after the verb's transaction rolled back."""
    match = request.resolver_match
    name = match.view_name if match else request.path
    subject = ("route", 0, name)
    record(by=getattr(request, "actor", ANONYMOUS), verb="refused", subject=subject, why=refusal.reason, at=clock.now())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old."""
    return render(request, "errors/csrf.html", {"reason": reason}, status=403)
