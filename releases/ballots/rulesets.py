"""Rule sets: how a committee decides, as data that is stored, versioned and frozen on each ballot."""

from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Counting(StrEnum):
    PER_MEMBER = "per_member"
    PER_CATEGORY = "per_category"


@dataclass(frozen=True)
class Clock:
    """A period in Working Days: one figure for Urgent releases, one for every other class."""

    urgent: int
    others: int

    def days(self, *, urgent: bool) -> int:
        return self.urgent if urgent else self.others


CLOCKS = {
    "admit": "SECAS admits or returns an objection",
    "answer": "DCC answers it",
    "agree": "The objector agrees to a narrowing",
    "notice": "Notice of a ballot",
    "voting": "Voting, and its one extension",
    "casting": "The Chair’s casting vote",
    "appeal": "Appeal against a determination",
}
"""The clocks by name, with what each gives time for."""


@dataclass(frozen=True)
class Clocks:
    """The periods of an objection and its ballot, in Working Days (portal default)."""

    admit: Clock
    answer: Clock
    agree: Clock
    notice: Clock
    voting: Clock
    casting: Clock
    appeal: Clock


@dataclass(frozen=True)
class Rules:
    """The rules one ballot is decided under."""

    counting: Counting
    quorum_share: Fraction
    quorum_votes: int
    override_share: Fraction
    clocks: Clocks


DEFAULT: dict[str, Any] = {
    "counting": "per_member",
    "quorum_share": "1/2",
    "quorum_votes": 3,
    "override_share": "2/3",
    "clocks": {
        "admit": {"urgent": 1, "others": 2},
        "answer": {"urgent": 2, "others": 3},
        "agree": {"urgent": 2, "others": 2},
        "notice": {"urgent": 1, "others": 3},
        "voting": {"urgent": 2, "others": 5},
        "casting": {"urgent": 1, "others": 2},
        "appeal": {"urgent": 10, "others": 10},
    },
}


def parse(data: dict[str, Any]) -> Rules:
    """The rule set that this JSON object describes.

    Raises ValueError, with one sentence, for a key that is missing or unknown and for a value out of range:
    a rule set that cannot be read must never fall back to some other rule.
    """
    _same_keys(data, {field.name for field in fields(Rules)}, "rule set")
    if data["counting"] not in list(Counting):
        raise ValueError(f"counting must be one of: {', '.join(Counting)}.")
    clocks = data["clocks"]
    _same_keys(clocks, {field.name for field in fields(Clocks)}, "clocks")
    return Rules(
        counting=Counting(data["counting"]),
        quorum_share=_share(data["quorum_share"], "quorum_share"),
        quorum_votes=_positive(data["quorum_votes"], "quorum_votes"),
        override_share=_share(data["override_share"], "override_share"),
        clocks=Clocks(**{name: _clock(value, name) for name, value in clocks.items()}),
    )


def _same_keys(data: Any, expected: set[str], what: str) -> None:
    if not isinstance(data, dict):
        raise ValueError(f"The {what} must be an object with its own keys.")
    if set(data) != expected:
        odd = ", ".join(sorted(set(data) ^ expected))
        raise ValueError(f"The {what} must have exactly its own keys; missing or unknown: {odd}.")


def _positive(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{what} must be a whole number of at least 1.")
    return value


def _share(value: Any, what: str) -> Fraction:
    """Shares are stored as text such as "2/3": a decimal could not hold two thirds exactly."""
    if not isinstance(value, str):
        raise ValueError(f"{what} must be a fraction written as text.")
    try:
        share = Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f'{what} must be a fraction, like "2/3".') from None
    if not 0 < share <= 1:
        raise ValueError(f"{what} must be above 0 and at most 1.")
    return share


def _clock(value: Any, what: str) -> Clock:
    _same_keys(value, {"urgent", "others"}, f"clock {what}")
    return Clock(urgent=_positive(value["urgent"], what), others=_positive(value["others"], what))


def in_words(rules: Rules) -> tuple[str, ...]:
    """The rule set as plain sentences, made from the same figures that the tally uses."""
    counting = {
        Counting.PER_MEMBER: "Each vote weighs the same.",
        Counting.PER_CATEGORY: (
            "Each category with votes cast has one voice, split equally among its votes as exact fractions."
        ),
    }[rules.counting]
    return (
        f"Quorum: at least {rules.quorum_share} of the entitled members and at least {rules.quorum_votes}"
        " votes cast. A recused member leaves the base. Abstentions count for quorum, not for the outcome.",
        counting,
        "The outcome is the middle vote along the options from most permissive to most cautious. Where two"
        " different votes share the middle, the Chair’s casting vote decides between those two; without it"
        " the more cautious stands.",
        "Where evidence of severity 1 or 2 is established for a group of homes, that group is held until the"
        f" fault is fixed, whichever option wins, unless at least {rules.override_share} of the votes cast on"
        " the separate override question say otherwise.",
        "The Chair has only the casting vote; a deputy stands in where the Chair is conflicted. Alternates vote for"
        " absent members. A ballot without quorum is extended once, for the time of a vote by correspondence; if it"
        " is still without, a Sub-Committee refers the matter to the Panel, and at the Panel the cohort is held and the"
        " rest proceeds.",
        _clocks(rules.clocks),
    )


CLOCK_WORDS = {
    "admit": "SECAS admits or returns an objection",
    "answer": "DCC answers",
    "agree": "the objector agrees to a narrowing",
    "notice": "notice of the ballot",
    "voting": "voting",
    "casting": "the casting vote",
    "appeal": "appeal",
}


def _clocks(clocks: Clocks) -> str:
    periods = ((words, getattr(clocks, name)) for name, words in CLOCK_WORDS.items())
    told = "; ".join(f"{words} {clock.urgent} / {clock.others}" for words, clock in periods)
    return f"Clocks in Working Days, for Urgent releases / for others: {told}."
