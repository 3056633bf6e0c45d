"""What has changed since a draft was made, in words."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from releases.scheduling.problem import Kind, Limit, Party, Region
from releases.scheduling.since import changes
from tests.factories.problems import FINCH, HERON, OSPREY, day, group, problem, problems, statement

BEFORE = problem()
NORTH, SOUTH = BEFORE.regions
GROUPS, SAID = BEFORE.groups, BEFORE.statements


@given(problems())
@settings(max_examples=30, deadline=None)
def test_nothing_has_changed_of_a_problem_that_stands(one):
    assert changes(one, one) == []


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (
            {"last": day(11)},
            ["The horizon is 1 March 2027 to 12 March 2027 now; it was 1 March 2027 to 10 March 2027."],
        ),
        ({"closed": ()}, ["Other nights of the horizon are allowed: 10 now; there were 9."]),
        ({"closed": (day(6),)}, ["Other nights of the horizon are allowed: 9 now; there were 9."]),
        (
            {"regions": (replace(NORTH, capacity=120), SOUTH)},
            ["North takes 120 homes a night now; it took 100."],
        ),
        (
            {
                "regions": (*BEFORE.regions, Region("central", "Central", 50)),
                "groups": (*GROUPS, group("central", (HERON,), 5)),
            },
            ["Central is asked now."],
        ),
        (
            {"regions": (SOUTH,), "groups": GROUPS[2:]},
            ["North is not asked any more."],
        ),
        (
            {"groups": (group("north", (HERON,), 401), *GROUPS[1:])},
            ["Homes were counted anew: there are 1,001 now; there were 1,000."],
        ),
        (
            {"groups": (group("north", (OSPREY,), 400), *GROUPS[1:])},
            ["Homes were counted anew: as many, but of other suppliers, regions or deadlines."],
        ),
        (
            {"groups": (group("north", (HERON,), 400, 0, 8), *GROUPS[1:])},
            ["Homes were counted anew: as many, but of other suppliers, regions or deadlines."],
        ),
        ({"statements": SAID[1:]}, ["What is stated has changed: Heron Power."]),
        (
            {"statements": (), "limits": (Limit(HERON, 80), Limit(OSPREY, 60, "south"))},
            ["What is stated has changed: Finch Energy, Heron Power, Osprey Gas."],
        ),
    ],
)
def test_each_change_is_said(now, says):
    assert changes(BEFORE, replace(BEFORE, **now)) == says


def test_a_longer_horizon_does_not_also_count_homes_anew():
    groups = tuple(replace(one, latest=day(11)) for one in GROUPS)
    assert len(changes(BEFORE, replace(BEFORE, last=day(11), groups=groups))) == 1


def test_weekdays_left_out_and_the_order_of_answers_are_no_change():
    weekend = tuple(one for one in BEFORE.days if one.weekday() >= 5)
    made_from = replace(BEFORE, closed=tuple(sorted({*BEFORE.closed, *weekend})), avoid=0.5, outside=0.1)
    stands = replace(BEFORE, parties=tuple(replace(one, answered=None) for one in BEFORE.parties))
    assert changes(made_from, stands, [5, 6]) == []
    assert changes(made_from, stands, [5]) != []


def test_a_blackout_counts_as_far_as_its_regions_are_asked():
    both, before = statement(HERON, Kind.BLACKOUT, 1, 1, "north", "south"), statement(OSPREY, Kind.AVOID, 2, 5, "south")
    asked = replace(BEFORE, statements=(both, before))
    north = {"regions": (NORTH,), "groups": GROUPS[:2], "limits": (Limit(HERON, 90),)}
    now = replace(BEFORE, **north, statements=(replace(both, regions=("north",)),))
    assert changes(asked, now) == ["South is not asked any more."]
    wider = replace(now, statements=(replace(both, regions=()),))
    assert changes(asked, wider)[-1] == "What is stated has changed: Heron Power."


def test_many_parties_are_named_in_part():
    parties = tuple(Party(number, f"Party {number}") for number in range(1, 6))
    before = problem(
        parties=parties, statements=(), limits=(), groups=(group("north", (HERON, OSPREY, FINCH, 4, 5), 9),)
    )
    now = replace(before, statements=tuple(statement(one.key, Kind.AVOID, 1, 2) for one in parties))
    assert changes(before, now) == ["What is stated has changed: Party 1, Party 2, Party 3 and 2 more."]
