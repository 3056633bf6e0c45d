"""What is sent twice is done once: a one-time key, kept with what came of it in the transaction of the act itself.

A form carries a key made when it was shown; a call by API may carry one of its own. The unique constraint makes the
second of two at the same moment wait for the first, and then find what that made.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from portal.workflow.models import Submission

FIELD = "once"
FIELD_ALONE = "once_alone"
"""For forms whose answers nobody may keep, not even as a digest: sealed votes. The key alone tells them apart."""
KEPT = timedelta(days=1)
LONGEST_KEY = 64


def new_key() -> str:
    """Return a key that no other form has."""
    return uuid4().hex


def digest(*parts: Iterable[object]) -> str:
    """Return the digest of what was sent: who goes back, changes an answer and sends again, means another act."""
    return hashlib.sha256(json.dumps([list(part) for part in parts], default=str).encode()).hexdigest()


def claim(owner: int, key: str, content: str, *, at: datetime) -> tuple[Submission, bool]:
    """Return the row of this key and whether nobody had it before. Call it inside the transaction of the act."""
    return Submission.objects.get_or_create(owner=owner, key=key, content=content, defaults={"sent_at": at})


def is_used_otherwise(owner: int, key: str, content: str) -> bool:
    """Whether this person has sent something else with the same key."""
    return Submission.objects.filter(owner=owner, key=key).exclude(content=content).exists()


def forget(*, at: datetime) -> int:
    """Delete the keys nobody will send again; return how many."""
    return Submission.objects.filter(sent_at__lt=at - KEPT).delete()[0]
