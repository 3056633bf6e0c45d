"""Making a study, playing its runs part by part, ending it.

A part is played in one transaction under the lock of its own row, so that several workers play one study side by side
and a worker that dies leaves its part to be played again; the same seed gives the same runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from devices.studies import can, may, messages, queries
from devices.studies.approaches import APPROACH
from devices.studies.assumptions import complete, settings, wrong
from devices.studies.fleet import Fleet
from devices.studies.models import COUNTING, KINDS, Study, StudyPart
from devices.studies.results import joined, run
from devices.studies.states import UNDER_WAY, StudyState
from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import Invalid
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, move, note, save
from releases.publishing.models import Release

MOST_RUNS, RUNS_A_PART = 1000, 10
LEAST_HOMES, MOST_HOMES = 1000, 30_000_000
MOST_SEED = 2**31 - 1
SIDE_BY_SIDE = 2  # workers that play one study
SILENCE = timedelta(seconds=60)  # without a part played, after which a study is published again
_TROUBLE = "The portal could not play this study. Make it again; if it fails again, tell whoever runs the portal."


@dataclass(frozen=True)
class Question:
    """What a study is asked: the approaches by name, how many runs, from which seed, of how many homes (None: as many
    as there are), and the figures that differ from what is assumed."""

    title: str
    approaches: Sequence[str]
    runs: int = 200
    seed: int = 1
    homes: int | None = None
    kind: str = ""
    counting: str = "per_member"
    figures: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def make_study(release: Release | None, *, question: Question, by: Actor, at: datetime) -> Study:
    """Keep the question with the homes as they are now, and let workers play it; return the study.

    Raises Invalid for a figure out of its bounds, and where no home is known that the release concerns.
    """
    may.make_study(by=by)
    can.make_study(by=by)
    _check(question)
    fleet = queries.homes_of(release)
    if not len(fleet.homes):
        raise Invalid("The portal knows of no home that this release concerns: there is nothing to study.")
    if question.homes:
        fleet = fleet.scaled(question.homes)
    number, kept = take_number(Study), fleet.as_json()
    maker: dict[str, Any] = {"user_id": by.user_id, "organisation_id": by.organisation_id}
    row = Study.objects.create(
        pk=number,
        reference=f"ST-{number:04d}",
        title=question.title.strip(),
        **maker,
        release=release,
        figures=complete(question.figures),
        kind=question.kind,
        counting=question.counting,
        approaches=[name for name in APPROACH if name in question.approaches],
        runs=question.runs,
        seed=question.seed,
        homes=fleet.total,
        fleet=kept,
        digest=queries.digest_of(kept),
        asked_at=at,
        hinted_at=timezone.now(),
    )
    starts = range(0, row.runs, RUNS_A_PART)
    StudyPart.objects.bulk_create(
        StudyPart(study=row, first=first, last=min(first + RUNS_A_PART, row.runs)) for first in starts
    )
    note(row, by=by, at=at, verb="make_study", data={"runs": row.runs, "seed": row.seed, "fleet": row.digest})
    _publish(row)
    return row


def _check(question: Question) -> None:
    found = {key: [sentence] for key, sentence in wrong(question.figures).items()}
    sentences = {
        "title": "Give the study a title of at most 200 characters." if not _is_title(question.title) else "",
        "approaches": "Choose at least one approach." if not set(question.approaches) & set(APPROACH) else "",
        "runs": _within(question.runs, 1, MOST_RUNS, "runs"),
        "seed": _within(question.seed, 0, MOST_SEED, "the seed"),
        "homes": _within(question.homes, LEAST_HOMES, MOST_HOMES, "homes") if question.homes is not None else "",
        "kind": "" if question.kind in dict(KINDS) else "Choose one of the kinds of problem.",
        "counting": "" if question.counting in dict(COUNTING) else "Choose how votes are counted.",
    }
    found |= {name: [sentence] for name, sentence in sentences.items() if sentence}
    if found:
        raise Invalid("Some of what was entered cannot be used: see below.", found)


def _is_title(title: str) -> bool:
    return 0 < len(title.strip()) <= 200


def _within(value: int, least: int, most: int, what: str) -> str:
    return "" if least <= value <= most else f"Enter a whole number from {least:,} to {most:,} for {what}."


def _publish(row: Study) -> None:
    for _ in range(SIDE_BY_SIDE):
        enqueue("studies.play", study_id=row.pk)


def play_next(study_id: int, *, by: Actor, at: datetime) -> bool:
    """Play the next part that nobody plays; return whether there was one.

    The study's lock is given back before the part's is taken: who cancels holds the one and waits for the other.
    """
    return _is_to_be_played(study_id, by=by, at=at) and _play_part(study_id)


@transaction.atomic
def _is_to_be_played(study_id: int, *, by: Actor, at: datetime) -> bool:
    row = lock(Study.objects.get(pk=study_id))
    if not row.is_under_way:
        return False
    row.hinted_at = timezone.now()
    if row.state == StudyState.QUEUED:
        move(row, to=StudyState.RUNNING, by=by, at=at, verb="start_playing", fields=("hinted_at",))
    else:
        save(row, "hinted_at")
    return True


@transaction.atomic
def _play_part(study_id: int) -> bool:
    parts = StudyPart.objects.filter(study=study_id, results__isnull=True, study__state__in=UNDER_WAY)
    part = parts.order_by("first").select_for_update(skip_locked=True, of=("self",)).first()
    if part is None:
        return False
    row = Study.objects.get(pk=study_id)
    part.results = run(
        Fleet.from_json(row.fleet),
        settings(row.figures),
        row.approaches,
        range(part.first, part.last),
        seed=row.seed,
        kind=row.kind,
        counting=row.counting,
    )
    part.save(update_fields=["results"])
    return True


@transaction.atomic
def finish(study_id: int, *, by: Actor, at: datetime) -> bool:
    """Put the parts together once all are played; return whether the study ended now."""
    row = lock(Study.objects.get(pk=study_id))
    parts = list(row.parts.order_by("first").values_list("results", flat=True))
    played = [part for part in parts if part is not None]
    if row.state != StudyState.RUNNING or len(played) < len(parts):
        return False
    row.results, row.ended_at = joined(played), at
    row.parts.all().delete()
    move(row, to=StudyState.DONE, by=by, at=at, verb="finish_study", fields=("results", "ended_at"))
    tell(messages.StudyEnded(row), at=at)
    return True


@transaction.atomic
def cancel(study: Study, *, by: Actor, at: datetime, seen: int | None = None) -> Study:
    """End a study before its runs are played; what was asked stays."""
    row = lock(study, seen=seen)
    may.cancel(row, by=by)
    can.cancel(row)
    row.ended_at = at
    row.parts.all().delete()
    move(row, to=StudyState.CANCELLED, by=by, at=at, verb="cancel", fields=("ended_at",))
    return row


@transaction.atomic
def give_up(study_id: int, *, by: Actor, at: datetime) -> None:
    """End a study whose runs break: to repeat them would break again."""
    row = lock(Study.objects.get(pk=study_id))
    if row.is_under_way:
        row.ended_at, row.why = at, _TROUBLE
        row.parts.all().delete()
        move(row, to=StudyState.FAILED, by=by, at=at, verb="give_up", why=_TROUBLE, fields=("ended_at", "why"))
        tell(messages.StudyEnded(row), at=at)


@transaction.atomic
def republish() -> int:
    """Publish again the studies that nobody plays; return how many."""
    now = timezone.now()
    rows = Study.objects.filter(state__in=UNDER_WAY, hinted_at__lt=now - SILENCE)
    found = list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    for row in found:
        row.hinted_at = now
        save(row, "hinted_at")
        _publish(row)
    return len(found)
