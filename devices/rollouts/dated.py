"""The dates of rollouts and their waves for the calendar."""

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q
from django.urls import reverse

from devices.rollouts import queries
from devices.rollouts.models import Rollout, Wave
from portal.pages.contributions import Dated
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import last_changed

PROGRAMMES = (
    ("deployment_started_at", "deployment starts"),
    ("activation_started_at", "activation starts"),
    ("finished_at", "rollout finished"),
    ("starts_from", "catch-up wave may start"),
)
WAVES = (("deployment_opened_at", "deployment"), ("activation_opened_at", "activation"))


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """Yield when programmes and their waves started and rollouts finished, of releases the actor may see."""
    own = actor.has(Permission.MANAGE_ROLLOUTS) or actor.has(Permission.PACE_ROLLOUTS)
    fields = [field for field, _ in PROGRAMMES]
    seen = queries.visible_to(actor)
    for rollout in seen.filter(_within(fields, start, end)).annotate(changed_at=last_changed(Rollout)):
        for field, words in PROGRAMMES:
            moment = getattr(rollout, field)
            if moment is not None and start <= moment < end:
                yield _entry(rollout, moment, words, field, own=own, changed_at=rollout.changed_at)
    opened = Wave.objects.filter(_within([field for field, _ in WAVES], start, end), rollout__in=seen)
    for wave in opened.select_related("rollout__release"):
        for field, stage in WAVES:
            moment = getattr(wave, field)
            if moment is not None and start <= moment < end:
                words = f"wave {wave.number + 1}, {stage} opens"
                yield _entry(wave.rollout, moment, words, f"wave-{wave.number}-{field}", own=own, changed_at=None)


def _within(fields: list[str], start: datetime, end: datetime) -> Q:
    return reduce(or_, (Q(**{f"{field}__gte": start, f"{field}__lt": end}) for field in fields))


def _entry(
    rollout: Rollout, moment: datetime, words: str, key: str, *, own: bool, changed_at: datetime | None
) -> Dated:
    return Dated(
        moment,
        f"{rollout.reference}: {words}",
        reverse("rollouts:rollout", args=[rollout.reference]),
        "planned" if "-starts_from" in f"-{key}" and rollout.deployment_started_at is None else "done",
        key=f"rollout-{rollout.pk}-{key}",
        kind="rollout",
        release=rollout.release.reference,
        own=own,
        sequence=rollout.version,
        changed_at=changed_at,
    )
