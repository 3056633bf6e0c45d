"""The portal's application with a bare one beside it, in the same process: Django's own path without middleware."""

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.site.settings")

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

BARE = "/minimal/"
portal = get_wsgi_application()


def _minimal() -> WSGIHandler:
    """Return a second handler: routing and a view, nothing before or behind them."""
    with override_settings(MIDDLEWARE=[]):
        return WSGIHandler()


minimal = _minimal()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Send one address to the bare handler, all others to the portal."""
    if environ["PATH_INFO"] == BARE:
        environ["PATH_INFO"] = "/bare/"
        return minimal(environ, start_response)
    return portal(environ, start_response)
