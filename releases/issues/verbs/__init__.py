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
    withdraw,
)
from releases.issues.verbs.correcting import Correction, correct
from releases.issues.verbs.following import (
    comment,
    confirm_reproduced,
    escalate,
    follow,
    hold_cohort,
    link_incident,
    unfollow,
)
from releases.issues.verbs.raising import Finding, raise_issue

__all__ = [
    "Correction",
    "Finding",
    "accept",
    "acknowledge",
    "close",
    "comment",
    "confirm_reproduced",
    "correct",
    "escalate",
    "follow",
    "hold_cohort",
    "investigate",
    "link_incident",
    "mark_duplicate",
    "raise_issue",
    "reject",
    "reopen",
    "resolve",
    "unfollow",
    "withdraw",
]
