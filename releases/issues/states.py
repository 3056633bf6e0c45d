"""The life of an issue (Issues)."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class IssueState(models.TextChoices):
    RAISED = "raised", "Raised"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    INVESTIGATING = "investigating", "Investigating"
    ACCEPTED = "accepted", "Accepted: known issue"
    REJECTED = "rejected", "Rejected"
    DUPLICATE = "duplicate", "Duplicate"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"


ISSUE = StateMachine(
    "issue",
    IssueState,
    moves=table(
        raised="acknowledged investigating accepted rejected duplicate closed",
        acknowledged="investigating accepted rejected duplicate closed",
        investigating="accepted rejected duplicate resolved closed",
        accepted="resolved",
        rejected="investigating closed",
        duplicate="closed",
        resolved="investigating closed",
        closed="investigating",
    ),
    owners={
        "raised": "DCC",
        "acknowledged": "DCC",
        "investigating": "DCC",
        "accepted": "DCC",
        "rejected": "Raiser",
        "duplicate": "Raiser",
        "resolved": "Raiser",
        "closed": "nobody",
    },
    initial="raised",
)
