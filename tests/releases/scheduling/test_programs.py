"""Linear programs: few columns tried first come to what all of them would, from one objective to the next."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releases.scheduling.glop import Impossible, OutOfTime
from releases.scheduling.programs import FIRST, Program, Rows, cheapest

AMOUNTS, PRICES = st.integers(1, 9), st.integers(0, 9)


def transport(homes, room, tried) -> Program:
    """Homes of each group on some nights, a column for each group and night."""
    rows, columns = Rows(), np.arange(len(homes) * len(room))
    rows.put(rows.block(homes, homes) + columns // len(room), columns, 1)
    rows.put(rows.block([-np.inf] * len(room), room) + columns % len(room), columns, 1)
    return Program(len(columns), rows, tried)


def outcome(program, *objectives):
    """What the program comes to for one objective after another, each as cheap as can be within those before it."""
    for costs in np.array(objectives, dtype=float):
        answer = program.minimise(costs, seconds=60)
        program.settle(costs, answer)
        yield answer.cost


@given(st.data(), st.lists(AMOUNTS, min_size=1, max_size=4), st.lists(AMOUNTS, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_whatever_is_tried_first_the_answers_are_those_of_all_columns(data, homes, room):
    room.append(sum(homes))
    night = np.arange(len(homes) * len(room)) % len(room)
    prices, flags = (st.lists(of, min_size=len(night), max_size=len(night)) for of in (PRICES, st.booleans()))
    objectives, everything = (data.draw(prices), data.draw(prices)), np.ones(len(night), dtype=np.bool_)
    tried = np.array(data.draw(flags)) | (night == len(room) - 1)
    found = list(outcome(transport(homes, room, tried), *objectives))
    assert found == pytest.approx(list(outcome(transport(homes, room, everything), *objectives)), abs=1e-6)


def test_columns_join_that_are_worth_having_and_no_others():
    costs = np.array([5.0, 1.0, 9.0, 5.0, 9.0, 9.0])
    program = transport([4, 4], [4, 4, 4], np.array([True, False, False, True, True, False]))
    assert program.minimise(costs, seconds=60).values.tolist() == [0, 4, 0, 4, 0, 0]
    assert program._tried.tolist() == [True, True, False, True, True, False]


def test_less_exact_is_cheap_enough():
    costs, tried = np.array([5.0, 4.0]), np.array([True, False])
    assert transport([4], [4, 4], tried).minimise(costs, seconds=60, near=0.5).cost == 20
    assert transport([4], [4, 4], tried).minimise(costs, seconds=60).cost == 16


def test_what_is_settled_stays_as_cheap_as_it_was():
    costs, others = np.array([1.0, 2.0, 2.0, 9.0]), np.array([9.0, 5.0, 1.0, 0.0])
    program = transport([6], [4, 4, 4, 4], np.array([True, False, False, True]))
    answer = program.minimise(costs, seconds=60)
    assert (answer.values[0], answer.cost) == (4, 8)
    program.settle(costs, answer)
    assert program.minimise(others, seconds=60).values.tolist() == [4, 0, 2, 0]
    assert program.minimise(-others, seconds=60).values.tolist() == [4, 2, 0, 0]


def test_the_corner_stands_on_its_rows_when_dearer_columns_are_gone():
    costs = np.array([1.0, 1.0, 9.0, 1.0, 9.0, 1.0])
    program = transport([4, 4], [4, 4, 4], np.ones(6, dtype=np.bool_))
    program.settle(costs, program.minimise(costs, seconds=60))
    assert program.minimise(np.arange(6.0), seconds=60).values.tolist() == [0, 4, 0, 4, 0, 0]


def test_an_answer_takes_its_time_or_there_is_none():
    program = transport([6], [4, 4], np.ones(2, dtype=np.bool_))
    with pytest.raises(OutOfTime):
        program.minimise(np.ones(2), seconds=0)
    with pytest.raises(Impossible):
        transport([9], [4, 4], np.ones(2, dtype=np.bool_)).minimise(np.ones(2), seconds=60)


def test_a_column_that_no_row_bounds_is_tried_from_the_beginning():
    rows = Rows()
    rows.put(np.full(2, rows.block([2], [np.inf])), np.arange(2), 1)
    assert Program(2, rows, np.zeros(2, dtype=np.bool_)).minimise(np.array([2.0, 1.0]), seconds=60).cost == 2


def test_few_columns_of_each_group_are_tried_first_the_cheapest_by_lot():
    groups, costs = np.repeat([0, 1], 2 * FIRST), np.tile(np.repeat([0.5, 0.0], [FIRST, FIRST]), 2)
    assert cheapest(groups, costs, seed=1).tolist() == (costs == 0).tolist()
    same = np.zeros(len(costs))
    assert cheapest(groups, same, seed=1).sum() == 2 * FIRST
    assert (cheapest(groups, same, seed=1) == cheapest(groups, same, seed=1)).all()
    assert (cheapest(groups, same, seed=1) != cheapest(groups, same, seed=2)).any()
    assert cheapest(np.array([0, 0, 3]), np.zeros(3), seed=1).all()
