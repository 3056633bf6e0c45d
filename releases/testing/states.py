"""The life of a test window, and of the wish to make one longer."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class WindowState(models.TextChoices):
    BOOKED = "booked", "Booked"
    CANCELLED = "cancelled", "Cancelled"
    REPORTED = "reported", "Results reported"
    MISSED = "missed", "No-show"


HOLDING = (WindowState.BOOKED, WindowState.REPORTED)  # the states in which a window keeps its place and rigs


WINDOW = StateMachine(
    "test window",
    WindowState,
    moves=table(booked="cancelled reported missed", cancelled="", reported="", missed=""),
    owners={"booked": "Supplier or RSA", "cancelled": "nobody", "reported": "nobody", "missed": "nobody"},
    initial="booked",
)


class ExtensionState(models.TextChoices):
    ASKED = "asked", "Asked for"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"


EXTENSION = StateMachine(
    "extension of a test window",
    ExtensionState,
    moves=table(asked="granted refused", granted="", refused=""),
    owners={"asked": "DCC", "granted": "nobody", "refused": "nobody"},
    initial="asked",
)
