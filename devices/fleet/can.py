"""When the fleet may change."""

from datetime import date

from devices.fleet.models import Day, World
from portal.workflow.rules import when


@when
def pass_day(day: date) -> str | None:
    """Rule: an invented country lives through each day once, in order."""
    if not World.objects.exists():
        return "There is no invented country here: a real fleet changes by its inventory."
    last = Day.objects.order_by("-day").first()
    if last is not None and day <= last.day:
        return f"{last} has passed already."
    return None
