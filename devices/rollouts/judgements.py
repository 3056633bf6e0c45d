"""The judgements that a wave keeps by stage: the present one, and before it those that a person has weighed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Kept = Mapping[str, Any]
_BESIDE = frozenset({"earlier", "weighed", "weighed_at", "looked"})  # what is kept beside a judgement


def every(kept: Kept) -> list[Kept]:
    """Return every judgement of a wave in one stage, the last at the end."""
    return [*kept.get("earlier", ()), *([kept] if "verdict" in kept else [])]


def last(kept: Kept) -> Kept:
    """Return the last judgement; empty where there is none."""
    found = every(kept)
    return found[-1] if found else {}


def weighed(kept: Kept, evidence: list[int], at: datetime) -> dict[str, Any]:
    """Return what is kept once a person has weighed the present judgement: it stays, with its overshoot, as it was.

    `evidence` (succeeded, failed, timed out) counts no more from here on.
    """
    judged = {name: value for name, value in kept.items() if name not in _BESIDE} | {"weighed_at": at.isoformat()}
    earlier = [*kept.get("earlier", ()), judged]
    return {"earlier": earlier, "weighed": evidence, "weighed_at": at.isoformat(), "looked": 0}


def why(kept: Kept) -> str:
    """Return every reason in words, in order."""
    return " A person let it go on; then: ".join(one["why"] for one in every(kept))
