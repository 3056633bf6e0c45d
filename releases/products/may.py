"""Who may change the product lists and store images."""

from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who


@who
def store_image(*, by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_RELEASES):
        return None
    return "Only a DCC release manager stores firmware images."


@who
def keep_entry(*, by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_RELEASES) or by.has(Permission.ADMINISTER_SITE):
        return None
    return "Only DCC or an administrator keeps the product lists."


@who
def read_history(*, by: Actor) -> str | None:
    """Rule: the lists are public; who changed them is for whoever may read the portal."""
    return None if by.is_system or by.has(Permission.READ_PORTAL) else "Past changes are shown to signed-in readers."


@who
def download_image(*, by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_RELEASES) or by.has(Permission.PACE_ROLLOUTS):
        return None
    return "Firmware images are downloaded by DCC and the CSPs only."


@who
def register_key(*, by: Actor) -> str | None:
    if by.is_system or by.has(Permission.MANAGE_RELEASES):
        return None
    return "Only a DCC release manager registers and revokes the keys of manufacturers."


@who
def record_scan(*, by: Actor) -> str | None:
    return None if by.is_system else "Only the portal's own scanner records what it found."
