"""Every error of the API in one shape: ``{"error": title, "reason": sentence, "fields": {name: [sentences]}}``."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from portal.workflow.errors import Invalid, Refusal
from portal.workflow.middleware import journal_refusal


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer for an error raised in an API view, or ``None`` to let it become a 500.

    ``NotAllowed`` is 403, ``NotNow`` 409, ``Invalid`` 400, as on the pages; refusals are journalled likewise.
    """
    if isinstance(error, Refusal):
        set_rollback()
        journal_refusal(context["request"]._request, error)
        fields = error.fields if isinstance(error, Invalid) else {}
        return _answer(error.status, error.title, error.reason, fields)
    if isinstance(error, RecursionError):  # of the parser
        error = exceptions.ParseError("The body is nested too deeply to be read: send it flatter.")
    if isinstance(error, Http404):
        error = exceptions.NotFound("There is nothing here that you may see.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return _of_framework(error)


def _of_framework(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(error.detail)
        return _answer(error.status_code, Invalid.title, "Some of what was sent cannot be used: see fields.", fields)
    response = _answer(error.status_code, _title(error), str(error.detail), {})
    challenge = getattr(error, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _title(error: exceptions.APIException) -> str:
    titles = {
        status.HTTP_401_UNAUTHORIZED: "Say who you are",
        status.HTTP_403_FORBIDDEN: "You may not do this",
        status.HTTP_404_NOT_FOUND: "Not found",
        status.HTTP_405_METHOD_NOT_ALLOWED: "Not this way",
        status.HTTP_429_TOO_MANY_REQUESTS: "Too many requests",
    }
    return titles.get(error.status_code, "That cannot be done")


def _fields(detail: Any, name: str = "") -> dict[str, list[str]]:
    """Flatten the framework's nested sentences: parts of an object are named by dots, items of a list by number."""
    if isinstance(detail, Mapping):
        parts = {str(key): inner for key, inner in detail.items()}
    elif isinstance(detail, list) and any(isinstance(inner, Mapping | list) for inner in detail):
        parts = {str(number): inner for number, inner in enumerate(detail)}
    else:
        return {name: [str(sentence) for sentence in (detail if isinstance(detail, list) else [detail])]}
    flat: dict[str, list[str]] = {}
    for key, inner in parts.items():
        if inner:  # an item without fault is an empty object
            flat |= _fields(inner, f"{name}.{key}" if name else key)
    return flat


def _answer(code: int, error: str, reason: str, fields: Mapping[str, list[str]]) -> Response:
    return Response({"error": error, "reason": reason, "fields": dict(fields)}, status=code)
