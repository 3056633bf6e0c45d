"""The versions of the voting rules: which stands when, and what each says in words."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.journal.models import Entry
from portal.working_days import london_day
from releases.ballots import rulesets
from releases.ballots.defaults import stored_rules_at
from releases.ballots.examples import Example, worked_examples
from releases.ballots.models import RuleSet


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the rules and how it stands on a day: "in force", "planned" or "past"."""

    row: RuleSet
    standing: str
    until: date | None
    """The first day of the version that takes its place."""
    act: Entry | None
    """Who added it, when and why; nothing for what the portal began with."""


def versions(at: datetime) -> list[Version]:
    """Return every version, the latest first; two queries whatever their number."""
    stored_rules_at(at)  # a portal that never stored any has the default
    kept = Entry.objects.filter(subject_kind=RuleSet._meta.label_lower, verb="add_rule_set")
    acts = {entry.subject_id: entry for entry in kept}
    found: list[Version] = []
    until: date | None = None
    for row in RuleSet.objects.order_by("-effective_from", "-number"):
        standing = "planned" if row.effective_from > london_day(at) else "in force"
        if any(one.standing != "planned" for one in found):
            standing = "past"
        found.append(Version(row, standing, until, acts.get(row.pk)))
        until = row.effective_from
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """A rule set in words, with worked examples counted by the code that counts real ballots."""

    words: tuple[str, ...]
    examples: list[Example]
    clocks: list[tuple[str, rulesets.Clock]]


def told(rules: rulesets.Rules) -> Told:
    """Return what the page of a rule set says; made from the same figures that the tally and the clocks use."""
    clocks = [(title, getattr(rules.clocks, name)) for name, title in rulesets.CLOCKS.items()]
    return Told(rulesets.in_words(rules), worked_examples(rules), clocks)
