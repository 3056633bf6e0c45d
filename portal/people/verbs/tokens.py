"""Keys to the API."""

from datetime import datetime, timedelta

from django.db import transaction

from portal.people import can, may
from portal.people.models import ApiToken, Committee, User
from portal.people.tokens import digest, new_key
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import note


@transaction.atomic
def create_token(
    *, name: str, days: int, may_write: bool, by: Actor, at: datetime, committee: Committee | None = None
) -> tuple[ApiToken, str]:
    """Make a key for the person and the organisation acted for; return it and its text, shown this once.

    The key can do what the person can in that organisation at the time of use, or only read; never more. With a
    `committee` it acts for no organisation: it can do what the person's seat there can, and nothing else.
    """
    may.create_token(committee, by=by)
    lifetime = timedelta(days=days)
    if not timedelta() < lifetime <= can.LONGEST_TOKEN:
        raise Invalid("A key lasts from 1 to 366 days.", {"days": ["Enter a number of days from 1 to 366."]})
    user = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.user_id or 0)
    can.create_token(user, at=at)
    key = new_key()
    token = ApiToken.objects.create(
        user=user,
        organisation_id=None if committee else by.organisation_id,  # may.create_token has seen that there is one
        committee=committee,
        name=name,
        prefix=key.prefix,
        digest=digest(key.secret),
        may_write=may_write,
        created_at=at,
        expires_at=at + lifetime,
    )
    note(token, by=by, at=at, verb="create_token", data={"may_write": may_write, "days": days})
    return token, key.text


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Actor, at: datetime) -> ApiToken:
    """Make a key useless from now on and return it."""
    token = ApiToken.objects.select_for_update(no_key=True, of=("self",)).get(pk=token.pk)
    may.revoke_token(token, by=by)
    can.revoke_token(token)
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    note(token, by=by, at=at, verb="revoke_token")
    return token
