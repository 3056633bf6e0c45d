"""The forecast equals what a slow oracle says of each home by itself, whatever is objected, safeguarded and held."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from portal.working_days import london_day
from releases.ballots.forecast import Homes, Scene
from releases.ballots.paper import Kind, Option

MOMENTS = st.none() | st.datetimes(datetime(2017, 1, 1), datetime(2017, 12, 31), timezones=st.just(UTC))
DAYS = st.none() | st.dates(date(2017, 1, 1), date(2017, 12, 31))


@st.composite
def scenes(draw) -> Scene:
    cells = {number: Homes(draw(st.integers(0, 9)), draw(DAYS)) for number in range(draw(st.integers(0, 6)))}
    some = st.frozensets(st.sampled_from(sorted(cells))) if cells else st.just(frozenset())
    kind = draw(st.sampled_from(list(Kind)))
    objected = frozenset(cells) if kind is Kind.REVIEW else draw(some)
    return Scene(
        cells=cells,
        objected=objected,
        kept=draw(some) & objected if kind is Kind.OBJECTIONS else frozenset(),
        standing=draw(some),
        planned=draw(MOMENTS),
        defer_to=draw(MOMENTS),
        again=draw(MOMENTS),
        is_whole=kind is not Kind.REVIEW and draw(st.booleans()),
        kind=kind,
    )


def fate(scene: Scene, option: Option, cell: int) -> tuple[str, datetime | None]:
    """Whether the homes of one cell "move", are "held" or "wait", of the option alone, and until when."""
    objected = cell in scene.objected
    if scene.kind is Kind.WAIVER:
        return ("move", scene.planned) if option is Option.PROCEED else ("wait", scene.defer_to)
    whole = {
        Option.DEFER: ("wait", scene.defer_to),
        Option.RETEST: ("wait", scene.again),
        Option.REJECT: ("held", None),
    }
    if cell in scene.kept:
        return "held", None
    if option is Option.PROCEED or (not objected and (option is Option.EXCLUDE or not scene.is_whole)):
        return "move", scene.planned
    if option is Option.EXCLUDE or (not scene.is_whole and option is not Option.DEFER):
        return "held", None
    return whole[option]


@given(scenes())
def test_each_home_is_counted_as_what_becomes_of_it(scene):
    for option in scene.kind.options:
        total = dict.fromkeys(("move", "held", "wait", "newly", "late"), 0)
        for cell, homes in scene.cells.items():
            what, until = fate(scene, option, cell)
            newly = what == "held" and cell not in scene.standing
            what = "held" if cell in scene.standing else what
            moment = None if what == "held" else until or scene.planned
            late = homes.ends is not None and (moment is None or homes.ends < london_day(moment))
            for name in [what, *(["newly"] if newly else []), *(["late"] if late else [])]:
                total[name] += homes.number
        found = scene.effect(option)
        assert (found.proceeding, found.held, found.delayed) == (total["move"], total["held"], total["wait"]), option
        assert (found.newly, found.at_risk) == (total["newly"], total["late"]), option
        assert found.proceeding + found.held + found.delayed == sum(one.number for one in scene.cells.values())
        assert found.held - found.newly == scene.homes(scene.standing)


@given(scenes())
def test_days_are_counted_where_homes_wait_and_both_dates_are_known(scene):
    for option in scene.kind.options:
        found, until = scene.effect(option), scene.again if option is Option.RETEST else scene.defer_to
        if not found.delayed:
            assert found.days == 0
        elif until is None or scene.planned is None:
            assert found.days is None
        else:
            assert found.days == max((until - scene.planned).days, 0)
