"""The edge: refusals become pages and are journalled after the rollback."""

import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone

from portal.journal.writing import record
from portal.workflow import clock, once
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
        context = {"refusal": exception, "typed": _typed(request)}
        return render(request, f"errors/{exception.status}.html", context, status=exception.status)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what the person wrote into the form, by field, to be copied from the page of the refusal."""
    return [
        (name.replace("_", " ").capitalize(), str(text))
        for name, texts in request.POST.lists()
        for text in texts
        if name not in _UNWRITTEN and " " in str(text)
    ]


class OnceMiddleware:
    """Do what one form asks once, however often it is sent: a repeat leads to what the first one made.

    Act and key are one transaction. A form that led nowhere (an error, a preview) leaves its key unused.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        owner = getattr(request, "actor", ANONYMOUS).user_id
        if request.method != "POST" or owner is None or request.path.startswith("/api/"):
            return self.get_response(request)
        alone = request.POST.get(once.FIELD_ALONE, "")
        key = alone or request.POST.get(once.FIELD, "")
        if not _KEY.fullmatch(key):
            return self.get_response(request)
        return self._once(request, owner, key, "" if alone else _content(request))

    def _once(self, request: HttpRequest, owner: int, key: str, content: str) -> HttpResponse:
        with transaction.atomic():
            row, is_first = once.claim(owner, key, content, at=timezone.now())
            if not is_first:
                messages.info(request, "This was saved already: it was sent twice and done once.")
                return HttpResponseRedirect(row.location)
            response = self.get_response(request)
            if response.status_code == row.status and not _asks_who(response):
                row.location = response["Location"]
                row.save(update_fields=["location"])
            elif response.status_code >= 500:
                transaction.set_rollback(True)
            else:
                row.delete()
            return response


_UNWRITTEN = frozenset({"csrfmiddlewaretoken", once.FIELD, once.FIELD_ALONE, "password"})
_KEY = re.compile(r"[0-9a-f]{32}")


def _asks_who(response: HttpResponse) -> bool:
    """Whether a redirect asks to sign in or prove oneself first: then nothing was done yet."""
    return resolve(urlsplit(response["Location"]).path).view_name.startswith("account_")


def _content(request: HttpRequest) -> str:
    answers = ((name, values) for name, values in sorted(request.POST.lists()) if name != "csrfmiddlewaretoken")
    files = ((name, str(file), _digest_of(file)) for name, sent in request.FILES.lists() for file in sent)
    return once.digest([request.path], answers, files)


def _digest_of(file: UploadedFile[Any]) -> str:
    found = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return found


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
