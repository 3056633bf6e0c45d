"""An exercise as the solver takes it: its frame, homes in groups as they were counted, and what stands stated."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256

from releases.products.models import Region
from releases.scheduling import problem, queries
from releases.scheduling.frames import Frame, days
from releases.scheduling.models import Draft, Exercise, Statement
from releases.scheduling.since import changes
from releases.scheduling.states import UNDER_WAY
from releases.scheduling.wishes import WEEK, in_regions


def problem_of(exercise: Exercise) -> problem.Problem:
    """Return what a schedule of a closed exercise is made from; placements name its groups by number less one.

    Raises ValueError, with a sentence, for an exercise without homes or too large for the solver.
    """
    frame = exercise.frame
    stated = queries.statements(exercise)
    order = sorted(stated.values(), key=lambda one: (one.made_at, one.pk))
    answered = {one.organisation_id: place for place, one in enumerate(order, start=1)}
    return problem.Problem(
        first=frame.first,
        last=frame.last,
        regions=tuple(
            problem.Region(region, str(Region(region).label), homes) for region, homes in frame.capacity.items()
        ),
        parties=tuple(
            problem.Party(one.organisation_id, one.organisation.name, answered.get(one.organisation_id))
            for one in queries.parties(exercise)
        ),
        groups=tuple(
            problem.Group(one.region, tuple(one.suppliers), one.homes, one.earliest, one.latest)
            for one in exercise.groups.order_by("number")
        ),
        statements=tuple(said for one in order for said in _statements(one, frame)),
        limits=tuple(
            problem.Limit(one.organisation_id, homes, region)
            for one in order
            for region, homes in sorted(one.wishes.limits.items())
            if region in frame.capacity
        ),
        closed=tuple(_closed(frame)),
    )


def _statements(statement: Statement, frame: Frame) -> Iterator[problem.Statement]:
    party, wishes = statement.organisation_id, statement.wishes
    for blackout in wishes.blackouts:
        kind = problem.Kind.BLACKOUT if blackout.firm else problem.Kind.AVOID
        if one := in_regions(blackout, frame.capacity):  # a region may not be asked any more
            yield problem.Statement(party, kind, one.first, one.last, one.regions, one.reason)
    for week in wishes.preferred:
        yield problem.Statement(party, problem.Kind.PREFER, week, week + WEEK)


def _closed(frame: Frame) -> list[date]:
    return [day for day in days(frame.first, frame.last) if not frame.allows(day)]


def digest_of(stated: problem.Problem) -> str:
    """Return the SHA-256 of an exercise as it is stated: a draft of another one is out of date."""
    return sha256(json.dumps(stated.as_json(), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def out_of_date(exercise: Exercise, drafts: Iterable[Draft]) -> dict[int, list[str]]:
    """Return in words, by draft, what has changed since it was made; those of which all stands are left out.

    Once the exercise is over nothing changes any more that a draft could be confirmed by.
    """
    if exercise.state not in UNDER_WAY:
        return {}
    try:
        stands = problem_of(exercise)
    except ValueError as error:
        return {one.pk: [str(error)] for one in drafts}
    digest = digest_of(stands)
    found = {one.pk: changes(one.frozen, stands, one.left_out) for one in drafts if one.stated != digest}
    return {pk: sentences for pk, sentences in found.items() if sentences}


def changes_since(draft: Draft) -> list[str]:
    """Return in words what parties and DCC have changed since a draft was made; nothing where all stands."""
    return out_of_date(draft.exercise, [draft]).get(draft.pk, [])
