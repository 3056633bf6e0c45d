"""Every change to who everyone is, one function each, by noun."""

from portal.people.verbs.appointments import appoint_rsa, end_appointment
from portal.people.verbs.committees import create_committee, end_seat, seat_member, set_places
from portal.people.verbs.feeds import create_feed, note_use, revoke_feed
from portal.people.verbs.filters import forget_filter, keep_filter
from portal.people.verbs.organisations import (
    add_membership,
    change_organisation,
    change_user,
    create_organisation,
    end_membership,
    invite,
)
from portal.people.verbs.record import verify_record
from portal.people.verbs.tokens import create_token, revoke_token

__all__ = [
    "add_membership",
    "appoint_rsa",
    "change_organisation",
    "change_user",
    "create_committee",
    "create_feed",
    "create_organisation",
    "create_token",
    "end_appointment",
    "end_membership",
    "end_seat",
    "forget_filter",
    "invite",
    "keep_filter",
    "note_use",
    "revoke_feed",
    "revoke_token",
    "seat_member",
    "set_places",
    "verify_record",
]
