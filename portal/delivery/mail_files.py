"""Mail of the demonstration: one file a message under ``EMAIL_FILE_PATH``, read in the portal at /demo/mail/.

The file is named by the Message-ID, so that a message sent again after a crash replaces itself.
"""

import email
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as Parsed
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailFiles(BaseEmailBackend):
    """Write each message to its own file, whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages and return how many."""
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            raw = message.message()
            final = folder / f"{hashlib.sha256(str(raw['Message-ID']).encode()).hexdigest()[:24]}.eml"
            draft = final.with_suffix(f".{os.getpid()}.part")
            draft.write_bytes(raw.as_bytes())
            draft.replace(final)
        return len(email_messages)


@dataclass(frozen=True)
class Mailed:
    """A mail read back from its file: ``name`` finds it again, ``at`` is the real time of writing."""

    name: str
    at: datetime
    to: str
    subject: str
    body: str


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def newest(count: int) -> list[Mailed]:
    """Return the newest mails, newest first."""
    files = sorted(_folder().glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [_read(file) for file in files[:count]]


def find(name: str) -> Mailed | None:
    """Return the mail of this name, or ``None``."""
    file = _folder() / f"{name}.eml"
    return _read(file) if name.isalnum() and file.is_file() else None


def _read(file: Path) -> Mailed:
    parsed = email.message_from_bytes(file.read_bytes(), _class=Parsed, policy=default)
    text = parsed.get_body(("plain",))
    return Mailed(
        name=file.stem,
        at=datetime.fromtimestamp(file.stat().st_mtime, tz=UTC),
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        body=text.get_content() if text else "",
    )
