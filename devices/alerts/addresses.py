"""Where a webhook may lead: https to public addresses, so that the portal is no way into anybody's own network."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Target:
    """An address read: whether it is https, its host, port, and the path with its query."""

    is_https: bool
    host: str
    port: int
    path: str


def read(url: str, *, loopback: bool) -> Target:
    """Return what an address says; raise ValueError, with a sentence, for one that no webhook leads to.

    `loopback` allows plain http, to this very machine only: for development.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("This is no address: write one such as https://alerts.example.org/hubs.") from None
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise ValueError("The address begins with https://: alerts are never sent in the clear.")
    if not host or len(url) > LONGEST or any(letter <= " " for letter in url):
        raise ValueError(f"This is no address: it names a host, has no spaces and at most {LONGEST} letters.")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("Leave name, password and anything after # out of the address: calls are signed instead.")
    is_https = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_https, host, port or (443 if is_https else 80), path)


def resolve(target: Target, *, loopback: bool) -> str:
    """Return the numeric address to call; raise ValueError where the host is unknown or any address is not public.

    It is the caller who connects to this very address: asked again, a name might lead elsewhere.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError:
        raise ValueError(f"The host {target.host} is not known.") from None
    numbers = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    for number in numbers:
        is_here = loopback and number.is_loopback
        if not is_here and (not target.is_https or not is_public(number)):
            raise ValueError(f"{target.host} is no public address: alerts are sent to public addresses only.")
    return str(numbers[0])


def is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is reached by everybody; one that wraps another is as public as that one."""
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or (number.teredo or (None, None))[1]
        if inner is not None:
            return is_public(inner)
    return number.is_global and not number.is_multicast
