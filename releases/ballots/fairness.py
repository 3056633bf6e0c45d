"""What three ways of deciding do to one supplier whose homes alone are harmed: the table in docs/fairness.md.

Every supplier has a vote and votes its own interest: the harmed one against, the others to proceed, or its whole
category with it. Who may only say yes or no must reject the release to spare the harmed homes, which delays every home;
who may exclude excludes them. Pure, and counted by the code that counts ballots.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from releases.ballots import rulesets
from releases.ballots.paper import AXIS, Option, Paper, Safeguard
from releases.ballots.rulesets import DEFAULT
from releases.ballots.tally import settle, tally

HOMES = 15_000_000
SUPPLIERS = 60
LARGE = 10
LARGE_FROM = 250_000  # homes: who supplies more is a Large Supplier
SHARES = (Fraction(1, 200), Fraction(1, 20), Fraction(3, 10))
SIDING = (False, True)


class Way(Enum):
    """A way of deciding: what may be answered, how it is counted, and how the minority safeguard stands."""

    MAJORITY = "Plain majority, yes or no"
    PER_CATEGORY = "Per category, yes or no"
    RULES_UNPROVED = "This rule set, evidence not established"
    RULES = "This rule set, evidence established"

    @property
    def keeps_homes_apart(self) -> bool:
        """Whether the harmed homes can be decided on apart from the rest."""
        return self in (Way.RULES, Way.RULES_UNPROVED)


@dataclass(frozen=True)
class Case:
    """One line: the harmed supplier's share of homes, whether its category sides with it, and the way of deciding."""

    share: Fraction
    siding: bool
    way: Way


@dataclass(frozen=True)
class Fate:
    """What was decided and how many homes that hurts, and how many it delays."""

    decision: str
    hurt: int
    delayed: int


def cases() -> Iterator[Case]:
    """Every line of the table, in its order."""
    for share in SHARES:
        for siding in SIDING:
            for way in Way:
                yield Case(share, siding, way)


def fate(case: Case) -> Fate:
    """Let everybody vote, count, and follow the outcome."""
    harmed = int(case.share * HOMES)
    counting = "per_category" if case.way is Way.PER_CATEGORY else "per_member"
    result = tally(
        _papers(case),
        entitled=SUPPLIERS,
        recused=int(case.way.keeps_homes_apart),
        rules=rulesets.parse({**DEFAULT, "counting": counting}),
        safeguard=Safeguard.ESTABLISHED if case.way is Way.RULES else Safeguard.NONE,
    )
    outcome = result.outcome or settle(result, None).outcome  # a tie: the more cautious stands
    if outcome is Option.REJECT:
        return Fate("rejected", 0, HOMES)
    if outcome is Option.EXCLUDE or result.safeguarded:
        return Fate("proceeds without the harmed homes", 0, harmed)
    return Fate("proceeds", harmed, 0)


def _papers(case: Case) -> Iterator[Paper]:
    """The harmed supplier is a party: under this rule set it is recused, elsewhere it votes."""
    against = Option.EXCLUDE if case.way.keeps_homes_apart else AXIS[-1]
    own = "large" if case.share * HOMES >= LARGE_FROM else "small"
    if not case.way.keeps_homes_apart:
        yield Paper(own, against)
    for category, size in (("large", LARGE), ("small", SUPPLIERS - LARGE)):
        others = size - (category == own)
        sides = case.siding and category == own
        yield from [Paper(category, against if sides else Option.PROCEED)] * others


def table() -> str:
    """The table as Markdown."""
    lines = [
        "| Harmed supplier has | Who sides with it | Way of deciding | Decision | Homes hurt | Homes delayed |",
        "|---:|---|---|---|---:|---:|",
    ]
    for case in cases():
        found = fate(case)
        siding = "its category" if case.siding else "nobody"
        share = f"{float(case.share):.1%}".replace(".0%", "%").replace("%", " %")
        line = f"| {share} of homes | {siding} | {case.way.value} | {found.decision}"
        lines.append(f"{line} | {found.hurt:,} | {found.delayed:,} |")
    return "\n".join(lines)
