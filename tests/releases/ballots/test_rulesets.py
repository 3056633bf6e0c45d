import copy
from datetime import timedelta
from fractions import Fraction

import pytest

from releases.ballots import rulesets
from releases.ballots.defaults import stored_rules_at
from releases.ballots.models import RuleSet
from releases.ballots.rulesets import Clock, Counting

DAY = timedelta(days=1)


def default(**changes):
    return copy.deepcopy(rulesets.DEFAULT) | changes


def test_the_default_rule_set_is_the_one_of_the_rules():
    rules = rulesets.parse(rulesets.DEFAULT)
    assert (rules.counting, rules.quorum_share, rules.quorum_votes) == (
        Counting.PER_MEMBER,
        Fraction(1, 2),
        3,
    )
    assert rules.override_share == Fraction(2, 3)
    assert rules.clocks.admit == Clock(urgent=1, others=2)
    assert rules.clocks.answer.days(urgent=True) == 2
    assert rules.clocks.voting.days(urgent=False) == 5


@pytest.mark.parametrize(
    "data",
    [
        default(extra=1),
        {key: value for key, value in rulesets.DEFAULT.items() if key != "quorum_share"},
        default(quorum_share=0.5),
        default(quorum_share="0"),
        default(quorum_share="3/2"),
        default(quorum_share="half"),
        default(quorum_votes=0),
        default(quorum_votes=True),
        default(quorum_votes="3"),
        default(counting="by_weight"),
        default(clocks={}),
        default(clocks=default()["clocks"] | {"admit": {"urgent": 1}}),
        default(clocks=default()["clocks"] | {"admit": {"urgent": 0, "others": 2}}),
    ],
)
def test_a_rule_set_that_cannot_be_read_is_refused(data):
    with pytest.raises(ValueError):
        rulesets.parse(data)


@pytest.mark.parametrize("counting", list(Counting))
def test_the_rules_are_told_in_words(counting):
    words = " ".join(rulesets.in_words(rulesets.parse(default(counting=counting.value))))
    assert "at least 1/2 of the entitled members and at least 3 votes" in words
    assert "at least 2/3 of the votes cast" in words
    assert ("one voice" in words) == (counting is Counting.PER_CATEGORY)
    assert "SECAS admits or returns an objection 1 / 2; DCC answers 2 / 3;" in words
    assert "voting 2 / 5; the casting vote 1 / 2; appeal 10 / 10." in words


@pytest.mark.django_db
def test_the_rules_are_there_before_anybody_stored_them_and_a_new_version_counts_from_its_day(at):
    assert stored_rules_at(at).number == 1
    RuleSet.objects.create(number=2, title="Later", rules=rulesets.DEFAULT, effective_from=at.date() + DAY)
    assert stored_rules_at(at).number == 1
    assert stored_rules_at(at + DAY).number == 2
    assert str(RuleSet.objects.latest("number")) == "Rule set 2: Later"
