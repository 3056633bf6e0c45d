"""Every change to exercises and to what is stated in them, one function each."""

from releases.scheduling.verbs.clocks import keep_clocks, remind
from releases.scheduling.verbs.confirming import confirm
from releases.scheduling.verbs.holding import (
    Terms,
    change_exercise,
    close_exercise,
    open_exercise,
    reopen_exercise,
    withdraw_exercise,
)
from releases.scheduling.verbs.stating import leave, state

__all__ = [
    "Terms",
    "change_exercise",
    "close_exercise",
    "confirm",
    "keep_clocks",
    "leave",
    "open_exercise",
    "remind",
    "reopen_exercise",
    "state",
    "withdraw_exercise",
]
