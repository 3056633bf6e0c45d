"""Versions of the voting rules."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import note
from portal.working_days import london_day
from releases.ballots import may, messages, rulesets
from releases.ballots.defaults import ensure_defaults
from releases.ballots.models import RuleSet
from releases.publishing.working import day_words

LEAST_OVERRIDE = Fraction(2, 3)
LONGEST = 60  # Working Days of a clock
MOST_VOTES = 100


@dataclass(frozen=True)
class RuleSetFacts:
    """A new version of the voting rules, from its first day on; `rules` is the object that `rulesets.parse` reads."""

    title: str
    effective_from: date
    rules: dict[str, Any]


@transaction.atomic
def add_rule_set(facts: RuleSetFacts, *, by: Actor, at: datetime, why: str) -> RuleSet:
    """Add a version of the voting rules that stands from a later day on; returns it. Committees are told.

    No version in force is touched, and a ballot that is open keeps the rules it opened under. Raises Invalid naming
    each figure that cannot stand. Rule: the safeguard of a minority yields to two thirds of the votes cast at least.
    """
    ensure_defaults()
    list(RuleSet.objects.select_for_update(no_key=True))  # who waited here reads afresh below
    known = dict(RuleSet.objects.values_list("number", "effective_from"))
    may.keep_rules(by=by)
    _check(facts, set(known.values()), why, today=london_day(at))
    row = RuleSet.objects.create(
        number=max(known) + 1, title=facts.title.strip(), rules=facts.rules, effective_from=facts.effective_from
    )
    note(row, by=by, at=at, verb="add_rule_set", why=why)
    tell(messages.RulesChange(row, why.strip(), at), at=at)
    return row


def _check(facts: RuleSetFacts, first_days: set[date], why: str, *, today: date) -> None:
    wrong: dict[str, list[str]] = {}
    if not facts.title.strip():
        wrong["title"] = ["Give the rules a title, as people will name them."]
    if facts.effective_from <= today:
        wrong["effective_from"] = ["Choose a day after today: rules already in force are never changed."]
    elif facts.effective_from in first_days:
        wrong["effective_from"] = [f"A version from {day_words(facts.effective_from)} on exists: choose another day."]
    if not why.strip():
        wrong["why"] = ["Say why the rules change: everybody reads it."]
    try:
        rules = rulesets.parse(facts.rules)
    except ValueError as error:
        wrong["rules"] = [str(error)]
    else:
        wrong |= _against(rules)
    if wrong:
        raise Invalid("The new version needs to be put right.", wrong)


def _against(rules: rulesets.Rules) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if rules.override_share < LEAST_OVERRIDE:
        wrong["override_share"] = ["At least 2/3 is the rule: less would let a bare majority lift the safeguard."]
    if rules.quorum_votes > MOST_VOTES:
        wrong["quorum_votes"] = [f"Give at most {MOST_VOTES} votes."]
    for name in rulesets.CLOCKS:
        clock = getattr(rules.clocks, name)
        if max(clock.urgent, clock.others) > LONGEST:
            wrong[name] = [f"Give at most {LONGEST} Working Days."]
    return wrong
