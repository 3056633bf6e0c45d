"""Addresses whose last part is a secret never reach a log: personal feeds, links in mail that act by themselves."""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

_SECRET = re.compile(r"(/(?:calendar/feeds/[0-9a-f]+-|mail/unsubscribe/|accounts/password/reset/key/))[^\s/?\"']+")


def masked(text: str) -> str:
    """Return a text with the secret parts of addresses replaced by "…"."""
    return _SECRET.sub(r"\1…", text)


class MaskingFilter(logging.Filter):
    """Mask the texts of a log record before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask and keep the record."""
        record.msg = masked(str(record.msg))
        if isinstance(record.args, tuple):
            record.args = tuple(masked(value) if isinstance(value, str) else value for value in record.args)
        return True


class AccessLogger(Logger):  # type: ignore[misc]  # gunicorn is not typed
    """The web server's log of requests, masked."""

    def atoms(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Return what a line of the log is made of."""
        found: dict[str, Any] = super().atoms(*arguments, **named)
        return {key: masked(value) if isinstance(value, str) else value for key, value in found.items()}
