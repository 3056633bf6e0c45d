"""A CSP's operator paces every rollout in its region: how many hubs may be asked in one night."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Mod

from devices.rollouts import may, messages
from devices.rollouts.models import Batch, NightlyCapacity
from devices.rollouts.verbs.hints import publish_due
from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.products.models import Region


@transaction.atomic
def state_capacity(
    region: str, deployment: int | None, activation: int | None, *, by: Actor, at: datetime, seen: int | None = None
) -> NightlyCapacity:
    """State how many hubs of a region may be asked in one night; None: as many as come. Returns the capacity.

    It holds from now on, also for the night that runs. What waits for the next night is asked again at once, in case
    there is room now. Raises Invalid for a region that does not exist, and for a negative number.
    """
    barrier.shut()
    if region not in Region.values:
        raise Invalid(f"The region is one of {', '.join(Region.values)}.", {"region": ["Choose a region."]})
    may.state_capacity(region, by=by)
    if min(deployment or 0, activation or 0) < 0:
        raise Invalid("A capacity is a number of hubs from 0, or left empty.")
    capacity = _locked(region, at=at, seen=seen)
    was: dict[str, Jsonable] = {"deployment": capacity.deployment, "activation": capacity.activation}
    now: dict[str, Jsonable] = {"deployment": deployment, "activation": activation}
    capacity.deployment, capacity.activation = deployment, activation
    capacity.stated_by_name, capacity.stated_at = f"{by.name}, {by.organisation_name}", at
    save(capacity, "deployment", "activation", "stated_by_name", "stated_at")
    note(capacity, by=by, at=at, verb="state_capacity", data={"region": region, "was": was, "now": now})
    _wake(at)
    tell(messages.CapacityStated(capacity, at), at=at)
    return capacity


def _locked(region: str, *, at: datetime, seen: int | None) -> NightlyCapacity:
    found = NightlyCapacity.objects.filter(region=region).first()
    if found is not None:
        return lock(found, seen=seen)
    return NightlyCapacity.objects.create(region=region, stated_at=at, version=0)


def _wake(at: datetime) -> None:
    """Let the rest that full nights left ask for room now; batches whose answers are due first collect those."""
    resting = Batch.objects.filter(rest_at__gt=at)
    to_ask = resting.alias(beat=Mod(F("phase"), 2)).filter(beat=0).values("pk")
    Batch.objects.filter(pk__in=to_ask).update(due_at=at, hinted_at=None)
    resting.update(rest_at=at)
    publish_due(at=at)
