"""The life of a test window, of the wish to make one longer, and of waiting for one."""

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


class WaitingState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    LEFT = "left", "Left"
    LAPSED = "lapsed", "Lapsed"


STANDING = (WaitingState.WAITING, WaitingState.OFFERED)  # the states in which somebody still wants the place

WAITING = StateMachine(
    "place in the waiting list",
    WaitingState,
    moves=table(waiting="offered left lapsed", offered="accepted left lapsed", accepted="", left="", lapsed=""),
    owners={
        "waiting": "the clock",
        "offered": "Supplier or RSA",
        "accepted": "nobody",
        "left": "nobody",
        "lapsed": "nobody",
    },
    initial="waiting",
)
