"""Numbers in hexadecimal digits, as the industry writes them. ``{% load hexadecimal %}``."""

from django import template

register = template.Library()


@register.filter
def hex4(value: int) -> str:
    """Return a 16-bit number as four digits: 257 becomes "0101"."""
    return f"{value:04X}"
