"""Who may have alerts sent to a system of theirs."""

from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who


@who
def set_webhook(*, by: Actor) -> str | None:
    """Rule: alerts are told to the responsible supplier (Per-hub path), so its own people say where they are sent."""
    if by.has(Permission.QUERY_HUBS) and by.organisation_id in by.suppliers:
        return None
    return "Only a supplier's own people have its alerts sent to a system. Agents read them by API."


@who
def renew_secret(*, by: Actor) -> str | None:
    return set_webhook.why_not(by=by)


@who
def remove_webhook(*, by: Actor) -> str | None:
    return set_webhook.why_not(by=by)
