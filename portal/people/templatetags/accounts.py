"""Who can be tried out, on the sign-in page of the demonstration. ``{% load accounts %}``."""

from typing import Any

from django import template
from django.conf import settings

from portal.people.demo_accounts import ACCOUNTS, PASSWORD

register = template.Library()


@register.inclusion_tag("account/demo_accounts.html")
def demo_accounts() -> dict[str, Any]:
    """List the demonstration's accounts; nothing in a live portal."""
    return {"accounts": ACCOUNTS, "password": PASSWORD} if settings.DEMO else {}
