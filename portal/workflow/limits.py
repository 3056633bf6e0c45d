"""How often somebody may ask for what is dear: counted in the cache, by person or, of the public, by address."""

import time

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.workflow.actor import Actor


def too_often(request: HttpRequest, what: str, *, most: int, seconds: int = 60) -> HttpResponse | None:
    """Count one more asking; return the page that says to wait when it is one too many, else None."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # put there by the middleware
    who = f"user-{actor.user_id}" if actor.user_id else f"address-{request.META.get('REMOTE_ADDR', '')}"
    window, passed = divmod(int(time.time()), seconds)
    key = f"limit-{what}-{who}-{window}"
    if _counted(key, seconds) <= most:
        return None
    wait = seconds - passed
    response = render(request, "errors/429.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(wait)
    return response


def _counted(key: str, seconds: int) -> int:
    """Count one more and return how many there were; a count that the cache drops in between begins again."""
    cache.add(key, 0, timeout=seconds)
    try:
        return int(cache.incr(key))
    except ValueError:
        return 1
