"""Running a rollout: started, paused, halted, resumed and stopped by people, or halted by the evidence."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Mod

from devices.rollouts import can, judgements, may, messages, queries, strata
from devices.rollouts.models import Batch, Programme, Rollout
from devices.rollouts.path import RECORD
from devices.rollouts.states import RolloutState
from devices.rollouts.verbs.hints import publish_due
from devices.rollouts.verbs.twins import list_twins
from portal.delivery.outbox import tell
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.said import said
from portal.workflow.transitions import lock, move, note
from releases.publishing import verbs as publishing
from releases.publishing.states import ReleaseState


@transaction.atomic
def start(rollout: Rollout, *, by: Actor, at: datetime, seen: int | None = None) -> Rollout:
    """Begin the deployment programme: the first wave opens at once."""
    rollout = lock(rollout, seen=seen)
    may.start(rollout, by=by)
    can.start(rollout, at=at)
    rollout.deployment_started_at = at
    _go(rollout, RolloutState.DEPLOYING, by=by, at=at, verb="start", fields=("deployment_started_at",))
    tell(messages.RolloutMoved(rollout, "has started to deploy", at), at=at)
    return rollout


@transaction.atomic
def start_activation(rollout: Rollout, *, by: Actor, at: datetime, seen: int | None = None) -> Rollout:
    """Begin the activation programme, and with it the release's activation.

    Rule: deployment and activation are separate steps with separate gates (GBCS).
    """
    rollout = lock(rollout, seen=seen)
    may.start_activation(rollout, by=by)
    can.start_activation(rollout, at=at)
    if rollout.release.state != ReleaseState.HYPERCARE:
        publishing.activate(rollout.release, by=by, at=at, why=f"Rollout {rollout.reference}")
    rollout.activation_started_at, rollout.programme = at, Programme.ACTIVATION
    fields = ("activation_started_at", "programme")
    _go(rollout, RolloutState.ACTIVATING, by=by, at=at, verb="start_activation", fields=fields)
    tell(messages.RolloutMoved(rollout, "has started to activate", at), at=at)
    return rollout


@transaction.atomic
def pause(rollout: Rollout, *, by: Actor, at: datetime, why: str, seen: int | None = None) -> Rollout:
    """Ask no further hub until somebody resumes; answers of hubs already asked are still collected.

    One already paused stays as it is; the reason is kept in the journal.
    """
    barrier.shut()
    rollout = lock(rollout, seen=seen)
    may.pause(rollout, by=by)
    why = said(why, "why", "Give the reason.")
    if rollout.state == RolloutState.PAUSED:
        note(rollout, by=by, at=at, verb="pause", why=why)
        return rollout
    can.pause(rollout)
    _stand_still(rollout, RolloutState.PAUSED, by=by, at=at, verb="pause", why=why)
    tell(messages.RolloutMoved(rollout, "is paused", at, why), at=at)
    return rollout


@transaction.atomic
def halt(rollout: Rollout, *, by: Actor, at: datetime, why: str, seen: int | None = None) -> Rollout:
    """Stop a rollout, and its release if that is active, by a threshold or a person.

    One already halted stays so; the reason is kept in the journal.
    """
    barrier.shut()
    rollout = lock(rollout, seen=seen)
    may.halt(rollout, by=by)
    why = said(why, "why", "Give the reason.")
    if rollout.state == RolloutState.HALTED:
        note(rollout, by=by, at=at, verb="halt", why=why)
        return rollout
    can.halt(rollout)
    _stand_still(rollout, RolloutState.HALTED, by=by, at=at, verb="halt", why=why)
    if rollout.release.state == ReleaseState.ACTIVE:
        publishing.halt(rollout.release, by=by, at=at, why=why)
    tell(messages.RolloutMoved(rollout, "is halted", at, why), at=at)
    return rollout


@transaction.atomic
def resume(rollout: Rollout, *, by: Actor, at: datetime, why: str, seen: int | None = None) -> Rollout:
    """Let a paused or halted rollout go on, and its release with it.

    The evidence so far has been weighed by a person: from here on the wave is judged on what comes after.
    """
    rollout = lock(rollout, seen=seen)
    may.resume(rollout, by=by)
    can.resume(rollout, at=at)
    why = said(why, "why", "Give the reason.")
    if rollout.release.state == ReleaseState.HALTED:
        publishing.resume(rollout.release, by=by, at=at, why=why)
    _weigh_present_wave(rollout, at)
    running = RolloutState.DEPLOYING if rollout.programme == Programme.DEPLOYMENT else RolloutState.ACTIVATING
    rollout.stood_still_at, rollout.stood_still_why = None, ""
    _go(rollout, running, by=by, at=at, verb="resume", why=why, fields=("stood_still_at", "stood_still_why"))
    tell(messages.RolloutMoved(rollout, "goes on", at, why), at=at)
    return rollout


@transaction.atomic
def stop(rollout: Rollout, *, by: Actor, at: datetime, why: str, seen: int | None = None) -> Rollout:
    """End a rollout for good: no further hub is asked, answers of those asked are collected, the rest is excluded.

    Hubs keep what they run. A rollback is a release of its own.
    """
    barrier.shut()
    rollout = lock(rollout, seen=seen)
    may.stop(rollout, by=by)
    can.stop(rollout)
    why = said(why, "why", "Give the reason.")
    list_twins(rollout, at=at)
    fields = ("source_cells", "target_cells", "stood_still_at", "stood_still_why")
    rollout.stood_still_at, rollout.stood_still_why = at, why
    move(rollout, to=RolloutState.STOPPING, by=by, at=at, verb="stop", why=why, fields=fields)
    free = rollout.batches.alias(owes=Mod(F("phase"), 2)).filter(phase__lte=RECORD, owes=0)
    Batch.objects.filter(pk__in=free.values("pk")).update(phase=RECORD, due_at=at, hinted_at=None)
    publish_due(at=at, rollout=rollout)
    enqueue("rollouts.advance", rollout_id=rollout.pk)
    tell(messages.RolloutMoved(rollout, "is stopped", at, why), at=at)
    return rollout


@transaction.atomic
def end_activation(rollout: Rollout, *, by: Actor, at: datetime, why: str, seen: int | None = None) -> Rollout:
    """End the release's activation where its stopped rollout left it: hypercare runs for the hubs activated so far.

    A halted release goes on first, because only an active one enters hypercare.
    """
    rollout = lock(rollout, seen=seen)
    may.end_activation(rollout, by=by)
    can.end_activation(rollout)
    why = said(why, "why", "Give the reason.")
    release = rollout.release
    if release.state == ReleaseState.HALTED:
        release = publishing.resume(release, by=by, at=at, why=why)
    publishing.enter_hypercare(release, by=by, at=at, why=why)
    move(rollout, to=RolloutState.FINISHED, by=by, at=at, verb="end_activation", why=why)
    tell(messages.RolloutMoved(rollout, "has ended where it was stopped", at, why), at=at)
    return rollout


def _go(
    rollout: Rollout,
    to: RolloutState,
    *,
    by: Actor,
    at: datetime,
    verb: str,
    why: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    move(rollout, to=to, by=by, at=at, verb=verb, why=why, fields=fields)
    rollout.batches.filter(due_at__lte=at).update(hinted_at=None)
    publish_due(at=at, rollout=rollout)
    enqueue("rollouts.advance", rollout_id=rollout.pk)


def _stand_still(rollout: Rollout, to: RolloutState, *, by: Actor, at: datetime, verb: str, why: str) -> None:
    rollout.stood_still_at, rollout.stood_still_why = at, why
    move(rollout, to=to, by=by, at=at, verb=verb, why=why, fields=("stood_still_at", "stood_still_why"))


def _weigh_present_wave(rollout: Rollout, at: datetime) -> None:
    """Keep what a person has weighed, if a verdict stopped the wave; after a plain pause everything still counts."""
    wave = queries.present_wave(rollout)
    kept = wave.verdicts.get(rollout.stage.word, {}) if wave else {}
    if wave is not None and "verdict" in kept:
        weighed = queries.evidence(wave, rollout.stage)
        counted = [weighed.succeeded, weighed.failed, weighed.timed_out]
        wave.verdicts[rollout.stage.word] = judgements.weighed(kept, counted, at)
        wave.reported_before = strata.reported(wave, rollout.stage).as_json()
        wave.save(update_fields=["verdicts", "reported_before"])
