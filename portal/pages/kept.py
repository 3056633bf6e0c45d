"""Pages kept for as long as the database shows the same: nobody is ever shown what has changed since.

A snapshot of PostgreSQL names every transaction that is visible, so two equal snapshots show the same rows, those of
the session, the account, the roles and the clock included. A page made between two equal snapshots may be given
again while a third is equal to them, to the same session, at the same address, within the same minute of portal time
(pages show no finer one). Whatever writes, a journalled reading too, makes a new snapshot and so a new page.
"""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from redis.exceptions import RedisError

from portal.workflow import clock

LONGEST = 60  # real seconds
TELLING = ("HTTP_HOST", "HTTP_HX_REQUEST", "HTTP_HX_TARGET", "HTTP_X_FORWARDED_PROTO", "SCRIPT_NAME")
PATIENCE = 5.0  # seconds
_turns: WeakValueDictionary[str, Any] = WeakValueDictionary()
_guard = threading.Lock()
View = TypeVar("View", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class Kept:
    """A page as it was given, the snapshot it was made from, and the real time until which it shows the right time."""

    snapshot: str
    until: float
    headers: dict[str, str]
    content: bytes


def kept(view: View) -> View:
    """Mark a view whose page depends on the database, the session, the address and the minute alone."""
    view.kept = True  # type: ignore[attr-defined]  # read by the middleware
    return view


class KeptPagesMiddleware:
    """Give a kept page again where that is right; stands before the session, which costs more than the page then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Inside a transaction one's own writes change no snapshot. The portal serves pages outside of any.
        if request.method != "GET" or not _is_kept(request.path_info) or connection.in_atomic_block:
            return self.get_response(request)
        name = _name(request)
        page = _valid(name)
        if page is None:
            with _turn(name):
                page = _valid(name)  # another may have made it meanwhile
                if page is None:
                    return self._make(request, name)
        return HttpResponse(page.content, headers=page.headers)

    def _make(self, request: HttpRequest, name: str) -> HttpResponse:
        """Make the page, and keep it where nothing changed meanwhile."""
        snapshot = _snapshot()
        response = self.get_response(request)
        if response.status_code == 200 and not response.streaming and not _sets_cookies(request, response):
            until = _minute_over(request)
            if _snapshot() == snapshot:
                _write(name, Kept(snapshot, until, dict(response.items()), response.content))
        return response


@contextmanager
def _turn(name: str) -> Iterator[None]:
    """Let one thread at a time make a page, so that a crowd costs as much as one; nobody waits for long."""
    with _guard:
        turn = _turns.setdefault(name, threading.Lock())
    mine = turn.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if mine:
            turn.release()


def _is_kept(path: str) -> bool:
    try:
        return hasattr(resolve(path).func, "kept")
    except Resolver404:
        return False


def _valid(name: str) -> Kept | None:
    """Return the kept page of this name where it still shows what is so."""
    page = _read(name)
    return page if page is not None and time.time() < page.until and page.snapshot == _snapshot() else None


def _sets_cookies(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer changes a cookie; that of the forms is also sent to renew it, which a kept page may leave."""
    return any(request.COOKIES.get(name) != morsel.value for name, morsel in response.cookies.items())


def _name(request: HttpRequest) -> str:
    """Return the name of the page under the site's key, so that who reads the cache learns no session from it."""
    cookies = [request.COOKIES.get(name, "") for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)]
    rest = {name: value for name, value in request.COOKIES.items() if name == "messages"}
    parts = [request.get_full_path(), *cookies, repr(rest), *(request.META.get(name, "") for name in TELLING)]
    return "kept:" + hmac.new(settings.SECRET_KEY.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def _snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (text,) = cursor.fetchone()
    return str(text)


def _minute_over(request: Any) -> float:
    """Return the real time at which the minute of portal time shown on this page is over."""
    left = 60 - request.at.second - request.at.microsecond / 1e6
    return float(time.time() + left / (clock.speed() if settings.DEMO else 1))


def _read(name: str) -> Kept | None:
    try:
        found = cache.get(name)
    except RedisError:
        return None  # pages are only slower without the cache
    return found if isinstance(found, Kept) else None


def _write(name: str, page: Kept) -> None:
    try:
        cache.set(name, page, LONGEST)
    except RedisError:
        return
