"""The tally: examples in words, then properties over generated panels."""

import json
import runpy
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.ballots import rulesets
from releases.ballots.auditing import recount
from releases.ballots.hashes import votes_hash
from releases.ballots.models import Ballot, Tally
from releases.ballots.paper import AXIS, Kind, Option, Paper, Safeguard
from releases.ballots.rulesets import Counting
from releases.ballots.tally import Verdict, decide_without_quorum, from_json, middle, settle, tally
from tests.architecture.sources import BASE

RECOUNT_OUTSIDE = runpy.run_path(str(BASE / "docs" / "verify_decision.py"))["tally"]
RULES = rulesets.parse(rulesets.DEFAULT)
PER_CATEGORY = replace(RULES, counting=Counting.PER_CATEGORY)
CATEGORIES = ("Large Supplier", "Small Supplier", "Gas Network", "Other SEC Party")

P, X, D, T, R = AXIS


def papers(*options, category="Large Supplier"):
    return [Paper(category, option) for option in options]


def count(votes, *, entitled=None, recused=0, rules=RULES, safeguard=Safeguard.NONE):
    entitled = len(votes) + recused if entitled is None else entitled
    return tally(votes, entitled=entitled, recused=recused, rules=rules, safeguard=safeguard)


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ([P, P, R], P),
        ([P, X, R], X),
        ([P, P, X, X, R], X),
        ([X, X, X, R], X),
        ([P, R, R], R),
        ([P, D, D, T], D),
    ],
)
def test_the_middle_vote_wins(options, outcome):
    result = count(papers(*options))
    assert (result.verdict, result.outcome, result.between) == (Verdict.DECIDED, outcome, ())


def test_two_different_middle_votes_are_a_tie_between_those_two():
    result = count(papers(P, P, D, R))
    assert (result.verdict, result.outcome, result.between) == (Verdict.TIED, None, (P, D))
    assert settle(result, P).outcome is P
    assert settle(result, D).outcome is D
    assert settle(result, None).outcome is D
    assert settle(result, None).working[-1] == (
        "No casting vote was given, so the more cautious stands: defer to a date."
    )
    assert settle(result, P).working[-1] == "The casting vote was for: proceed."


def test_a_casting_vote_is_for_one_of_the_two_tied_options_and_only_in_a_tie():
    with pytest.raises(ValueError, match="two tied options"):
        settle(count(papers(P, P, D, R)), X)
    with pytest.raises(ValueError, match="Only a tied ballot"):
        settle(count(papers(P, P, P)), P)


@pytest.mark.parametrize(
    ("cast", "entitled", "recused", "quorate"),
    [(2, 2, 0, False), (3, 3, 0, True), (3, 6, 0, True), (3, 7, 0, False), (3, 7, 1, True), (6, 12, 0, True)],
)
def test_quorum_is_half_of_the_base_and_at_least_three(cast, entitled, recused, quorate):
    result = count(papers(*[P] * cast), entitled=entitled, recused=recused)
    assert (result.verdict is not Verdict.INQUORATE) == quorate


def test_abstentions_count_for_quorum_but_a_ballot_of_abstentions_decides_nothing():
    assert count(papers(P, None, None)).outcome is P
    empty = count(papers(None, None, None))
    assert (empty.verdict, empty.outcome) == (Verdict.INQUORATE, None)
    assert empty.working[-1].endswith("Nobody voted for an option, so nothing is decided.")


def test_a_ballot_still_inquorate_at_the_panel_holds_the_cohort_and_lets_the_rest_proceed():
    decided = decide_without_quorum(count(papers(P, P), entitled=12))
    assert (decided.verdict, decided.outcome) == (Verdict.DECIDED, X)
    with pytest.raises(ValueError, match="inquorate ballot only"):
        decide_without_quorum(decided)


@pytest.mark.parametrize(("kind", "outcome"), [(Kind.WAIVER, D), (Kind.REVIEW, R)])
def test_without_an_objection_the_most_cautious_option_stands(kind, outcome):
    decided = decide_without_quorum(count(papers(P, P), entitled=12), kind)
    assert decided.outcome == outcome and "cautious option stands" in decided.working[-1]


def test_one_voice_a_category():
    """Nine Large Suppliers for proceeding are one voice; two lone voices for rejecting outweigh it."""
    votes = papers(*[P] * 9) + papers(R, category="Small Supplier") + papers(R, category="Gas Network")
    assert count(votes).outcome is P
    assert count(votes, rules=PER_CATEGORY).outcome is R


def test_the_working_is_told_in_words():
    result = count(papers(P, X, X, None), entitled=6, recused=1)
    assert result.working == (
        "6 members were on the roll; 1 recused, which leaves 5 entitled to vote.",
        "Quorum is 1/2 of 5 and at least 3, here 3; 4 voted, 1 of them to abstain. That is reached.",
        "From most permissive to most cautious: proceed 1; proceed with exclusions 2; defer to a date 0;"
        " return for retest 0; reject 0. That is 3 votes; half is 3/2.",
        "The middle vote is proceed with exclusions: 1 wanted something more permissive and 0 something more"
        " cautious, neither more than half.",
    )
    assert count(papers(P), entitled=1).working == (
        "1 member was entitled to vote.",
        "Quorum is 1/2 of 1 and at least 3, here 3; 1 voted, 0 of them to abstain. That is not reached: the"
        " ballot is inquorate.",
    )
    assert count(papers(P, P, R, R), rules=PER_CATEGORY).working[-2:] == (
        "From most permissive to most cautious: proceed 1/2; proceed with exclusions 0; defer to a date 0;"
        " return for retest 0; reject 1/2. That is 1 category voice; half is 1/2.",
        "The middle lies between proceed and reject: a tie between these two.",
    )


@pytest.mark.parametrize(
    ("yes", "no", "held"),
    [(0, 0, True), (1, 1, True), (2, 1, False), (3, 2, True), (4, 2, False), (0, 3, True)],
)
def test_the_override_needs_two_thirds_of_the_votes_cast_on_it(yes, no, held):
    votes = [Paper("Large Supplier", P, override=True)] * yes + [Paper("Large Supplier", P, override=False)] * no
    votes += [Paper("Large Supplier", P)] * 3
    result = count(votes, safeguard=Safeguard.ESTABLISHED)
    assert (result.outcome, result.safeguarded, result.overridden) == (P, held, not held)
    assert ("It did not carry" in result.working[-1]) == held


@pytest.mark.parametrize(("yes", "no", "held"), [(0, 0, False), (1, 2, False), (2, 2, True), (3, 1, True)])
def test_evidence_put_to_the_committee_counts_when_it_is_accepted(yes, no, held):
    votes = [Paper("Large Supplier", P, evidence=True)] * yes + [Paper("Large Supplier", P, evidence=False)] * no
    votes += papers(P, P, P)
    result = count(votes, safeguard=Safeguard.ASKED)
    assert result.safeguarded == held
    assert any("the committee accepted it" in sentence for sentence in result.working) == held


@pytest.mark.parametrize(("answer", "accepted"), [(True, True), (False, False), (None, False)])
def test_with_some_evidence_established_and_some_asked_the_safeguard_applies_either_way(answer, accepted):
    votes = [Paper("Large Supplier", P, evidence=answer)] * 3
    result = count(votes, safeguard=Safeguard.PARTLY)
    assert (result.safeguarded, result.evidence_accepted) == (True, accepted)
    assert result.working[-2].endswith(" accepted it." if accepted else " did not accept it.")
    assert not count(votes, entitled=9, safeguard=Safeguard.PARTLY).evidence_accepted
    assert not count(votes, safeguard=Safeguard.ESTABLISHED).evidence_accepted


def test_a_result_survives_storage():
    for votes in (papers(P, P, R), papers(P, R), papers(P, P, R, R)):
        result = count(votes, safeguard=Safeguard.ESTABLISHED)
        assert from_json(json.loads(json.dumps(result.as_json()))) == result


def test_nothing_has_no_middle():
    with pytest.raises(ValueError, match="Nobody voted"):
        middle(dict.fromkeys(AXIS, Fraction(0)))


# --- Properties -------------------------------------------------------------------------------------------

answers = st.sampled_from([None, True, False])
any_paper = st.builds(
    Paper, st.sampled_from(CATEGORIES), st.sampled_from([None, *AXIS]), evidence=answers, override=answers
)
panels = st.lists(any_paper, max_size=20)
any_rules = st.sampled_from([RULES, PER_CATEGORY])
safeguards = st.sampled_from(list(Safeguard))


@given(panels.flatmap(lambda votes: st.tuples(st.just(votes), st.permutations(votes))), any_rules, safeguards)
def test_the_order_of_casts_never_matters(orders, rules, safeguard):
    first, second = orders
    assert count(first, rules=rules, safeguard=safeguard) == count(second, rules=rules, safeguard=safeguard)


@given(panels, st.sampled_from(CATEGORIES), st.integers(0, 5), any_rules, safeguards)
def test_an_abstention_never_changes_the_outcome_of_a_quorate_ballot(votes, category, absent, rules, safeguard):
    entitled = len(votes) + absent + 1
    before = count(votes, entitled=entitled, rules=rules, safeguard=safeguard)
    if before.verdict is Verdict.INQUORATE:
        return
    after = count([*votes, Paper(category, None)], entitled=entitled, rules=rules, safeguard=safeguard)
    assert (after.verdict, after.outcome, after.between) == (before.verdict, before.outcome, before.between)
    assert (after.safeguarded, after.overridden) == (before.safeguarded, before.overridden)


def span(result):
    """The most permissive and the most cautious option that the count leaves open."""
    ends = result.between or (result.outcome, result.outcome)
    return ends[0].caution, ends[-1].caution


@given(st.lists(any_paper.filter(lambda paper: paper.option), min_size=3, max_size=20), st.data(), any_rules)
def test_more_cautious_votes_never_make_the_outcome_more_permissive(votes, data, rules):
    changed = data.draw(st.integers(0, len(votes) - 1))
    more = data.draw(st.sampled_from(AXIS[votes[changed].option.caution :]))
    cautious = [replace(v, option=more) if n == changed else v for n, v in enumerate(votes)]
    before, after = span(count(votes, rules=rules)), span(count(cautious, rules=rules))
    assert after[0] >= before[0] and after[1] >= before[1]


@given(panels, st.integers(1, 10), any_rules)
def test_recusing_somebody_absent_never_loses_quorum(votes, absent, rules):
    entitled = len(votes) + absent
    before = count(votes, entitled=entitled, rules=rules)
    after = count(votes, entitled=entitled, recused=1, rules=rules)
    if before.verdict is not Verdict.INQUORATE:
        assert (after.verdict, after.outcome, after.between) == (
            before.verdict,
            before.outcome,
            before.between,
        )


@given(panels, any_rules)
def test_a_safeguarded_cohort_is_never_left_unheld_without_a_carried_override(votes, rules):
    result = count(votes, rules=rules, safeguard=Safeguard.ESTABLISHED)
    yes = sum(vote.override is True for vote in votes)
    no = sum(vote.override is False for vote in votes)
    if not result.safeguarded:
        assert result.verdict is not Verdict.INQUORATE
        assert yes and 3 * yes >= 2 * (yes + no)


@given(panels, st.integers(0, 30), any_rules, safeguards)
def test_an_inquorate_ballot_never_decides(votes, absent, rules, safeguard):
    result = count(votes, entitled=len(votes) + absent, rules=rules, safeguard=safeguard)
    if 2 * len(votes) < len(votes) + absent or len(votes) < 3:
        assert (result.verdict, result.outcome, result.between) == (Verdict.INQUORATE, None, ())
        assert not result.overridden


@given(panels.filter(lambda votes: any(vote.option for vote in votes) and len(votes) >= 3))
def test_per_member_at_most_half_wanted_either_side(votes):
    result = count(votes)
    places = [vote.option.caution for vote in votes if vote.option]
    for end in span(result):
        assert 2 * sum(place < end for place in places) <= len(places)
        assert 2 * sum(place > end for place in places) <= len(places)


def oracle_per_category(votes):
    """The rule read literally: repeat every vote so often that each category has the same whole number of
    votes, sort them and look at the one or two in the middle."""
    sizes = {c: sum(v.category == c and v.option is not None for v in votes) for c in CATEGORIES}
    common = 1
    for size in filter(None, sizes.values()):
        common *= size
    line = sorted(place for v in votes if v.option for place in [AXIS.index(v.option)] * (common // sizes[v.category]))
    return AXIS[line[(len(line) - 1) // 2]], AXIS[line[len(line) // 2]]


@given(st.lists(any_paper, min_size=3, max_size=12).filter(lambda votes: any(vote.option for vote in votes)))
def test_per_category_equals_the_rule_read_literally(votes):
    result = count(votes, rules=PER_CATEGORY)
    low, high = oracle_per_category(votes)
    if low == high:
        assert (result.verdict, result.outcome) == (Verdict.DECIDED, low)
    else:
        assert (result.verdict, result.between) == (Verdict.TIED, (low, high))


def opened(votes):
    """These papers as a tally stores them."""
    return [
        {
            "constituency": vote.category,
            "choice": vote.option.value if vote.option else "abstain",
            "evidence": vote.evidence,
            "override": vote.override,
            "receipt": str(number),
            "name": str(number),
        }
        for number, vote in enumerate(votes)
    ]


@given(panels, st.integers(0, 5), any_rules, safeguards)
def test_a_recount_equals_the_stored_tally_here_and_outside_the_portal(votes, absent, rules, safeguard):
    data = {**rulesets.DEFAULT, "counting": rules.counting.value}
    result = count(votes, entitled=len(votes) + absent, rules=rules, safeguard=safeguard)
    stored = json.loads(json.dumps({"result": result.as_json(), "votes": opened(votes)}))
    assert recount(Tally(ballot=Ballot(rules=data), **stored)) == result
    outside = {"tally": stored | {"votes_hash": votes_hash(opened(votes))}}
    outside["ballot"] = {"rules": data, "safeguard": safeguard.value}
    assert list(RECOUNT_OUTSIDE(outside)) == []


def test_options_stand_from_most_permissive_to_most_cautious():
    assert [option.caution for option in Option] == [0, 1, 2, 3, 4]
    assert [option.words for option in Option] == [
        "proceed",
        "proceed with exclusions",
        "defer to a date",
        "return for retest",
        "reject",
    ]
