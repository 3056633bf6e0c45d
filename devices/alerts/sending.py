"""One signed call of a webhook: to the very address that was checked, following no redirect, reading little."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
from collections.abc import Mapping

from django.conf import settings

from devices.alerts import addresses
from devices.alerts.addresses import Target

SECONDS = 10.0
READ = 1_000
_GOOD = range(200, 300)


class Unsent(Exception):
    """A call that was not taken: why, in a sentence."""


class _Pinned(http.client.HTTPSConnection):
    """A connection to one numeric address, with TLS for the name it was found by."""

    def __init__(self, target: Target, number: str) -> None:
        self._number, self._tls = number, ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=SECONDS, context=self._tls)

    def connect(self) -> None:
        """Connect to the address that was checked, whatever the name leads to by now."""
        plain = socket.create_connection((self._number, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return the value of the signature's header: HMAC-SHA256 over the moment, a dot and the body."""
    return "sha256=" + hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Send a body; raise Unsent unless it was answered by a 2xx within the time."""
    loopback = settings.WEBHOOKS_LOOPBACK
    try:
        target = addresses.read(url, loopback=loopback)
        number = addresses.resolve(target, loopback=loopback)
    except ValueError as error:
        raise Unsent(str(error)) from error
    connection = _Pinned(target, number) if target.is_https else _plain(target, number)
    try:
        connection.request("POST", target.path, body, {"Host": _host(target), **headers})
        answer = connection.getresponse()
        answer.read(READ)
    except (OSError, http.client.HTTPException) as error:
        raise Unsent(f"No answer: {type(error).__name__}.") from error
    finally:
        connection.close()
    if answer.status not in _GOOD:
        raise Unsent(f"Answered {answer.status} in place of 2xx.")


def _plain(target: Target, number: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(number, target.port, timeout=SECONDS)


def _host(target: Target) -> str:
    usual = 443 if target.is_https else 80
    return target.host if target.port == usual else f"{target.host}:{target.port}"
