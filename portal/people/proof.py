"""Asking again who somebody is before a grave act."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone

from portal.workflow.http import PortalRequest

MINUTES = 15
View = Callable[..., HttpResponse]


def freshly_proved(view: View) -> View:
    """Let only those reach a view who proved within 15 minutes of real time who they are.

    Whoever has a second factor proves it by that, others by their password (``accounts``). Who has not is sent to do
    so and comes back to the same address with a page to look at; nothing half-entered is repeated for them.
    """

    @wraps(view)
    def wrapper(request: PortalRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.actor.proved_within(MINUTES, now=timezone.now()):
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path(), resolve_url("account_reauthenticate"))

    return wrapper
