"""The model of a study: what always holds, whatever is drawn and whatever the figures are."""

from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.studies.approaches import APPROACH, APPROACHES
from devices.studies.assumptions import ASSUMPTIONS, PROBLEMS, Settings, complete, wrong
from devices.studies.assumptions import settings as figures_of
from devices.studies.deciding import Decision, decide
from devices.studies.fleet import NOBODY, Fleet, sample
from devices.studies.luck import Luck, draw
from devices.studies.model import MOST_DAYS, play
from devices.studies.results import MEASURES, Spread, joined, read, run

FLEET = sample(5, 4, ("North", "South"), 20_000)

FAULTY_GIVEN = {"fault": 1, "canary": 200, "nights": 10, "false_alarm": 0, "combinations": 0.3, "rate_least": 0.05}
FAULTY = figures_of(FAULTY_GIVEN)
NAMES = [one.name for one in APPROACHES]
runs = st.integers(0, 10_000)


def luck_of(number: int = 0, figures: Settings = FAULTY, kind: str = "", fleet: Fleet = FLEET, **changes) -> Luck:
    return replace(draw(1, number, fleet, figures, kind), **changes)


# Hidden facts


@given(number=runs, effort=st.integers(0, 50), more=st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_a_figure_changes_only_what_it_is_about(number, effort, more):
    less = luck_of(number, replace(FAULTY, effort=effort))
    much = luck_of(number, replace(FAULTY, effort=effort + more))
    for one in fields(Luck):
        if one.name != "finds":
            assert np.array_equal(getattr(less, one.name), getattr(much, one.name)), one.name
    assert not (less.finds & ~much.finds).any()


def test_the_kinds_of_problem_are_all_drawn_or_the_one_that_is_asked_for():
    found = {luck_of(number).fault.name for number in range(120)}
    assert found == {one.name for one in PROBLEMS}
    assert {luck_of(number, kind="supply").fault.name for number in range(5)} == {"supply"}


def test_a_rate_is_between_its_bounds_and_may_be_nothing():
    assert all(0.05 <= luck_of(number).rate <= 0.3 for number in range(30))
    assert all(0 <= luck_of(number, replace(FAULTY, rate_least=0)).rate <= 0.3 for number in range(30))


# What always holds


@given(number=runs, name=st.sampled_from(NAMES), figures=st.builds(Settings, fault=st.just(0.0)))
@settings(max_examples=30, deadline=None)
def test_without_a_fault_nobody_is_harmed_under_any_approach(number, name, figures):
    outcome = play(APPROACH[name], FLEET, figures, luck_of(number, figures))
    assert (outcome.harmed, outcome.harm_days, outcome.worst) == (0, 0, 0) and not outcome.by_supplier.any()


@given(
    number=runs,
    name=st.sampled_from(NAMES),
    counting=st.sampled_from(["per_member", "per_category"]),
    effort=st.integers(0, 40),
    more=st.integers(1, 60),
)
@settings(max_examples=60, deadline=None)
def test_more_test_effort_never_harms_more(number, name, counting, effort, more):
    """In each run, not only on the average: the same misfortune with more testing."""
    harmed = []
    for days in (effort, effort + more):
        figures = replace(FAULTY, effort=days)
        harmed.append(play(APPROACH[name], FLEET, figures, luck_of(number, figures), counting).harmed)
    assert harmed[1] <= harmed[0]


@given(number=runs, name=st.sampled_from(NAMES), canary=st.integers(1, 30_000), nights=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_every_home_is_activated_once_and_harm_is_of_homes_concerned(number, name, canary, nights):
    figures = replace(FAULTY, canary=canary, nights=nights, false_alarm=0.01)
    luck = luck_of(number, figures)
    outcome = play(APPROACH[name], FLEET, figures, luck)
    concerned = int(FLEET.homes[luck.affected].sum())
    assert 0 <= outcome.harmed <= luck.rate * concerned + len(FLEET.homes)
    assert 0 <= outcome.worst <= 1 and outcome.days_to_most < MOST_DAYS
    assert outcome.needless_days >= 0 and 0 <= outcome.past_validity <= FLEET.total
    assert outcome.by_supplier.max() <= outcome.harmed <= outcome.by_supplier.sum()


def test_the_same_seed_gives_the_same_study_and_its_parts_add_up():
    asked = {"seed": 7, "kind": "", "counting": "per_member"}
    whole = run(FLEET, Settings(), NAMES, range(6), **asked)
    parts = [run(FLEET, Settings(), NAMES, range(first, first + 2), **asked) for first in (0, 2, 4)]
    assert joined(parts) == whole == run(FLEET, Settings(), NAMES, range(6), **asked)
    assert run(FLEET, Settings(), NAMES, range(6), **{**asked, "seed": 8}) != whole


# What each approach is for


def test_only_scheduling_spares_the_weeks_that_suppliers_ask_for():
    lucks = [luck_of(number) for number in range(5)]
    broken = {name: sum(play(APPROACH[name], FLEET, FAULTY, luck).spared_broken for luck in lucks) for name in NAMES}
    assert broken.pop("scheduling") == 0 and min(broken.values()) > 0


def test_cohort_holds_keep_others_from_waiting():
    found = luck_of(finds=np.array([True, True, False, False, False]), is_reproduced=True)
    waited = {name: play(APPROACH[name], FLEET, FAULTY, found) for name in ("consultation", "holds")}
    assert waited["holds"].needless_days < waited["consultation"].needless_days


def test_a_fault_nobody_sees_is_harm_until_it_is_no_longer_counted():
    seldom = replace(FAULTY, watching=0)
    outcome = play(APPROACH["notice"], FLEET, seldom, luck_of(0, seldom))
    soon = play(APPROACH["notice"], FLEET, FAULTY, luck_of(0))
    assert outcome.harmed >= soon.harmed and outcome.harm_days > soon.harm_days
    assert outcome.harm_days <= outcome.harmed * seldom.horizon


def test_what_was_not_activated_in_time_is_past_its_validity():
    early = replace(FAULTY, validity=0)
    assert play(APPROACH["notice"], FLEET, early, luck_of(0, early)).past_validity == FLEET.total
    late = replace(FAULTY, validity=3650)
    assert play(APPROACH["notice"], FLEET, late, luck_of(0, late)).past_validity == pytest.approx(0)


def test_a_country_that_nobody_may_touch_is_never_done():
    spared = np.ones((260, 5), dtype=np.bool_)
    outcome = play(APPROACH["scheduling"], FLEET, FAULTY, luck_of(spared=spared))
    assert (outcome.days_to_most, outcome.harmed, outcome.nights) == (MOST_DAYS, 0, 0)


# Deciding

SOMEBODY = np.array([True, False, False, False, False])
GRAVE, LIGHT = (next(one for one in PROBLEMS if one.name == name) for name in ("supply", "stranding"))


def decided(name: str, counting: str = "per_member", **changes) -> Decision:
    facts = {"finds": SOMEBODY, "objector": 0, "is_reproduced": False, "fault": LIGHT, **changes}
    return decide(APPROACH[name], FLEET, luck_of(**facts), counting)


def test_nobody_objects_where_nobody_tests_or_finds():
    for name in ("notice", "scheduling"):
        assert decided(name).ballots == 0
    assert decided("holds", finds=~SOMEBODY & False).ballots == 0


def test_everybody_concerned_votes_against_it():
    """Each of the five supplies homes of each combination, so all are concerned."""
    assert decided("consultation").sent_back and not decided("consultation").is_known
    for counting in ("per_member", "per_category"):
        held = decided("holds", counting)
        assert held.held.any() and not held.sent_back and not held.is_known


def one_harmed(**changes) -> tuple[Fleet, Luck]:
    """A country in which one of the other suppliers is harmed beside the objector."""
    luck = luck_of(finds=SOMEBODY, objector=0, is_reproduced=False, **changes)
    rows = (FLEET.electricity <= 1) & (FLEET.combination == 0)
    fleet = replace(FLEET, gas=np.full(len(FLEET.homes), NOBODY))
    return fleet, replace(luck, affected=rows)


@pytest.mark.parametrize(
    ("name", "changes", "is_held"),
    [
        ("consultation", {"fault": LIGHT}, False),
        ("holds", {"fault": LIGHT}, False),  # three of four vote for proceeding and nothing protects the two
        ("holds", {"fault": GRAVE}, True),  # who is harmed says so on the paper, and nobody says no
        ("holds", {"fault": GRAVE, "is_reproduced": True}, True),
    ],
)
def test_a_minority_is_outvoted_unless_the_safeguard_holds(name, changes, is_held):
    fleet, luck = one_harmed(**{key: value for key, value in changes.items() if key != "is_reproduced"})
    luck = replace(luck, is_reproduced=changes.get("is_reproduced", False))
    decision = decide(APPROACH[name], fleet, luck, "per_member")
    assert (bool(decision.held.any()), decision.is_known, decision.sent_back) == (is_held, not is_held, False)


def test_a_tie_falls_to_the_more_cautious_and_too_few_voters_hold():
    fleet, luck = one_harmed(fault=LIGHT)
    tied = replace(luck, affected=(fleet.electricity <= 2) & (fleet.combination == 0))
    assert decide(APPROACH["holds"], fleet, tied, "per_member").held.any()
    few = sample(2, 2, ("North",), 1000)
    facts = luck_of(fleet=few, finds=np.array([True, False]), objector=0, fault=LIGHT)
    assert decide(APPROACH["holds"], few, facts, "per_member").held.any()
    assert decide(APPROACH["consultation"], few, facts, "per_member").sent_back


def test_a_false_alarm_makes_its_own_homes_wait_or_all():
    alarms = np.array([False, True, False, False, False])
    facts = {"finds": np.zeros(5, dtype=np.bool_), "alarms": alarms}
    apart, together = decided("holds", **facts), decided("consultation", **facts)
    assert (apart.ballots, together.ballots) == (1, 1)
    assert together.waits.all() and 0 < apart.waits.sum() < len(apart.waits)
    assert not apart.is_known and not together.is_known and not together.sent_back


# The homes


def test_a_fleet_is_kept_and_read_again():
    again = Fleet.from_json(FLEET.as_json())
    for one in fields(Fleet):
        assert np.array_equal(getattr(again, one.name), getattr(FLEET, one.name)), one.name


def test_a_fleet_is_scaled_and_a_home_with_two_suppliers_counts_for_both():
    assert FLEET.scaled(200_000).total == pytest.approx(200_000, rel=0.01)
    assert FLEET.scaled(1).homes.min() == 1
    assert FLEET.homes_of_each().sum() == FLEET.total  # each home has one supplier in this country
    rows = [[10, 0, 0, 1, 0], [5, 0, 1, NOBODY, 0]]
    two = Fleet.from_json({**sample(2, 1, ("North",), 100).as_json(), "rows": rows})
    assert two.homes_of_each().tolist() == [10, 15]
    assert two.has(np.array([False, True])).tolist() == [False, True]


# Figures


def test_every_figure_has_its_bounds_and_its_source():
    for one in ASSUMPTIONS:
        assert one.least <= one.default <= one.most and one.source and one.unit, one.key
    assert wrong({}) == {} and figures_of({}) == Settings()
    assert figures_of(complete({})) == Settings()


def test_what_is_assumed_of_a_kind_of_problem_can_be_changed():
    only_gas = {f"{one.name}_weight": 0 for one in PROBLEMS if one.name != "gas"}
    figures = figures_of(FAULTY_GIVEN | only_gas | {"gas_visits": 0, "gas_tested": 0})
    drawn = [draw(1, number, FLEET, figures) for number in range(30)]
    assert {luck.fault.name for luck in drawn} == {"gas"}
    assert not any(luck.finds.any() for luck in drawn)  # no test can find it
    found = play(APPROACH["notice"], FLEET, figures, drawn[0])
    assert found.harmed > 0
    fixed = draw(1, 0, FLEET, figures, "supply")  # asked for by name, it comes though it never occurs
    assert (fixed.fault.name, fixed.fault.weight) == ("supply", 0)
    assert complete({"gas_visits": 0})["gas_visits"] == 0.0


@pytest.mark.parametrize(
    ("given_", "key", "says"),
    [
        ({"fault": 2}, "fault", "enter a number from 0 to 1 (share)"),
        ({"soak": 1.5}, "soak", "enter a whole number"),
        ({"soak": "many"}, "soak", "enter a whole number"),
        ({"fault": True}, "fault", "enter a number"),
        ({"fault": float("nan")}, "fault", "enter a number from 0 to 1"),
        ({"nonsense": 1}, "nonsense", "There is no figure nonsense."),
        ({"rate_least": 0.5, "rate_most": 0.1}, "rate_most", "below the lowest"),
        ({"rate_least": 0.9}, "rate_most", "below the lowest"),
        ({"gas_reported": 2}, "gas_reported", "enter a number from 0 to 1 (share a day)"),
        ({f"{one.name}_weight": 0 for one in PROBLEMS}, "stranding_weight", "No kind of problem occurs"),
    ],
)
def test_an_absurd_figure_is_named_with_what_may_be_entered(given_, key, says):
    assert says in wrong(given_)[key]
    for used in (figures_of, complete):
        with pytest.raises(ValueError, match="."):
            used(given_)


# Results


def test_a_spread_holds_its_mean_and_one_value_is_its_own():
    found = Spread.of([1.0, 2.0, 3.0, 6.0])
    assert found.least < found.mean == 3 < found.most and found.low <= found.high
    assert Spread.of([4.0]) == Spread(4, 4, 4, 4, 4)


def test_a_reading_is_of_every_measure_kind_and_supplier():
    found = run(FLEET, FAULTY, ["notice", "holds"], range(8), seed=3, kind="", counting="per_member")
    first, second = read(found, ["notice", "holds"], FLEET.suppliers)
    assert (first.approach, second.approach) == ("notice", "holds")
    assert set(first.spreads) == {one.name for one in MEASURES}
    assert sum(first.by_kind.values()) == pytest.approx(first.spreads["harmed"].mean)
    assert tuple(first.by_supplier) == FLEET.suppliers


def test_the_approaches_differ_in_what_they_do():
    facts = [(one.tests, one.keeps_apart, one.schedules, one.is_patient) for one in APPROACHES]
    assert len(set(facts)) == len(APPROACHES) and all(
        a.name != b.name for a, b in product(APPROACHES, repeat=2) if a is not b
    )
