"""The life of a scheduling exercise, and of a draft of its schedule (Approaches)."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class ExerciseState(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Statements closed"
    CONFIRMED = "confirmed", "Dates confirmed"
    REPLACED = "replaced", "Replaced by a new run"
    WITHDRAWN = "withdrawn", "Withdrawn"


UNDER_WAY = (ExerciseState.OPEN, ExerciseState.CLOSED)  # the states in which dates are still being looked for

EXERCISE = StateMachine(
    "scheduling exercise",
    ExerciseState,
    moves=table(
        open="closed withdrawn",
        closed="open confirmed withdrawn",
        confirmed="replaced withdrawn",
        replaced="",
        withdrawn="",
    ),
    owners={
        "open": "Supplier or RSA",
        "closed": "DCC",
        "confirmed": "nobody",
        "replaced": "nobody",
        "withdrawn": "nobody",
    },
    initial="open",
)


class DraftState(models.TextChoices):
    QUEUED = "queued", "Waits for a worker"
    SOLVING = "solving", "Being solved"
    READY = "ready", "Ready"
    IMPOSSIBLE = "impossible", "Impossible"
    FAILED = "failed", "Failed"
    DISCARDED = "discarded", "Discarded"


BEING_MADE = (DraftState.QUEUED, DraftState.SOLVING)

DRAFT = StateMachine(
    "draft schedule",
    DraftState,
    moves=table(
        queued="solving failed discarded",
        solving="ready impossible failed discarded",
        ready="discarded",
        impossible="discarded",
        failed="discarded",
        discarded="",
    ),
    owners={
        "queued": "the portal",
        "solving": "the portal",
        "ready": "DCC",
        "impossible": "DCC",
        "failed": "DCC",
        "discarded": "nobody",
    },
    initial="queued",
)
