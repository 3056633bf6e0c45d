"""The saved filters of a list, beside its filter form. ``{% load saved %}``."""

from django import template
from django.template.context import Context

from portal.people.models import SavedFilter
from portal.people.queries import saved_filters

register = template.Library()


@register.simple_tag(takes_context=True)
def filters_of(context: Context, page: str) -> list[SavedFilter]:
    """Return the person's own filters of one list, by name; none for the public."""
    return list(saved_filters(context["request"].actor).filter(page=page))
