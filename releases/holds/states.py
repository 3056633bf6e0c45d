"""The life of a hold (Holds)."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class HoldState(models.TextChoices):
    PLACED = "placed", "In force"
    LIFTED = "lifted", "Lifted"


HOLD = StateMachine(
    "hold",
    HoldState,
    moves=table(placed="lifted", lifted=""),
    owners={"placed": "DCC", "lifted": "nobody"},
    initial="placed",
)
