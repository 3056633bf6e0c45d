import logging
from typing import Any

from celery import shared_task
from django.conf import settings

from devices.fleet import queries as fleet
from devices.rollouts import queries, verbs
from devices.rollouts.models import Rollout
from devices.rollouts.states import LIVE
from devices.simulator.scenarios import CALM
from portal.workflow import clock
from portal.workflow.actor import system
from portal.workflow.errors import NotNow

ENGINE = system("Rollout engine")
PREPARING_SECONDS = 3600  # tens of millions of hubs in one transaction; others that are told of it pass on
log = logging.getLogger(__name__)


@shared_task(name="rollouts.step")
def step(batch_id: int, phase: int, **_: Any) -> None:
    """Take one batch through one phase, and through those after it that are due at once."""
    verbs.walk(batch_id, phase, by=ENGINE, now=clock.now)


@shared_task(name="rollouts.prepare", time_limit=PREPARING_SECONDS)
def prepare(rollout_id: int, **_: Any) -> None:
    """Write the waves, batches and hubs of a plan. A message that outlived its rollout ends here."""
    for rollout in Rollout.objects.filter(pk=rollout_id):
        verbs.prepare(rollout, by=ENGINE, at=clock.now())


@shared_task(name="rollouts.advance")
def advance(rollout_id: int, **_: Any) -> None:
    """Open, settle and judge the waves of one rollout. A message that outlived its rollout ends here."""
    for rollout in Rollout.objects.filter(pk=rollout_id):
        verbs.advance(rollout, by=ENGINE, at=clock.now())


@shared_task(name="rollouts.advance_all")
def advance_all(**_: Any) -> None:
    """Take every live rollout as far as it can go now, and publish what has fallen due."""
    at = clock.now()
    verbs.end_set_aside(by=ENGINE, at=at)
    verbs.start_due(by=ENGINE, at=at)
    for rollout in Rollout.objects.filter(state__in=LIVE):
        verbs.advance(rollout, by=ENGINE, at=at)
    verbs.publish_due(at=at)


@shared_task(name="rollouts.catch_up")
def catch_up(release_id: int | None = None, **_: Any) -> int:
    """Plan the catch-up waves of one release, or of all, whose holds were lifted; returns how many."""
    at = clock.now()
    rows = queries.may_catch_up(release_id)
    return sum(verbs.catch_up(rollout, by=ENGINE, at=at) is not None for rollout in rows)


@shared_task(name="rollouts.sweep")
def sweep(**_: Any) -> None:
    """Publish again what nobody moves."""
    verbs.republish(at=clock.now())


@shared_task(name="rollouts.pass_days")
def pass_days(**_: Any) -> int:
    """Let the days that are over pass in the homes of the demonstration; returns how many."""
    at, passed = clock.now(), 0
    for day in fleet.due_days(at) if settings.DEMO and settings.HOMES_CHANGE else ():
        try:
            verbs.pass_day(day, life=CALM.life, by=ENGINE, at=at)
        except NotNow as refusal:  # a rollout is written down, or another worker had the day
            log.info("%s: %s", day, refusal.reason)
            break
        passed += 1
    return passed
