"""How allauth behaves here: no sign-up, and plain subjects on its mail."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts are made by invitation only (``verbs.invite``)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        """Return how somebody proves again who they are: by the second factor alone, where they have one."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in methods if one["id"].startswith("mfa")] or methods

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as it is: the sender already names the portal."""
        return str(subject)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **details: Any) -> HttpResponse:
        """Note that the address is proved: the password was chosen by a link mailed to it."""
        EmailAddress.objects.filter(user=user, email=getattr(user, "email", "")).update(verified=True, primary=True)
        response: HttpResponse = super().post_login(request, user, **details)
        return response


def proved_at(request: HttpRequest) -> datetime | None:
    """Return the real time at which this session's person last gave a password or second factor, or ``None``."""
    records = get_authentication_records(request, getattr(request, "user", None))
    moments = [float(record["at"]) for record in records if "at" in record]
    return datetime.fromtimestamp(max(moments), tz=UTC) if moments else None


def name_at_sign_in(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Return the address somebody tries to sign in with, which the lockout counts together with where they are."""
    given = (credentials or {}).get("email") or request.POST.get("login", "")
    return given.strip().lower()
