"""What may be answered on a ballot paper."""

from dataclasses import dataclass
from enum import StrEnum


class Option(StrEnum):
    """The five options, from most permissive to most cautious; their order here is the axis of the vote."""

    PROCEED = "proceed"
    EXCLUDE = "proceed_with_exclusions"
    DEFER = "defer"
    RETEST = "retest"
    REJECT = "reject"

    @property
    def caution(self) -> int:
        """The place on the axis, 0 being the most permissive."""
        return AXIS.index(self)

    @property
    def words(self) -> str:
        """The option as the paper and the determination print it."""
        return OPTION_WORDS[self]


AXIS: tuple[Option, ...] = tuple(Option)

OPTION_WORDS: dict[Option, str] = {
    Option.PROCEED: "proceed",
    Option.EXCLUDE: "proceed with exclusions",
    Option.DEFER: "defer to a date",
    Option.RETEST: "return for retest",
    Option.REJECT: "reject",
}


class Kind(StrEnum):
    """What a ballot is about.

    OBJECTIONS: contested objections to a release. WAIVER: an expedited vote on the notice of an Emergency.
    REVIEW: what becomes of the homes an Emergency has not reached yet.
    """

    OBJECTIONS = "objections"
    WAIVER = "waiver"
    REVIEW = "review"

    @property
    def options(self) -> tuple[Option, ...]:
        """The options on its paper, in the order of the axis."""
        return ON_PAPER[self]


ON_PAPER: dict[Kind, tuple[Option, ...]] = {
    Kind.OBJECTIONS: AXIS,
    Kind.WAIVER: (Option.PROCEED, Option.DEFER),
    Kind.REVIEW: (Option.PROCEED, Option.DEFER, Option.REJECT),
}


class Safeguard(StrEnum):
    """How the minority safeguard stands on a paper.

    NONE: no evidence of severity 1 or 2 was cited. ASKED: it was cited and nobody has confirmed it, so
    the paper asks the committee. ESTABLISHED: DCC accepted it, or a second organisation or the DCC test
    lab reproduced it. PARTLY: of several objections heard together some stand established, others asked.
    """

    NONE = "none"
    ASKED = "asked"
    PARTLY = "partly"
    ESTABLISHED = "established"

    @property
    def asks(self) -> bool:
        """Whether the paper asks the committee about the evidence."""
        return self in (Safeguard.ASKED, Safeguard.PARTLY)


@dataclass(frozen=True)
class Paper:
    """One vote that counts: a category and the answers given; None abstains on that question."""

    category: str
    option: Option | None
    evidence: bool | None = None
    override: bool | None = None
