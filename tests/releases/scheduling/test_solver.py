"""Schedules: no firm limit broken, the worst-off party first, the same for the same seed, none better by hand."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releases.scheduling import programs
from releases.scheduling.arrays import arrays
from releases.scheduling.checker import check
from releases.scheduling.clashes import explain
from releases.scheduling.first_come import first_come, order
from releases.scheduling.glop import OutOfTime
from releases.scheduling.problem import Group, Kind, Limit, Party, Problem, Region
from releases.scheduling.solver import Stopped, _Search, ignore, reckon, solve
from releases.scheduling.whole import whole
from tests.factories.problems import FINCH, FIRST, HERON, OSPREY, day, group, problem, problems, statement

FEW = settings(max_examples=40, deadline=None)


@given(given_one=problems(), seed=st.integers(0, 5))
@FEW
def test_no_schedule_breaks_a_firm_limit_and_none_is_less_fair_than_first_come_first_served(given_one, seed):
    solution, served = solve(given_one, seed=seed), first_come(given_one)
    broken = [one for one in check(given_one, served.schedule) if "without a night" not in one.words]
    assert not broken and bool(check(given_one, served.schedule)) == bool(served.unplaced)
    if solution is None:
        assert served.unplaced
    else:
        assert not check(given_one, solution.schedule)
        assert solution.reckoning == reckon(given_one, solution.schedule)
        assert solution.bound <= solution.reckoning.worst + 1e-5
        if not served.unplaced:
            assert solution.reckoning.aims <= reckon(given_one, served.schedule).aims


@given(given_one=problems(), seed=st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_the_same_problem_and_seed_give_the_same_schedule(given_one, seed):
    assert solve(given_one, seed=seed) == solve(Problem.read(given_one.as_json()), seed=seed)


@given(problems(days=3, homes=2))
@settings(max_examples=40, deadline=None)
def test_no_schedule_at_all_is_better_in_a_small_world(given_one):
    given_one = replace(given_one, groups=given_one.groups[:3])
    solution, best = solve(given_one), best_by_hand(given_one)
    assert (solution is None) == (best is None)
    if solution is not None:
        assert solution.reckoning.aims == best


def best_by_hand(one: Problem) -> tuple[float, ...] | None:
    """The aims of the best of all schedules, each looked at."""
    table = arrays(one)
    ways = [
        [way for way in product(range(group.homes + 1), repeat=3) if sum(way) == group.homes] for group in one.groups
    ]
    found = [table.schedule(np.array(placed)) for placed in product(*ways)]
    return min((reckon(one, schedule).aims for schedule in found if not check(one, schedule)), default=None)


@pytest.fixture(scope="module")
def solved():
    """The small problem, solved."""
    return solve(problem())


def test_the_small_problem_is_solved_to_what_can_be_seen_by_eye(solved):
    assert check(problem(), solved.schedule) == []
    assert solved.bound == pytest.approx(solved.reckoning.worst, abs=1e-3)
    assert sum(one.homes for one in solved.schedule) == 1000
    assert solved.reckoning.nights >= 6 + 5 and solved.reckoning.last < 10
    assert len(solved.reckoning.conflicts) == 3


def test_who_comes_first_has_what_it_likes_and_who_comes_late_what_is_left():
    rival = problem(
        regions=(Region("north", "North", 10), Region("south", "South", 10)),
        groups=(group("north", (HERON,), 20), group("north", (OSPREY,), 20)),
        statements=(statement(HERON, Kind.PREFER, 0, 1), statement(OSPREY, Kind.PREFER, 0, 1)),
        limits=(),
        closed=(),
    )
    assert reckon(rival, first_come(rival).schedule).conflicts == (0.25, 0.0, 0.0)  # Osprey Gas answered first
    fair = solve(rival)
    assert fair.reckoning.conflicts == (0.125, 0.125, 0.0) and fair.bound == pytest.approx(0.125)


def test_nights_are_saved_where_nobody_minds():
    easy = problem(groups=(group("north", (HERON,), 60), group("north", (FINCH,), 40)), statements=(), limits=())
    assert solve(easy).reckoning.aims == (0, 0, 1, 2, 0)


LARGE = Problem(
    first=FIRST,
    last=day(19),
    regions=(Region("north", "North", 1_501), Region("south", "South", 997)),
    parties=tuple(Party(key, f"Party {key}") for key in (1, 2, 3)),
    groups=tuple(
        Group(region, parties, 3_333 + 7 * number, day(0), day(19))
        for number, (region, parties) in enumerate(product(["north", "south"], [(1,), (2,), (3,), (1, 2), (2, 3)]))
    ),
    statements=tuple(statement(key, Kind.AVOID, 5 * key - 5, 5 * key + 3) for key in (1, 2, 3)),
    limits=(Limit(1, 801), Limit(2, 1_003, "north")),
)


def test_larger_groups_keep_what_is_whole_and_place_the_rest_anew():
    solution, table = solve(LARGE), arrays(LARGE)
    assert check(LARGE, solution.schedule) == []
    assert solution.reckoning.worst == pytest.approx(solution.bound, rel=0.01)
    shares = table.placed(solution.schedule).astype(float)
    assert whole(table, shares, seed=1) is not None


def test_more_nights_than_are_tried_first_change_neither_what_is_best_nor_that_it_is_found_again():
    solution, other = solve(LARGE), solve(LARGE, seed=2)
    assert len(LARGE.days) > programs.FIRST and solution == solve(LARGE)
    assert other.bound == pytest.approx(solution.bound)
    assert other.reckoning.aims[:2] == solution.reckoning.aims[:2]


def test_shares_that_cannot_be_made_whole_as_they_are_are_placed_anew():
    one = problem(
        regions=(Region("north", "North", 400), Region("south", "South", 1)),
        groups=(group("north", (HERON,), 400), group("north", (OSPREY,), 400)),
        statements=(statement(OSPREY, Kind.BLACKOUT, 1, 9),),
        limits=(),
    )
    table = arrays(one)
    shares = np.zeros(table.allowed.shape)
    shares[0, 0], shares[1, 0] = 399.5, 0.5
    found = whole(table, shares, seed=1)
    assert found is not None and not check(one, table.schedule(found))


def test_homes_without_a_night_are_not_made_whole():
    table = arrays(problem(groups=(group("north", (HERON,), 10, 0, 1),)))
    assert whole(table, np.zeros(table.allowed.shape), seed=1) is None


def test_who_watches_is_told_of_each_stage_and_may_stop_it():
    seen = []
    solve(problem(), watch=lambda one: seen.append(one) or True)
    assert [one.stage for one in seen] == ["worst", "total", "nights", "whole"]
    assert all(one.incumbent is not None and one.incumbent + 1e-5 >= one.bound for one in seen[1:])
    with pytest.raises(Stopped):
        solve(problem(), watch=lambda one: one.stage == "worst")


def test_a_night_outside_the_horizon_does_not_matter():
    regions = (Region("north", "North", 100, ((day(-3), 0), (day(40), 0), (day(1), 5))), problem().regions[1])
    assert arrays(problem(regions=regions)).capacity[0].tolist() == [100, 5, *[100] * 8]


def test_without_time_there_is_what_was_found_so_far_or_nothing():
    easy = problem(statements=(), limits=(), closed=())
    assert check(easy, solve(easy, seconds=0).schedule) == []
    with pytest.raises(OutOfTime):
        solve(CROWDED, seconds=0)


def test_without_time_for_nights_what_was_found_before_them_stands():
    search = _Search(arrays(LARGE), order(LARGE), 1, 60, ignore)
    stages = search._stages()
    found = [next(stages), next(stages)]
    search.seconds = 0
    stage, shares = next(stages)
    assert [one for one, _ in found] == ["total", "nights"] and stage == "whole"
    assert (shares == found[1][1]).all()


CROWDED = problem(
    groups=(group("north", (OSPREY,), 100), group("north", (HERON,), 100, 0, 0)),
    statements=(statement(OSPREY, Kind.AVOID, 1, 9),),
    limits=(),
    closed=(),
)


def test_first_come_first_served_may_leave_homes_without_a_night_where_the_solver_does_not():
    assert first_come(CROWDED).unplaced == 100 and solve(CROWDED) is not None
    assert solve(problem(groups=(group("north", (HERON,), 10, 0, 1),))) is None
    assert explain(problem()) is None
