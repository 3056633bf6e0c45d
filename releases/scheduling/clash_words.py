"""How clashes name homes, parties and days; pure.

A home has a supplier of electricity and may have another of gas: the limits of both bind it, and each reads why the
other's do.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from releases.scheduling.arrays import Ints
from releases.scheduling.problem import Problem

MOST_NAMES = 3


def about(problem: Problem, number: int) -> str:
    """Return whose homes a group is, and where: the beginning of a sentence about it."""
    return _of(problem, number, "", "The homes that ")


def part(problem: Problem, number: int, count: int | None = None) -> str:
    """Return so many homes of a group, all of them where no number is given, within a sentence."""
    some = "the homes" if count is None else homes(count)
    return _of(problem, number, f"{some} of ", f"{some} that ")


def _of(problem: Problem, number: int, alone: str, jointly: str) -> str:
    group = problem.groups[number]
    names, place = parties(problem, group.parties), problem.region[group.region].name
    several = len(group.parties) > 1
    return f"{jointly}{names} supply jointly in {place}" if several else f"{alone}{names} in {place}"


def joint(problem: Problem, groups: Iterable[int]) -> str:
    """Return a sentence on those of these groups that have several suppliers, with a space before; else nothing."""
    found = [problem.groups[number] for number in groups]
    shared = [one for one in found if len(one.parties) > 1]
    if not shared:
        return ""
    several = sum(one.homes for one in shared)
    which = "These homes have" if len(shared) == len(found) else f"Of these homes, {several:,} have"
    named = parties(problem, sorted({party for one in shared for party in one.parties}))
    return f" {which} two suppliers, for electricity and gas ({named}): the limits of both bind them."


def parties(problem: Problem, keys: Sequence[int]) -> str:
    """Return the names of parties, of many the first and how many more."""
    names = [problem.party[key].name for key in keys[:MOST_NAMES]]
    if more := len(keys) - len(names):
        names.append(f"{more} more")
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def between(first: date, last: date) -> str:
    """Return a period as a sentence has it."""
    return f"on {said(first)}" if first == last else f"from {said(first)} to {said(last)}"


def said(day: date) -> str:
    """Return a day as people read it."""
    return f"{day.day} {day:%B %Y}"


def homes(number: int) -> str:
    """Return so many homes."""
    return f"{number:,} home{'' if number == 1 else 's'}"


def nights(found: Ints) -> str:
    """Return how many nights these are."""
    return f"{len(found)} night{'' if len(found) == 1 else 's'}"
