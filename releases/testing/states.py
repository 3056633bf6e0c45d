"""The life of a test window."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class WindowState(models.TextChoices):
    BOOKED = "booked", "Booked"
    CANCELLED = "cancelled", "Cancelled"
    REPORTED = "reported", "Results reported"


WINDOW = StateMachine(
    "test window",
    WindowState,
    moves=table(booked="cancelled reported", cancelled="", reported=""),
    owners={"booked": "Supplier or RSA", "cancelled": "nobody", "reported": "nobody"},
    initial="booked",
)
