"""Who may read what was told."""

from portal.delivery.models import Delivery
from portal.workflow.actor import Actor
from portal.workflow.rules import who


@who
def read(delivery: Delivery, *, by: Actor) -> str | None:
    if by.user_id is None:
        return "Only a person reads an inbox."
    own = delivery.user_id == by.user_id
    shared = delivery.user_id is None and delivery.organisation_id == by.organisation_id is not None
    return None if own or shared else "This was told to somebody else."


@who
def prefer(*, by: Actor) -> str | None:
    return None if by.user_id is not None else "Only a person chooses what is mailed to them."


@who
def read_all(*, by: Actor) -> str | None:
    return None if by.user_id is not None else "Only a person reads an inbox."
