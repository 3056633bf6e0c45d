"""Counting a ballot: quorum, median rule, minority safeguard. Pure: same papers, same result.

Rule: objection and ballot, rule set. A result carries its own working, so that the page that shows a decision
and the code that made it can never disagree.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from typing import Any

from releases.ballots import working
from releases.ballots.paper import AXIS, Kind, Option, Paper, Safeguard
from releases.ballots.rulesets import Counting, Rules


class Verdict(StrEnum):
    INQUORATE = "inquorate"
    TIED = "tied"
    DECIDED = "decided"


@dataclass(frozen=True)
class Result:
    """A counted ballot: every input count, the verdict and the working in words.

    `abstained` is None where no vote was opened. `outcome` is set only when decided; `between` names the two
    middle votes of a tie, permissive first.
    `safeguarded` says that a cohort is held until fixed, whatever the outcome is: the cohorts of established
    evidence, and where `evidence_accepted` also those of the evidence that the paper asked about.
    """

    verdict: Verdict
    outcome: Option | None
    between: tuple[Option, ...]
    entitled: int
    recused: int
    cast: int
    abstained: int | None
    by_category: dict[str, dict[str, int]]
    safeguard: Safeguard
    evidence: tuple[int, int]
    override: tuple[int, int]
    overridden: bool
    safeguarded: bool
    working: tuple[str, ...]

    @property
    def evidence_accepted(self) -> bool:
        """Whether the committee accepted the evidence it was asked about."""
        return self.safeguard.asks and self.verdict is not Verdict.INQUORATE and accepted(self.evidence)

    def as_json(self) -> dict[str, Any]:
        """The result as JSON values, to be stored with the ballot; `from_json` gives it back unchanged."""
        return asdict(self) | {
            "between": list(self.between),
            "evidence": list(self.evidence),
            "override": list(self.override),
            "working": list(self.working),
        }


def from_json(data: dict[str, Any]) -> Result:
    """The stored result; raises ValueError or TypeError when it was not written by `Result.as_json`."""
    return Result(
        **data
        | {
            "verdict": Verdict(data["verdict"]),
            "outcome": None if data["outcome"] is None else Option(data["outcome"]),
            "between": tuple(Option(option) for option in data["between"]),
            "safeguard": Safeguard(data["safeguard"]),
            "evidence": _pair(data["evidence"]),
            "override": _pair(data["override"]),
            "working": tuple(data["working"]),
        }
    )


def tally(papers: Iterable[Paper], *, entitled: int, recused: int, rules: Rules, safeguard: Safeguard) -> Result:
    """Count the papers of everybody who voted, one paper a seat, none of a recused member.

    `entitled` is the size of the roll with the recused still in it. An inquorate ballot decides nothing, and
    neither does one in which everybody abstained.
    """
    papers = tuple(papers)
    abstained = sum(paper.option is None for paper in papers)
    quorum = working.Quorum(entitled=entitled, recused=recused, cast=len(papers), abstained=abstained)
    weights = weigh(papers, rules.counting)
    between = middle(weights) if quorum.met(rules) and any(weights.values()) else ()
    evidence = _answers(paper.evidence for paper in papers)
    override = _answers(paper.override for paper in papers)
    quorate = bool(between)
    applies = _safeguard_applies(safeguard, evidence, quorate=quorate)
    overridden = quorate and applies and carried(override, rules.override_share)
    result = Result(
        verdict=_verdict(between),
        outcome=between[0] if len(between) == 1 else None,
        between=between if len(between) == 2 else (),
        entitled=entitled,
        recused=recused,
        cast=quorum.cast,
        abstained=quorum.abstained,
        by_category=_by_category(papers),
        safeguard=safeguard,
        evidence=evidence,
        override=override,
        overridden=overridden,
        safeguarded=applies and not overridden,
        working=(),
    )
    words = working.explain(quorum=quorum, rules=rules, weights=weights, between=between)
    if quorate:
        words += working.safeguard(safeguard, evidence, override, overridden, rules)
    return replace(result, working=words)


def missed(*, entitled: int, recused: int, cast: int, rules: Rules, safeguard: Safeguard) -> Result:
    """The result of a ballot without quorum whose votes stay sealed: it follows from the turnout alone.

    Raises ValueError when this turnout is a quorum.
    """
    quorum = working.Quorum(entitled=entitled, recused=recused, cast=cast, abstained=None)
    if quorum.met(rules):
        raise ValueError("This turnout is a quorum: count the votes.")
    return Result(
        verdict=Verdict.INQUORATE,
        outcome=None,
        between=(),
        entitled=entitled,
        recused=recused,
        cast=cast,
        abstained=None,
        by_category={},
        safeguard=safeguard,
        evidence=(0, 0),
        override=(0, 0),
        overridden=False,
        safeguarded=_safeguard_applies(safeguard, (0, 0), quorate=False),
        working=working.explain(quorum=quorum, rules=rules, weights={}, between=()),
    )


def settle(result: Result, casting: Option | None) -> Result:
    """The tied result after the casting vote, or after its time ran out (None): the more cautious stands.

    Raises ValueError when the result is not tied, or the casting vote is for neither of the two tied options.
    """
    if result.verdict is not Verdict.TIED:
        raise ValueError("Only a tied ballot takes a casting vote.")
    if casting is not None and casting not in result.between:
        raise ValueError("A casting vote decides between the two tied options only.")
    outcome = casting or result.between[1]
    return replace(
        result,
        verdict=Verdict.DECIDED,
        outcome=outcome,
        working=(*result.working, working.settled(casting, outcome)),
    )


def decide_without_quorum(result: Result, kind: Kind = Kind.OBJECTIONS) -> Result:
    """The Panel's result when still inquorate after the extension: the cohort is held, the rest proceeds.

    Without an objection there is no cohort: the most cautious option on the paper stands. Raises ValueError when
    the result is not inquorate.
    """
    if result.verdict is not Verdict.INQUORATE:
        raise ValueError("The rule for a ballot without quorum applies to an inquorate ballot only.")
    return replace(
        result,
        verdict=Verdict.DECIDED,
        outcome=Option.EXCLUDE if kind is Kind.OBJECTIONS else kind.options[-1],
        working=(*result.working, working.WITHOUT_QUORUM[kind]),
    )


def weigh(papers: Sequence[Paper], counting: Counting) -> dict[Option, Fraction]:
    """The weight behind each option: one a vote, or one voice a category in equal parts; abstentions none."""
    size = Counter(paper.category for paper in papers if paper.option is not None)
    weights = dict.fromkeys(AXIS, Fraction(0))
    for paper in papers:
        if paper.option is not None:
            share = 1 if counting is Counting.PER_MEMBER else size[paper.category]
            weights[paper.option] += Fraction(1, share)
    return weights


def middle(weights: dict[Option, Fraction]) -> tuple[Option, ...]:
    """The weighted median along the axis: one option, or the two that share the middle, permissive first."""
    if not any(weights.values()):
        raise ValueError("Nobody voted for an option.")
    reached = list(zip(AXIS, accumulate(weights[option] for option in AXIS), strict=True))
    half = reached[-1][1] / 2
    permissive = next(option for option, weight in reached if weight >= half)
    cautious = next(option for option, weight in reached if weight > half)
    return (permissive,) if permissive is cautious else (permissive, cautious)


def accepted(evidence: tuple[int, int]) -> bool:
    """Whether a committee asked about the evidence accepts it: by majority; an even split leans to the minority."""
    return carried(evidence, Fraction(1, 2))


def carried(answers: tuple[int, int], share: Fraction) -> bool:
    """Whether yes reaches this share of the yes and no votes; nothing carries without a vote."""
    yes, no = answers
    return yes > 0 and yes >= share * (yes + no)


def _verdict(between: tuple[Option, ...]) -> Verdict:
    return (Verdict.INQUORATE, Verdict.DECIDED, Verdict.TIED)[len(between)]


def _safeguard_applies(safeguard: Safeguard, evidence: tuple[int, int], *, quorate: bool) -> bool:
    """Whether some cohort is safeguarded before the override question is looked at."""
    if safeguard is Safeguard.ASKED:
        return quorate and accepted(evidence)
    return safeguard is not Safeguard.NONE


def _answers(answers: Iterable[bool | None]) -> tuple[int, int]:
    count = Counter(answers)
    return count[True], count[False]


def _pair(values: Sequence[int]) -> tuple[int, int]:
    yes, no = values
    return yes, no


def _by_category(papers: Sequence[Paper]) -> dict[str, dict[str, int]]:
    """Votes by category and option, with abstentions, in a fixed order so that two counts compare equal."""
    names = [option.value for option in AXIS] + ["abstain"]
    count = Counter((paper.category, paper.option.value if paper.option else "abstain") for paper in papers)
    categories = sorted({paper.category for paper in papers})
    return {category: {name: count[category, name] for name in names} for category in categories}
