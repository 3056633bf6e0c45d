"""Every change to exercises and to what is stated in them, one function each."""

from releases.scheduling.verbs.clocks import keep_clocks, remind
from releases.scheduling.verbs.confirming import confirm, confirm_draft
from releases.scheduling.verbs.drafting import Choices, discard, edit, solve
from releases.scheduling.verbs.holding import (
    Terms,
    change_exercise,
    close_exercise,
    open_exercise,
    reopen_exercise,
    withdraw_exercise,
)
from releases.scheduling.verbs.solving import finish, give_up, play, republish
from releases.scheduling.verbs.stating import leave, state

__all__ = [
    "Choices",
    "Terms",
    "change_exercise",
    "close_exercise",
    "confirm",
    "confirm_draft",
    "discard",
    "edit",
    "finish",
    "give_up",
    "keep_clocks",
    "leave",
    "open_exercise",
    "play",
    "remind",
    "reopen_exercise",
    "republish",
    "solve",
    "state",
    "withdraw_exercise",
]
