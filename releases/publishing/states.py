"""The life of a release (Release lifecycle)."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class ReleaseState(models.TextChoices):
    DRAFT = "draft", "Draft"
    NOTIFIED = "notified", "Notified"
    DISPUTED = "disputed", "Disputed"
    CLEARED = "cleared", "Cleared"
    ACTIVE = "active", "Active"
    HALTED = "halted", "Halted"
    HYPERCARE = "hypercare", "Hypercare"
    CLOSED = "closed", "Closed"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUPERSEDED = "superseded", "Superseded"


RELEASE = StateMachine(
    "release",
    ReleaseState,
    moves=table(
        draft="notified withdrawn superseded",
        notified="disputed cleared draft withdrawn superseded",
        disputed="notified draft rejected withdrawn superseded",
        cleared="notified disputed draft active withdrawn superseded",
        active="halted hypercare withdrawn superseded",
        halted="active withdrawn superseded",
        hypercare="halted closed",
        closed="",
        rejected="",
        withdrawn="",
        superseded="",
    ),
    owners={
        "draft": "DCC",
        "notified": "Suppliers and RSAs",
        "disputed": "SECAS, DCC and the committee",
        "cleared": "DCC",
        "active": "DCC and the CSPs",
        "halted": "DCC",
        "hypercare": "DCC",
        "closed": "nobody",
        "rejected": "nobody",
        "withdrawn": "nobody",
        "superseded": "nobody",
    },
    initial="draft",
)

IN_SERVICE_OF_NOTICE = (ReleaseState.NOTIFIED, ReleaseState.DISPUTED, ReleaseState.CLEARED)
BEFORE_ACTIVATION = (ReleaseState.DRAFT, *IN_SERVICE_OF_NOTICE)
ENDED_EARLY = (ReleaseState.REJECTED, ReleaseState.WITHDRAWN, ReleaseState.SUPERSEDED)
FINISHED = (ReleaseState.CLOSED, *ENDED_EARLY)
