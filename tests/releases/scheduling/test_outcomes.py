"""What a schedule gives each party, and a schedule changed by hand."""

import pytest
from hypothesis import given, settings

from releases.scheduling.checker import check
from releases.scheduling.editing import Edit, breaches, moved, wrong_with
from releases.scheduling.outcomes import Night, Outcomes
from releases.scheduling.problem import Kind, Placement, Region
from releases.scheduling.solver import solve
from tests.factories.problems import FINCH, FIRST, HERON, OSPREY, day, group, problem, problems, statement

SMALL = problem(
    regions=(Region("north", "North", 10), Region("south", "South", 10)),
    groups=(group("north", (HERON,), 15), group("north", (OSPREY,), 5), group("south", (OSPREY,), 5)),
    statements=(
        statement(HERON, Kind.PREFER, 0, 1),
        statement(HERON, Kind.AVOID, 3, 3),
        statement(OSPREY, Kind.BLACKOUT, 1, 1),
    ),
    closed=(),
)
PLACED = (
    Placement(0, day(0), 5),
    Placement(0, day(2), 5),
    Placement(0, day(3), 5),
    Placement(1, day(0), 5),
    Placement(2, day(0), 5),
)


def test_each_party_reads_what_it_asked_what_it_got_and_why():
    worst, *others = Outcomes(SMALL, PLACED).parties()
    assert (worst.name, worst.homes, worst.as_asked, worst.outside, worst.avoided) == ("Heron Power", 15, 5, 5, 5)
    assert worst.conflict == pytest.approx((0.25 + 1) / 3) and worst.is_worst
    assert (worst.first, worst.last) == (day(0), day(3))
    assert worst.asked == "1 period to avoid, 1 preferred week, 1 limit on homes a day"
    assert worst.why.startswith("Of 9 nights that suited it better, 1 full; 8 with room left")
    osprey = next(one for one in others if one.key == OSPREY)
    assert (osprey.conflict, osprey.is_worst, osprey.asked) == (0, False, "1 firm blackout, 1 limit on homes a day")
    assert osprey.why == "Every home is on a night as it was asked for."
    finch = next(one for one in others if one.key == FINCH)
    assert (finch.homes, finch.first, finch.last, finch.asked) == (0, None, None, "nothing")


def test_nights_ruled_out_are_told_from_those_that_are_full():
    shut = problem(
        groups=(group("north", (HERON,), 5, 3, 9),),
        statements=(statement(HERON, Kind.PREFER, 0, 1), statement(HERON, Kind.PREFER, 8, 8)),
        limits=(),
        closed=(day(8),),
    )
    one = Outcomes(shut, (Placement(0, day(4), 5),)).parties()[0]
    assert one.why == ("Of 3 nights that suited it better, 3 closed, or ruled out by a blackout, notice or a deadline.")
    assert one.asked == "2 preferred weeks"


def test_nights_that_the_other_supplier_rules_out_are_told_without_its_name():
    """Osprey alone rules out day 0, both rule out 1, 2 is closed too, 9 after the last day: three for other causes."""
    joint = problem(
        groups=(group("north", (HERON, OSPREY), 5, 0, 8), group("north", (OSPREY,), 5)),
        statements=(
            *(statement(HERON, Kind.PREFER, number, number) for number in (0, 1, 2, 9)),
            statement(HERON, Kind.BLACKOUT, 1, 1),
            statement(OSPREY, Kind.BLACKOUT, 0, 2, "north"),
            statement(OSPREY, Kind.BLACKOUT, 9, 9),
        ),
        limits=(),
        closed=(day(2),),
    )
    heron = Outcomes(joint, (Placement(0, day(4), 5), Placement(1, day(4), 5))).parties()[0]
    assert heron.why == (
        "Of 4 nights that suited it better, 1 ruled out by the other supplier of homes that it supplies jointly; "
        "3 closed, or ruled out by a blackout, notice or a deadline."
    )


def test_who_has_the_best_of_nights_none_of_which_it_likes_is_told_so():
    nights = SMALL.days
    avoids = problem(
        groups=(group("north", (HERON,), 5),),
        statements=(statement(HERON, Kind.AVOID, 0, len(nights) - 1),),
        limits=(),
        closed=(),
    )
    one = Outcomes(avoids, (Placement(0, day(4), 5),)).parties()[0]
    assert one.why == "No night suited it better: it is on the best of those it would rather avoid or did not prefer."


def test_nobody_is_worst_off_where_all_have_what_they_asked():
    assert not any(one.is_worst for one in Outcomes(problem(statements=()), ()).parties())


def test_the_load_by_night_and_by_week():
    read = Outcomes(SMALL, PLACED)
    assert list(read.nights())[:2] == [Night(day(0), "North", 10, 10), Night(day(0), "South", 5, 10)]
    assert FIRST.weekday() == 0
    assert read.weeks() == [(day(0), [20, 5]), (day(7), [0, 0])]


@given(problems())
@settings(max_examples=20, deadline=None)
def test_homes_are_counted_once_in_every_reading(given_one):
    solution = solve(given_one)
    if solution is not None:
        read = Outcomes(given_one, solution.schedule)
        for one in read.parties():
            assert one.as_asked + one.outside + one.avoided == one.homes
        assert sum(one.homes for one in read.nights()) == given_one.homes
        assert sum(sum(homes) for _, homes in read.weeks()) == given_one.homes


# By hand


@pytest.mark.parametrize(
    ("edit", "field", "says"),
    [
        (Edit(9, day(0), day(1), 1), "group", "no such group"),
        (Edit(0, day(5), day(1), 1), "whence", "No homes of this group are on 6 March 2027"),
        (Edit(0, day(0), day(1), 6), "homes", "from 1 to 5"),
        (Edit(0, day(0), day(1), 0), "homes", "from 1 to 5"),
        (Edit(0, day(0), day(0), 1), "to", "another day"),
    ],
)
def test_what_cannot_be_moved_is_said_by_field(edit, field, says):
    assert says in wrong_with(SMALL, PLACED, edit)[field][0]


def test_homes_are_moved_and_the_breach_it_would_be_is_named():
    good = Edit(0, day(3), day(1), 5)
    assert wrong_with(SMALL, PLACED, good) == {} and breaches(SMALL, PLACED, good) == []
    after = moved(PLACED, good)
    assert Placement(0, day(1), 5) in after and not [one for one in after if one.day == day(3)]
    assert check(SMALL, after) == []
    assert moved(after, Edit(0, day(1), day(0), 2))[0] == Placement(0, day(0), 7)
    assert [str(one) for one in breaches(SMALL, PLACED, Edit(1, day(0), day(1), 5))] == [
        "Osprey Gas has a firm blackout in North on 2 March 2027, not 5 homes."
    ]
