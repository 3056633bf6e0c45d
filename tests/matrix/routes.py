"""Every route of the portal, from the resolver itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """A route's full name and its pattern as text."""

    name: str
    pattern: str


def every_route() -> list[Route]:
    """Return all routes of the portal, each name once."""
    routes = {route.name: route for route in _walk(get_resolver(), "", "")}
    return list(routes.values())


def _walk(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield Route(f"{namespace}{entry.name or pattern}", pattern)
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, pattern)
