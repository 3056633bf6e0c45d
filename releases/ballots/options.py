"""What each option on the paper would do, in homes: shown before the vote, so that its effect is known."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.working_days import LONDON
from releases.ballots.models import Ballot, Objection
from releases.ballots.paper import AXIS, Option, Safeguard
from releases.holds.queries import cells_of
from releases.products import cohorts
from releases.products.cohorts import Cohort


@dataclass(frozen=True)
class OptionEffect:
    """An option, what it does in a sentence, and how many homes move, are held and wait."""

    option: Option
    sentence: str
    proceeding: int
    held: int
    delayed: int

    @property
    def words(self) -> str:
        """The option with a capital letter."""
        return self.option.words.capitalize()


def option_effects(ballot: Ballot, objections: Sequence[Objection]) -> list[OptionEffect]:
    """The effect of every option, in the order of the axis."""
    release = ballot.release
    concerned = cells_of(Cohort(), release)
    everybody = cohorts.counts(concerned).homes
    objected = cohorts.union(Cohort.of(one) for one in objections)
    held = cohorts.counts(concerned.filter(pk__in=objected.values("pk"))).homes
    safeguarded = held if ballot.safeguard in (Safeguard.ESTABLISHED, Safeguard.PARTLY) else 0
    date = f"{ballot.defer_to.astimezone(LONDON):%-d %B %Y}" if ballot.defer_to else "a date"
    kept = " The safeguarded homes stay held unless the override question carries." if safeguarded else ""
    effects = {
        Option.PROCEED: (f"The release proceeds.{kept}", everybody - safeguarded, safeguarded, 0),
        Option.EXCLUDE: ("The objected homes are held; the rest proceeds.", everybody - held, held, 0),
        Option.DEFER: (f"No home is activated before {date}.{kept}", 0, safeguarded, everybody - safeguarded),
        Option.RETEST: ("The release returns to draft, and its notice starts again.", 0, safeguarded, everybody),
        Option.REJECT: ("The release ends; no home is activated.", 0, everybody, 0),
    }
    return [OptionEffect(option, *effects[option]) for option in AXIS]
