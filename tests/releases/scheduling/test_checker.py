"""The checker names every limit that a schedule breaks, and nothing else."""

import pytest

from releases.scheduling.checker import check
from releases.scheduling.problem import Limit, Placement
from tests.factories.problems import HERON, OSPREY, day, problem

KEPT = (
    *(
        Placement(0, day(number), homes)
        for number, homes in ((2, 50), (3, 50), (4, 60), (6, 60), (7, 60), (8, 60), (9, 60))
    ),
    *(Placement(1, day(number), homes) for number, homes in ((2, 40), (3, 40), (4, 30), (6, 30), (7, 30), (8, 30))),
    *(Placement(2, day(number), 60) for number in (0, 1, 4, 6, 7)),
    Placement(3, day(8), 80),
    Placement(3, day(9), 20),
)


def moved(group: int, whence: int, to: int, homes: int):
    """The kept schedule with some homes of a group on another day."""
    loads = {(one.group, one.day): one.homes for one in KEPT}
    loads[group, day(whence)] -= homes
    loads[group, day(to)] = loads.get((group, day(to)), 0) + homes
    return tuple(Placement(*key, amount) for key, amount in loads.items() if amount)


def test_a_schedule_that_keeps_every_limit_has_no_breach():
    assert check(problem(), KEPT) == []


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        (
            moved(0, 9, 1, 5),
            ["Heron Power has a firm blackout in North on 2 March 2027, not 5 homes."],
        ),
        (
            moved(1, 2, 1, 5),
            [
                "Heron Power and Osprey Gas in North: 5 homes on 2 March 2027, before their first day, 3 March 2027.",
                "Heron Power has a firm blackout in North on 2 March 2027, not 5 homes supplied jointly with Osprey "
                "Gas, which it binds too.",
            ],
        ),
        (
            moved(2, 7, 8, 1),
            [
                "Osprey Gas in South: 1 home on 9 March 2027, after their last day, 8 March 2027.",
                "South on 9 March 2027: 81 homes, 1 more than the 80 its network takes that night.",
            ],
        ),
        (moved(0, 9, 5, 2), ["Heron Power in North: 2 homes on 6 March 2027, when nothing is activated."]),
        (moved(2, 4, 3, 7), ["South on 4 March 2027: 7 homes, 7 more than the 0 its network takes that night."]),
        (moved(2, 4, 6, 2), ["Osprey Gas in South on 7 March 2027: 62 homes, 2 more than the 60 a day it can take."]),
        (moved(0, 3, 2, 3), ["Heron Power on 3 March 2027: 93 homes, 3 more than the 90 a day it can take."]),
        (
            moved(0, 9, 12, 2),
            [
                "Heron Power in North: 2 homes on 13 March 2027, "
                "outside the exercise from 1 March 2027 to 10 March 2027."
            ],
        ),
        (KEPT[1:], ["Heron Power in North: 50 homes without a night."]),
        ((*KEPT, Placement(3, day(6), 5)), ["Finch Energy in South: 5 homes more than there are."]),
        ((*KEPT, Placement(9, day(6), 5)), ["There is no group 9 of homes in this exercise."]),
        ((*KEPT, Placement(3, day(6), 0)), ["0 is no number of homes."]),
        ((*KEPT, Placement(3, day(8), 5)), ["Finch Energy in South: 9 March 2027 is given twice."]),
    ],
)
def test_each_limit_broken_is_named_with_its_amount(schedule, says):
    assert [str(one) for one in check(problem(), schedule)] == says


def test_a_breach_knows_whom_where_and_when_it_is_about():
    limit = problem(limits=(Limit(HERON, 100, "north"), Limit(OSPREY, 50)))
    found = check(limit, KEPT)
    assert {(one.party, one.region) for one in found} == {(OSPREY, "")} and {one.day for one in found} >= {day(4)}
    assert [one.amount for one in found if one.day == day(0)] == [10]
