"""Every change of questions and content requests."""

from releases.questions.verbs.asking import add_to_notes, answer, ask, watch, withdraw_question
from releases.questions.verbs.content import (
    accept,
    decline,
    postpone,
    request_content,
    retire,
    support,
    withdraw_request,
)

__all__ = [
    "accept",
    "add_to_notes",
    "answer",
    "ask",
    "decline",
    "postpone",
    "request_content",
    "retire",
    "support",
    "watch",
    "withdraw_question",
    "withdraw_request",
]
