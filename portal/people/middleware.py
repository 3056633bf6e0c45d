"""The edge: sessions that end, and on every request the actor and portal time."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from portal.people.accounts import proved_at
from portal.people.actors import actor_for
from portal.people.models import User
from portal.workflow import clock
from portal.workflow.actor import Actor, Channel

GetResponse = Callable[[HttpRequest], HttpResponse]
ACTING_FOR = "acting_for"  # session key: id of the organisation acted for
BEGAN, SEEN = "began_at", "seen_at"  # session keys: real time in seconds
SEEN_STEP = 60  # seconds between two notes of activity, so that not every request writes the session


class SessionLimitMiddleware:
    """End a session after ``SESSION_IDLE_SECONDS`` without a request, and ``SESSION_COOKIE_AGE`` after it began."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._limit(request, time.time())
        return self.get_response(request)

    def _limit(self, request: HttpRequest, real: float) -> None:
        session = request.session
        began, seen = session.setdefault(BEGAN, real), session.setdefault(SEEN, real)
        if real - seen > settings.SESSION_IDLE_SECONDS or real - began > settings.SESSION_COOKIE_AGE:
            logout(request)
            messages.info(request, "You were signed out because the session had ended. Sign in again to go on.")
        elif real - seen > SEEN_STEP:
            session[SEEN] = real


class ActorMiddleware:
    """Put ``request.actor`` and ``request.at`` (portal time, UTC) on every request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = clock.now()  # type: ignore[attr-defined]  # views see it through PortalRequest
        request.actor = actor_of(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor of a session's request, at the portal time put on it."""
    user = request.user if isinstance(request.user, User) else None
    in_admin = request.path.startswith("/admin/")
    return actor_for(
        user,
        at=request.at,  # type: ignore[attr-defined]
        organisation=request.session.get(ACTING_FOR),
        channel=Channel.ADMIN if in_admin else Channel.PAGE,
        proved_at=proved_at(request),
    )
