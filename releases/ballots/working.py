"""The working of a tally in words: what was counted, which rule was applied, what followed from it."""

import math
from dataclasses import dataclass
from fractions import Fraction

from releases.ballots.paper import AXIS, Kind, Option, Safeguard
from releases.ballots.rulesets import Counting, Rules

_STILL = "The ballot was still inquorate after its extension. At the Panel the rule for that case applies:"
WITHOUT_QUORUM = {
    Kind.OBJECTIONS: f"{_STILL} the objected cohort is held and the rest proceeds.",
    Kind.WAIVER: f"{_STILL} the more cautious option stands, and the notice is not waived.",
    Kind.REVIEW: f"{_STILL} the most cautious option stands, and the homes not yet activated are held.",
}


@dataclass(frozen=True)
class Quorum:
    """Who could vote and who did: `entitled` counts the recused, `cast` counts the abstentions, which are
    not known (None) while the votes are sealed."""

    entitled: int
    recused: int
    cast: int
    abstained: int | None

    @property
    def base(self) -> int:
        return self.entitled - self.recused

    def needed(self, rules: Rules) -> int:
        """The least number of votes that makes a quorum."""
        return max(math.ceil(rules.quorum_share * self.base), rules.quorum_votes)

    def met(self, rules: Rules) -> bool:
        return self.cast >= self.needed(rules)


def explain(
    *, quorum: Quorum, rules: Rules, weights: dict[Option, Fraction], between: tuple[Option, ...]
) -> tuple[str, ...]:
    """The sentences on the roll, the quorum and the median rule, in the order in which they are applied."""
    roll = _roll(quorum)
    if not quorum.met(rules):
        return (*roll, f"{_quorum(quorum, rules)} That is not reached: the ballot is inquorate.")
    if not between:
        return (*roll, f"{_quorum(quorum, rules)} Nobody voted for an option, so nothing is decided.")
    return (*roll, f"{_quorum(quorum, rules)} That is reached.", *_median(rules, weights, between))


def safeguard(
    standing: Safeguard,
    evidence: tuple[int, int],
    override: tuple[int, int],
    overridden: bool,
    rules: Rules,
) -> tuple[str, ...]:
    """The sentences on the minority safeguard; none where no evidence of severity 1 or 2 was cited."""
    if standing is Safeguard.NONE:
        return ()
    established = "Evidence of severity 1 or 2 is established, so the minority safeguard applies."
    asked, accepted = _evidence(evidence)
    if standing is Safeguard.ASKED and not accepted:
        return (f"{asked} So the minority safeguard does not apply.",)
    opening = {
        Safeguard.ASKED: f"{asked} So the minority safeguard applies.",
        Safeguard.PARTLY: f"{established} For the evidence not yet established: {asked}",
        Safeguard.ESTABLISHED: established,
    }[standing]
    yes, no = override
    votes = f"Override question: {yes} yes, {no} no; {rules.override_share} of these must say yes."
    if overridden:
        return (opening, f"{votes} It carried: the cohort is not held by the safeguard.")
    return (opening, f"{votes} It did not carry: the cohort is held until fixed, whichever option wins.")


def _evidence(evidence: tuple[int, int]) -> tuple[str, bool]:
    yes, no = evidence
    accepted = yes > 0 and yes >= no
    verdict = "accepted it" if accepted else "did not accept it"
    return f"Does the evidence show severity 1 or 2? {yes} yes, {no} no: the committee {verdict}.", accepted


def settled(casting: Option | None, outcome: Option) -> str:
    """The sentence on how a tie was settled."""
    if casting is None:
        return f"No casting vote was given, so the more cautious stands: {outcome.words}."
    return f"The casting vote was for: {outcome.words}."


def _roll(quorum: Quorum) -> tuple[str, ...]:
    if not quorum.recused:
        return (f"{_members(quorum.entitled)} entitled to vote.",)
    return (
        f"{_members(quorum.entitled)} on the roll; {quorum.recused} recused,"
        f" which leaves {quorum.base} entitled to vote.",
    )


def _members(number: int) -> str:
    return "1 member was" if number == 1 else f"{number} members were"


def _number(number: Fraction, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _quorum(quorum: Quorum, rules: Rules) -> str:
    abstained = "" if quorum.abstained is None else f", {quorum.abstained} of them to abstain"
    return (
        f"Quorum is {rules.quorum_share} of {quorum.base} and at least {rules.quorum_votes}, here"
        f" {quorum.needed(rules)}; {quorum.cast} voted{abstained}."
    )


def _median(rules: Rules, weights: dict[Option, Fraction], between: tuple[Option, ...]) -> tuple[str, ...]:
    total = sum(weights.values(), Fraction(0))
    unit = _number(total, "vote") if rules.counting is Counting.PER_MEMBER else _number(total, "category voice")
    line = "; ".join(f"{option.words} {weights[option]}" for option in AXIS)
    counted = f"From most permissive to most cautious: {line}. That is {unit}; half is {total / 2}."
    if len(between) == 2:
        permissive, cautious = between
        return (
            counted,
            f"The middle lies between {permissive.words} and {cautious.words}: a tie between these two.",
        )
    option = between[0]
    below = sum((weights[other] for other in AXIS[: option.caution]), Fraction(0))
    above = total - below - weights[option]
    return (
        counted,
        f"The middle vote is {option.words}: {below} wanted something more permissive and {above} something"
        " more cautious, neither more than half.",
    )
