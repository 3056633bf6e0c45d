"""Every change to issues."""

from releases.issues.verbs.answering import (
    accept,
    acknowledge,
    close,
    investigate,
    mark_duplicate,
    reject,
    reopen,
    resolve,
)
from releases.issues.verbs.following import comment, confirm_reproduced, escalate, hold_cohort
from releases.issues.verbs.raising import Finding, raise_issue

__all__ = [
    "Finding",
    "accept",
    "acknowledge",
    "close",
    "comment",
    "confirm_reproduced",
    "escalate",
    "hold_cohort",
    "investigate",
    "mark_duplicate",
    "raise_issue",
    "reject",
    "reopen",
    "resolve",
]
