"""Why there is no schedule: named in words, with changes that make one possible."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from releases.scheduling.clashes import Explanation, Mend, explain
from releases.scheduling.glop import OutOfTime
from releases.scheduling.problem import Kind, Limit, Party, Problem, Region, Statement
from releases.scheduling.solver import solve
from tests.factories.problems import FINCH, HERON, OSPREY, day, group, problem, problems, statement


def mended(one: Problem, mend: Mend) -> Problem:
    """The problem with this change made; homes left out are left out."""
    days = {day for day in one.days if mend.first <= day <= mend.last}
    if mend.sort == "closed":
        return replace(one, closed=tuple(sorted(set(one.closed) - days)))
    if mend.sort == "blackout":
        return replace(one, statements=tuple(part for said in one.statements for part in lifted(said, mend, one)))
    if mend.sort == "capacity":
        return replace(one, regions=tuple(raised(region, mend, days) for region in one.regions))
    if mend.sort == "limit":
        of = (mend.party, mend.region)
        kept = tuple(limit for limit in one.limits if (limit.party, limit.region) != of)
        return replace(one, limits=(*kept, Limit(*of[:1], mend.homes, mend.region)))
    groups = list(one.groups)
    if mend.sort == "deadline":
        groups[mend.group] = replace(groups[mend.group], latest=mend.last)
    else:
        groups[mend.group] = replace(groups[mend.group], homes=groups[mend.group].homes - mend.homes)
    return replace(one, groups=tuple(groups))


def lifted(said: Statement, mend: Mend, one: Problem) -> list[Statement]:
    """What is left of a statement when a blackout is lifted on some days in a region."""
    if said.kind != Kind.BLACKOUT or said.party != mend.party or not said.covers(mend.region):
        return [said]
    rest = tuple(region.key for region in one.regions if said.covers(region.key) and region.key != mend.region)
    elsewhere = [replace(said, regions=rest)] if rest else []
    here = [(said.first, min(said.last, before(mend.first))), (max(said.first, after(mend.last)), said.last)]
    kept = [replace(said, regions=(mend.region,), first=first, last=last) for first, last in here if first <= last]
    return elsewhere + kept


def before(one):
    return one.fromordinal(one.toordinal() - 1)


def after(one):
    return one.fromordinal(one.toordinal() + 1)


def raised(region: Region, mend: Mend, days: set) -> Region:
    """A region that takes more homes on these days."""
    other = dict(region.nights)
    higher = {day: max(mend.homes, other.get(day, region.capacity)) for day in days}
    return replace(region, nights=tuple(sorted((other | higher).items()))) if region.key == mend.region else region


@given(problems())
@settings(max_examples=40, deadline=None)
def test_an_impossible_problem_has_a_clash_and_what_mends_it_makes_it_possible(given_one):
    why = explain(given_one)
    if why is None:
        assert solve(given_one) is not None
        return
    assert why.clashes and why.mends and solve(given_one) is None
    for mend in why.mends:
        given_one = mended(given_one, mend)
    assert solve(given_one) is not None


NORTH = Region("north", "North", 5_000)
SOUTH = Region("south", "South", 0)


def explained(**changes) -> Explanation:
    """Why the small problem with these changes has no schedule."""
    plain = {"regions": (NORTH, SOUTH), "statements": (), "limits": (), "closed": ()}
    return explain(problem(**plain | changes))


def test_a_blackout_and_a_deadline_that_leave_no_night_are_named_with_their_dates():
    why = explained(
        groups=(group("north", (HERON,), 31_200, 1, 4),), statements=(statement(HERON, Kind.BLACKOUT, 0, 6),)
    )
    assert why.clashes[0] == (
        "Heron Power in North: the first day after notice, 2 March 2027, and the deadline of 5 March 2027 and the firm "
        "blackout of Heron Power (from 1 March 2027 to 7 March 2027) leave no night for 31,200 homes."
    )
    sorts = {mend.sort for mend in why.mends}
    assert sorts >= {"blackout"} or sorts >= {"deadline"}


def test_too_little_room_is_named_with_the_capacity():
    why = explained(groups=(group("north", (HERON,), 31_200, 0, 4),))
    assert why.clashes == (
        "Heron Power in North: 31,200 homes fit into no more than 25,000 on the 5 nights left by the deadline of "
        "5 March 2027; the capacity of North is 5,000 a night.",
        "North: 31,200 homes of Heron Power have 5 nights between them, which take 25,000: 5,000 a night is too few, "
        "or notice, deadlines, blackouts and closed days leave too few nights.",
    )
    assert [mend.words for mend in why.mends] == ["Raise the capacity of North to 11,200 a night on 5 March 2027."]


def test_a_limit_that_takes_too_many_nights_is_named():
    why = explained(groups=(group("north", (HERON,), 500),), limits=(Limit(HERON, 40),))
    assert why.clashes == (
        "Heron Power in North: 500 homes fit into no more than 400 on the 10 nights left by the horizon; the capacity "
        "of North is 5,000 a night, and Heron Power takes 40 a day at most.",
        "Heron Power: 500 homes at 40 a day take 13 nights, and 10 nights are left.",
    )
    assert [(mend.sort, mend.party, mend.words[:34]) for mend in why.mends] == [
        ("limit", HERON, "Raise the limit of Heron Power fro")
    ]
    nothing = explained(groups=(group("north", (HERON,), 5),), limits=(Limit(HERON, 0, "north"),))
    assert "endlessly many nights" in nothing.clashes[1] and "in North from 0 to" in nothing.mends[0].words


def test_a_capacity_of_nothing_and_days_on_which_nothing_is_activated_are_named():
    why = explained(groups=(group("south", (FINCH,), 5),), closed=(day(2),))
    assert "the days on which nothing is activated" in why.clashes[0] and "0 a night is too few" in why.clashes[1]
    assert {mend.sort for mend in why.mends} == {"capacity"} and "Raise the capacity of South to" in why.mends[0].words
    shut = explained(groups=(group("north", (FINCH,), 1, 3, 4),), closed=tuple(day(number) for number in range(10)))
    assert shut.mends[0].words.startswith("Allow activation")


def test_a_deadline_before_notice_is_over_is_named_and_moved():
    why = explained(groups=(group("north", (HERON,), 10, 4, 2),))
    assert why.clashes[0].startswith(
        "Heron Power in North: the first day after notice, 5 March 2027, and the deadline of"
    )
    assert [mend.words for mend in why.mends] == [
        "Let the homes of Heron Power in North be activated until 5 March 2027."
    ]


def test_homes_whose_first_day_is_past_the_horizon_can_only_be_left_out():
    why = explained(groups=(group("north", (FINCH,), 1, 20, 30),))
    assert why.mends[0].words == "Leave out 1 home of Finch Energy in North, or begin sooner or end later."


TWO = "two suppliers, for electricity and gas (Heron Power and Osprey Gas): the limits of both bind them."
JOINT = f" These homes have {TWO}"


def test_who_reads_that_a_blackout_of_the_other_supplier_binds_reads_why():
    why = explained(
        groups=(group("north", (HERON, OSPREY), 200, 0, 4),), statements=(statement(OSPREY, Kind.BLACKOUT, 0, 9),)
    )
    assert why.clashes[0] == (
        "The homes that Heron Power and Osprey Gas supply jointly in North: the deadline of 5 March 2027 and the firm "
        f"blackout of Osprey Gas (from 1 March 2027 to 10 March 2027) leave no night for 200 homes.{JOINT}"
    )
    assert why.clashes[1].endswith(f"leave too few nights.{JOINT}")
    (mend,) = why.mends
    assert mend.words.startswith("Lift the firm blackout of Osprey Gas in North ")
    assert mend.words.endswith(": 200 homes, supplied jointly with Heron Power.")


def test_the_limit_of_the_other_supplier_is_named_and_of_some_homes_how_many_are_joint():
    why = explained(
        groups=(group("north", (HERON, OSPREY), 200), group("north", (OSPREY,), 300)), limits=(Limit(OSPREY, 15),)
    )
    assert why.clashes == (
        "The homes that Heron Power and Osprey Gas supply jointly in North: 200 homes fit into no more than 150 on the "
        f"10 nights left by the horizon; the capacity of North is 5,000 a night, and Osprey Gas takes 15 a day at most."
        f"{JOINT}",
        "Osprey Gas in North: 300 homes fit into no more than 150 on the 10 nights left by the horizon; the capacity "
        "of North is 5,000 a night, and Osprey Gas takes 15 a day at most.",
        f"Osprey Gas: 500 homes at 15 a day take 34 nights, and 10 nights are left. Of these homes, 200 have {TWO}",
    )


def test_a_blackout_that_bars_joint_homes_and_others_says_which_to_lift_for_whom():
    why = explained(
        groups=(group("north", (HERON, OSPREY), 10, 0, 1), group("north", (OSPREY,), 10, 0, 1)),
        statements=(statement(OSPREY, Kind.BLACKOUT, 0, 1),),
    )
    assert [mend.words.partition(": ")[2] for mend in why.mends] == [
        "20 homes, some of them supplied jointly with Heron Power."
    ]


def test_joint_homes_that_must_be_left_out_or_later_are_named_so():
    out = explained(groups=(group("north", (HERON, FINCH), 1, 20, 30),))
    assert out.mends[0].words == (
        "Leave out 1 home that Heron Power and Finch Energy supply jointly in North, or begin sooner or end later."
    )
    late = explained(groups=(group("north", (HERON, FINCH), 10, 4, 2),))
    assert late.mends[0].words == (
        "Let the homes that Heron Power and Finch Energy supply jointly in North be activated until 5 March 2027."
    )


def test_many_blackouts_are_named_in_short():
    spans = tuple(statement(HERON, Kind.BLACKOUT, number, number) for number in range(0, 10))
    why = explained(groups=(group("north", (HERON,), 1),), statements=spans)
    assert "(on 1 March 2027, on 2 March 2027, on 3 March 2027 and more) leave no night for 1 home." in why.clashes[0]


def test_homes_that_only_together_do_not_fit_are_named_by_region():
    parties = tuple(Party(key, name) for key, name in enumerate(("Avocet", "Bittern", "Curlew", "Dunlin"), start=1))
    crowd = explained(
        parties=parties,
        groups=(*(group("north", (key,), 4_000, 0, 2) for key in (1, 2, 3, 4)), group("north", (1,), 9_000)),
    )
    assert crowd.clashes == (
        "North from 1 March 2027 to 3 March 2027: 16,000 homes of Avocet, Bittern, Curlew and 1 more share 3 nights, "
        "which take 15,000; with the limits, blackouts and deadlines stated they do not all fit.",
    )
    assert sum(1 for mend in crowd.mends) == 1 and crowd.mends[0].homes in (0, 6_000)


def test_one_day_opened_to_all_is_asked_rather_than_a_blackout_of_each():
    why = explained(
        regions=(Region("north", "North", 30),),
        groups=tuple(group("north", (party,), 20, 0, 4) for party in (HERON, OSPREY, FINCH)),
        statements=(
            statement(HERON, Kind.BLACKOUT, 1, 1),
            statement(OSPREY, Kind.BLACKOUT, 2, 2),
            statement(OSPREY, Kind.BLACKOUT, 1, 1),
            statement(FINCH, Kind.BLACKOUT, 2, 2),
            statement(HERON, Kind.BLACKOUT, 0, 0),
            statement(FINCH, Kind.BLACKOUT, 0, 1),
            statement(HERON, Kind.BLACKOUT, 2, 2),
        ),
        closed=(day(3), day(4)),
    )
    assert [one.sort for one in why.mends] == ["closed"]
    assert len(why.mends[0].words) < 60


def test_a_possible_problem_has_nothing_to_explain():
    assert explain(problem()) is None
    assert explained(groups=(group("north", (HERON, OSPREY), 10),)) is None


def test_an_explanation_takes_no_longer_than_allowed():
    with pytest.raises(OutOfTime):
        explain(problem(), seconds=0)
