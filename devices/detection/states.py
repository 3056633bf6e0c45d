"""The life of a proposed hold (Holds, cause automatic detection). Tables only."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", "DCC decides"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    OVERTAKEN = "overtaken", "Overtaken"


PROPOSAL = StateMachine(
    "proposed hold",
    ProposalState,
    moves=table(proposed="accepted declined overtaken", accepted="", declined="", overtaken=""),
    owners={"proposed": "DCC", "accepted": "nobody", "declined": "nobody", "overtaken": "nobody"},
    initial="proposed",
)
