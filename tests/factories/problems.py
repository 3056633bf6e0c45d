"""Scheduling problems for tests: a small one to change, and random ones, possible or not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from releases.scheduling.problem import Group, Kind, Limit, Party, Problem, Region, Statement

FIRST = date(2027, 3, 1)
HERON, OSPREY, FINCH = 1, 2, 3


def day(number: int) -> date:
    """The day so many days after the first of the horizon."""
    return FIRST + timedelta(days=number)


def statement(party: int, kind: Kind, first: int, last: int, *regions: str) -> Statement:
    """What a party says of the days from one number to another."""
    return Statement(party, kind, day(first), day(last), regions)


def group(region: str, parties: tuple[int, ...], homes: int, earliest: int = 0, latest: int = 9) -> Group:
    """Homes of these parties, with first and last day by number."""
    return Group(region, parties, homes, day(earliest), day(latest))


def problem(**changes: Any) -> Problem:
    """Two regions, three parties, ten days; 1,000 homes of which one group has two parties."""
    return replace(
        Problem(
            first=FIRST,
            last=day(9),
            regions=(Region("north", "North", 100), Region("south", "South", 80, ((day(3), 0),))),
            parties=(Party(HERON, "Heron Power", 1), Party(OSPREY, "Osprey Gas", 0), Party(FINCH, "Finch Energy")),
            groups=(
                group("north", (HERON,), 400),
                group("north", (HERON, OSPREY), 200, 2),
                group("south", (OSPREY,), 300, 0, 7),
                group("south", (FINCH,), 100),
            ),
            statements=(
                statement(HERON, Kind.BLACKOUT, 0, 1),
                statement(OSPREY, Kind.AVOID, 2, 5, "south"),
                statement(FINCH, Kind.PREFER, 6, 9),
            ),
            limits=(Limit(HERON, 90), Limit(OSPREY, 60, "south")),
            closed=(day(5),),
        ),
        **changes,
    )


@st.composite
def problems(draw: st.DrawFn, *, days: int = 6, homes: int = 12) -> Problem:
    """Two regions, up to three parties and six groups; about as often impossible as possible."""
    numbers, regions = st.integers(0, days - 1), ("north", "south")
    parties = tuple(Party(key, f"Party {key}", draw(st.none() | st.just(key))) for key in (1, 2, 3))

    def span() -> tuple[int, int]:
        first, second = sorted((draw(numbers), draw(numbers)))
        return first, second

    def groups() -> Group:
        chosen = draw(st.lists(st.sampled_from((1, 2, 3)), min_size=1, max_size=2, unique=True))
        bounds = (0, days - 1) if draw(st.booleans()) else span()
        return group(draw(st.sampled_from(regions)), tuple(chosen), draw(st.integers(1, homes)), *bounds)

    def statements() -> Statement:
        where = draw(st.sampled_from(((), ("north",), ("south",))))
        return statement(draw(st.sampled_from((1, 2, 3))), draw(st.sampled_from(list(Kind))), *span(), *where)

    def limits() -> Limit:
        return Limit(
            draw(st.sampled_from((1, 2, 3))), draw(st.integers(1, homes)), draw(st.sampled_from(("", "north")))
        )

    return Problem(
        first=FIRST,
        last=day(days - 1),
        regions=tuple(
            Region(key, key.title(), draw(st.integers(0 if key == "south" else 4, 3 * homes))) for key in regions
        ),
        parties=parties,
        groups=tuple(groups() for _ in range(draw(st.integers(1, 6)))),
        statements=tuple(statements() for _ in range(draw(st.integers(0, 4)))),
        limits=tuple(limits() for _ in range(draw(st.integers(0, 2)))),
        closed=tuple(day(number) for number in draw(st.sets(numbers, max_size=1))),
    )
