"""Worked examples of a rule set, counted by the code that counts real ballots."""

from dataclasses import dataclass

from releases.ballots.paper import AXIS, Option, Paper, Safeguard
from releases.ballots.rulesets import Rules
from releases.ballots.tally import Result, tally

PROCEED, EXCLUDE, DEFER, RETEST, REJECT = AXIS


@dataclass(frozen=True)
class Example:
    """A made-up panel and what the rules make of its votes."""

    title: str
    result: Result


def _papers(*options: Option | None, category: str = "Large Supplier", override: bool | None = None) -> list[Paper]:
    return [Paper(category, option, override=override) for option in options]


def worked_examples(rules: Rules) -> list[Example]:
    """The examples of the rules page, in the order in which they are told."""
    mixed = _papers(PROCEED, PROCEED, EXCLUDE) + _papers(REJECT, category="Small Supplier")
    mixed += _papers(EXCLUDE, category="Gas Network")
    tied = _papers(PROCEED, PROCEED, DEFER, REJECT)
    harmed = _papers(PROCEED, PROCEED, PROCEED, override=True) + _papers(REJECT, REJECT, override=False)
    rows = (
        ("The middle vote decides", mixed, 6, Safeguard.NONE),
        ("A tie goes to the Chair", tied, 6, Safeguard.NONE),
        ("Too few voted", _papers(PROCEED, PROCEED), 8, Safeguard.NONE),
        ("Abstentions make the quorum, not the outcome", _papers(REJECT, None, None), 6, Safeguard.NONE),
        ("A harmed minority is held whichever option wins", harmed, 6, Safeguard.ESTABLISHED),
    )
    return [
        Example(title, tally(papers, entitled=entitled, recused=0, rules=rules, safeguard=safeguard))
        for title, papers, entitled, safeguard in rows
    ]
