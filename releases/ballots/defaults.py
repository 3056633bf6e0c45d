"""The rule set that the portal starts with; editing it makes a new version, never changes an old one."""

from datetime import date, datetime

from releases.ballots import rulesets
from releases.ballots.models import RuleSet
from releases.ballots.queries import rule_set_in_force
from releases.ballots.rulesets import Rules

TITLE = "Median rule, one vote a member, with minority safeguard (portal default)"
FIRST_DAY = date(2016, 1, 1)


def ensure_defaults() -> RuleSet:
    """Store the default rule set where there is none; returns the first one."""
    first, _ = RuleSet.objects.get_or_create(
        number=1, defaults={"title": TITLE, "rules": rulesets.DEFAULT, "effective_from": FIRST_DAY}
    )
    return first


def stored_rules_at(at: datetime) -> RuleSet:
    """The stored rule set in force, made from the defaults where none was ever stored."""
    try:
        return rule_set_in_force(at)
    except RuleSet.DoesNotExist:
        return ensure_defaults()


def rules_at(at: datetime) -> Rules:
    """The rules in force at this moment."""
    return rulesets.parse(stored_rules_at(at).rules)
