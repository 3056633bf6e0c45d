"""What parties and DCC have changed since a draft schedule was made, in words. Pure."""

from collections.abc import Collection, Iterator, Set
from dataclasses import replace
from datetime import date
from typing import Any

from releases.scheduling.frames import words
from releases.scheduling.problem import Problem

NAMED = 3  # parties named in a sentence


def changes(made_from: Problem, stands: Problem, left_out: Collection[int] = ()) -> list[str]:
    """Return a sentence for each thing that stands otherwise than when a draft was made; none where all stands.

    ``left_out`` has the weekdays (Monday is 0) that the draft was not to use. The order of the answers is no matter.
    """
    both = made_from.region.keys() & stands.region.keys()  # a region that comes or goes is told of by itself
    nights = list(_nights(made_from, stands, left_out))
    regions, homes = _regions(made_from, stands), _homes(made_from, stands, both, with_deadlines=not nights)
    return [*nights, *regions, *homes, *_stated(made_from, stands, both)]


def _nights(before: Problem, now: Problem, left_out: Collection[int]) -> Iterator[str]:
    opened, were = (_open(problem, left_out) for problem in (now, before))
    if (before.first, before.last) != (now.first, now.last):
        yield f"The horizon is {_span(now)} now; it was {_span(before)}."
    elif opened != were:
        yield f"Other nights of the horizon are allowed: {len(opened):,} now; there were {len(were):,}."


def _span(problem: Problem) -> str:
    return f"{words(problem.first)} to {words(problem.last)}"


def _open(problem: Problem, left_out: Collection[int]) -> set[date]:
    return {day for day in problem.days if day.weekday() not in left_out} - set(problem.closed)


def _regions(before: Problem, now: Problem) -> Iterator[str]:
    for one in now.regions:
        was = before.region.get(one.key)
        if was is None:
            yield f"{one.name} is asked now."
        elif was.capacity != one.capacity:
            yield f"{one.name} takes {one.capacity:,} homes a night now; it took {was.capacity:,}."
    yield from (f"{one.name} is not asked any more." for one in before.regions if one.key not in now.region)


def _homes(before: Problem, now: Problem, both: Collection[str], *, with_deadlines: bool) -> Iterator[str]:
    was, counted = (
        [
            (one.region, one.parties, one.homes, one.latest if with_deadlines else None)
            for one in problem.groups
            if one.region in both
        ]
        for problem in (before, now)
    )
    there_were, are = (sum(homes for _, _, homes, _ in rows) for rows in (was, counted))
    if there_were != are:
        yield f"Homes were counted anew: there are {are:,} now; there were {there_were:,}."
    elif was != counted:
        yield "Homes were counted anew: as many, but of other suppliers, regions or deadlines."


def _stated(before: Problem, now: Problem, both: Set[str]) -> Iterator[str]:
    named = before.party | now.party
    changed = sorted(one.name for key, one in named.items() if _said(before, key, both) != _said(now, key, both))
    if changed:
        rest = len(changed) - NAMED
        yield f"What is stated has changed: {', '.join(changed[:NAMED])}{f' and {rest:,} more' if rest > 0 else ''}."


def _said(problem: Problem, party: int, both: Set[str]) -> set[Any]:
    limits = {one for one in problem.limits if one.party == party and one.region in {"", *both}}
    return limits | {
        replace(one, regions=tuple(region for region in one.regions if region in both))
        for one in problem.statements
        if one.party == party and (not one.regions or not both.isdisjoint(one.regions))
    }
