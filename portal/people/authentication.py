"""Who calls the API: a key, or the session of a signed-in person."""

from datetime import timedelta

from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from portal.people.actors import actor_for
from portal.people.models import ApiToken, User
from portal.people.tokens import parse, proves
from portal.workflow import clock
from portal.workflow.actor import Channel

KEYWORD = "Token"
USED_STEP = timedelta(minutes=1)  # between two notes of use, so that not every call writes
REFUSED = "The key is unknown, revoked or expired."  # one sentence, so that nobody learns which


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Token chfp_…``: acts for the key's person and organisation or seat, as they are today."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return (user, key), or ``None`` where no key was sent; puts the actor on the request."""
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != KEYWORD.lower().encode():
            return None
        token = _token(header)
        if not token.may_write and request.method not in SAFE_METHODS:
            raise PermissionDenied("This key may only read.")
        return token.user, _act(request, token)

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that makes an anonymous answer 401 and not 403."""
        return KEYWORD


def _token(header: list[bytes]) -> ApiToken:
    key = parse(header[1].decode(errors="replace")) if len(header) == 2 else None
    if key is None:
        raise AuthenticationFailed(REFUSED)
    token = ApiToken.objects.select_related("user").filter(prefix=key.prefix, revoked_at=None).first()
    if token is None or not proves(key.secret, token.digest):
        raise AuthenticationFailed(REFUSED)
    return token


def _act(request: Request, token: ApiToken) -> ApiToken:
    at = clock.now()
    actor = actor_for(
        token.user,
        at=at,
        organisation=token.organisation_id,
        committee=token.committee_id,
        channel=Channel.API,
        token=str(token),
    )
    lost = actor.organisation_id != token.organisation_id or (token.committee_id and not actor.committees)
    if token.expires_at <= at or lost:
        raise AuthenticationFailed(REFUSED)
    if token.used_at is None or at - token.used_at > USED_STEP:
        ApiToken.objects.filter(pk=token.pk).update(used_at=at)
    request._request.actor, request._request.at = actor, at  # type: ignore[attr-defined]  # as the middleware does
    return token


class PortalSessionAuthentication(SessionAuthentication):
    """The session of the pages, with its protection against forged requests."""
