"""The machine's own verb: waves open, settle and are judged, a programme ends, a rollout finishes."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from devices.gateway import Stage
from devices.rollouts import can, firm, messages, overshoot, path, queries, strata
from devices.rollouts.models import Rollout, Wave
from devices.rollouts.states import RUNNING, WINDING_UP, RolloutState, WaveState
from devices.rollouts.verbs.hints import publish_due
from devices.rollouts.verbs.running import halt, pause, start, start_activation
from devices.rollouts.verbs.twins import list_twins, move_activated_homes
from devices.rollouts.verdicts import Evidence, Judgement, Stratum, Verdict, judge, together
from portal.delivery.outbox import tell
from portal.workflow.actor import Actor
from portal.workflow.enqueue import enqueue
from portal.workflow.errors import NotNow
from portal.workflow.transitions import move
from portal.working_days import start_of
from releases.publishing import verbs as publishing
from releases.publishing.states import ReleaseState

log = logging.getLogger(__name__)
_SETTLED = {Stage.DEPLOYMENT: WaveState.DEPLOYED, Stage.ACTIVATION: WaveState.ACTIVATED}
_OPENED = {Stage.DEPLOYMENT: WaveState.DEPLOYING, Stage.ACTIVATION: WaveState.ACTIVATING}
LOOKS = 50
_STANDS_FOR = can.ENDED | {ReleaseState.HALTED}


@dataclass(frozen=True, slots=True)
class _Stand:
    """What stops the rollout: the state to stand still in, why, and the wave whose reports halted it."""

    to: RolloutState
    why: str
    wave: int | None = None


def advance(rollout: Rollout, *, by: Actor, at: datetime) -> None:
    """Take a rollout as far as it can go now: open, settle and judge waves, end a programme, finish.

    Does nothing while another worker does the same. What the evidence or the release stops is halted or paused
    by the same verbs that people use.
    """
    stand = _advance(rollout, by=by, at=at)
    if stand is not None:
        verb = halt if stand.to == RolloutState.HALTED else pause
        verb(rollout, by=by, at=at, why=stand.why)
        if stand.wave is not None:
            _keep_overshoot(rollout, stand.wave)


def start_due(*, by: Actor, at: datetime) -> int:
    """Start every programme on firm nights whose day has come and whose gate is open; returns how many.

    Rule: under the scheduling approach deployment and activation run on the confirmed dates (Approaches); the plan was
    approved by a person.
    """
    waiting = Rollout.objects.filter(state__in=(RolloutState.APPROVED, RolloutState.DEPLOYED), exercise__isnull=False)
    return sum(_start(rollout, by, at) for rollout in waiting.select_related("release", "exercise").order_by("pk"))


def _start(rollout: Rollout, by: Actor, at: datetime) -> bool:
    due = firm.starts_at(rollout)
    is_deployed = rollout.state == RolloutState.DEPLOYED
    rule = can.start_activation if is_deployed else can.start
    if due is None or at < due or firm.why_replaced(rollout) or rule.why_not(rollout, at=at):
        return False
    try:
        (start_activation if is_deployed else start)(rollout, by=by, at=at)
    except NotNow as refusal:  # somebody was faster, or the gate has closed
        log.info("%s: %s", rollout, refusal.reason)
        return False
    return True


@transaction.atomic
def _advance(rollout: Rollout, *, by: Actor, at: datetime) -> _Stand | None:
    found = Rollout.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).filter(pk=rollout.pk)
    locked = found.select_related("release").first()
    if locked is None:
        return None
    if locked.state in WINDING_UP:
        _finish(locked, by=by, at=at)
    if locked.state not in RUNNING:
        return None
    if locked.release.state in _STANDS_FOR:
        return _Stand(RolloutState.HALTED, f"The release is {locked.release.state}.")
    while (wave := queries.present_wave(locked)) is not None:
        if wave.state != _OPENED[locked.stage]:
            if locked.stage is Stage.ACTIVATION and wave.night is not None:
                if why := firm.why_replaced(locked) or firm.why_passed(locked, at):
                    return _Stand(RolloutState.PAUSED, why)
                if at < start_of(wave.night):
                    return None
            _open(locked, wave, by=by, at=at)
            return None
        stand, is_over = _judge(locked, wave, by=by, at=at)
        if not is_over:
            return stand
    _end_programme(locked, by=by, at=at)
    return None


def _open(rollout: Rollout, wave: Wave, *, by: Actor, at: datetime) -> None:
    if rollout.stage is Stage.DEPLOYMENT:
        wave.deployment_opened_at = at
    else:
        wave.activation_opened_at = at
    wave.reported_before = strata.reported(wave, rollout.stage).as_json()
    fields = (f"{rollout.stage.word}_opened_at", "reported_before")
    move(wave, to=_OPENED[rollout.stage], by=by, at=at, verb="open_wave", fields=fields)
    publish_due(at=at, rollout=rollout, wave=wave)


def _judge(rollout: Rollout, wave: Wave, *, by: Actor, at: datetime) -> tuple[_Stand | None, bool]:
    """Return what stops the rollout, if anything does, and whether the wave is behind us.

    A wave is judged when its last batch has settled and soaked; while it runs only to halt it early.
    """
    stage, word = rollout.stage, rollout.stage.word
    kept = wave.verdicts.setdefault(word, {})
    # Asked before the evidence is read: a last batch that settles in between must not be judged without its reports.
    is_under_way = wave.batches.filter(phase__lt=path.ENDS[stage]).exists()
    evidence = _since(queries.evidence(wave, stage), kept)
    parts = _parts(wave, stage, evidence, kept, is_over=not is_under_way)
    judgement = judge(evidence, rollout.thresholds, strata=parts, is_over=not is_under_way)
    if judgement.verdict is Verdict.HALT:
        _keep_judgement(wave, kept, judgement)
        return _Stand(RolloutState.HALTED, judgement.why, wave.pk), False
    if is_under_way:
        return None, False
    settled_at: datetime | None = getattr(wave, f"{word}_settled_at")
    if settled_at is None:
        settled_at = at
        setattr(wave, f"{word}_settled_at", at)
        wave.save(update_fields=[f"{word}_settled_at"])
    if at < settled_at + timedelta(seconds=rollout.soak_seconds):
        return None, False
    if judgement.verdict is Verdict.INCONCLUSIVE and "weighed" not in kept:
        judgement = _with_nights_before(rollout, wave, judgement, evidence)
    _keep_judgement(wave, kept, judgement)
    if judgement.verdict is Verdict.HALT:
        return _Stand(RolloutState.HALTED, judgement.why, wave.pk), False
    if judgement.verdict is Verdict.INCONCLUSIVE and "weighed" not in kept:
        return _Stand(RolloutState.PAUSED, judgement.why), False
    move(wave, to=_SETTLED[stage], by=by, at=at, verb="pass_wave", why=judgement.why)
    return None, True


def _with_nights_before(rollout: Rollout, wave: Wave, alone: Judgement, evidence: Evidence) -> Judgement:
    """Judge a firm night that does not decide by itself with those before it: nobody has chosen how large it is."""
    if wave.night is None:
        return alone
    stage = rollout.stage
    earlier = list(rollout.waves.filter(number__lt=wave.number))
    told = [_since(queries.evidence(one, stage), one.verdicts.get(stage.word, {})) for one in earlier]
    parts = strata.strata(strata.merged(strata.since(one, stage) for one in (*earlier, wave)))
    return together(alone, evidence, sum(told, Evidence(0, 0, 0)), rollout.thresholds, strata=parts)


def _parts(wave: Wave, stage: Stage, evidence: Evidence, kept: dict[str, Any], *, is_over: bool) -> list[Stratum]:
    """Return the wave's strata when it is time to look at them again.

    To look costs a byte or five a hub: while a wave runs it is done each time another `LOOKS`-th of it has reported.
    """
    if not evidence.bad or not (is_over or evidence.reported - kept.get("looked", 0) >= wave.hubs / LOOKS):
        return []
    if kept.get("looked") != evidence.reported:
        kept["looked"] = evidence.reported
        wave.save(update_fields=["verdicts"])
    return strata.strata(strata.since(wave, stage))


def _since(evidence: Evidence, kept: dict[str, object]) -> Evidence:
    """Return the evidence that no person has weighed yet."""
    weighed = kept.get("weighed")
    if not isinstance(weighed, list):
        return evidence
    return Evidence(evidence.succeeded - weighed[0], evidence.failed - weighed[1], evidence.timed_out - weighed[2])


def _keep_judgement(wave: Wave, kept: dict[str, object], judgement: Judgement) -> None:
    kept.update(asdict(judgement))
    wave.save(update_fields=["verdicts"])


@transaction.atomic
def _keep_overshoot(rollout: Rollout, number: int) -> None:
    """Keep with the wave how many hubs moved after the report that decided its halt. Told, never acted on."""
    wave = Wave.objects.select_for_update(no_key=True, of=("self",)).select_related("rollout").get(pk=number)
    stage = wave.rollout.stage
    kept = wave.verdicts[stage.word]
    opened: datetime = getattr(wave, f"{stage.word}_opened_at")
    since = datetime.fromisoformat(kept["weighed_at"]) if "weighed_at" in kept else opened
    found = overshoot.measure(wave.rollout, wave, since=since)
    kept["overshoot"] = found.as_json() if found else {}
    wave.save(update_fields=["verdicts"])


def _end_programme(rollout: Rollout, *, by: Actor, at: datetime) -> None:
    if rollout.stage is Stage.DEPLOYMENT:
        move(rollout, to=RolloutState.DEPLOYED, by=by, at=at, verb="end_deployment")
        tell(messages.RolloutMoved(rollout, "is deployed and waits for activation", at), at=at)
        return
    list_twins(rollout, at=at)
    fields = ("source_cells", "target_cells")
    move(rollout, to=RolloutState.FINISHING, by=by, at=at, verb="wind_up", fields=fields)
    rollout.batches.filter(phase=path.RECORD).update(due_at=at, hinted_at=None)
    publish_due(at=at, rollout=rollout)


def _finish(rollout: Rollout, *, by: Actor, at: datetime) -> None:
    """End a rollout whose every batch is done. Rule: then the watch period (hypercare) runs on.

    A release that was halted meanwhile is waited for: it enters hypercare when it goes on. After a stop DCC decides:
    another rollout for the rest, or the end of the activation. A catch-up wave ends alone.
    """
    if rollout.batches.exclude(phase=path.DONE).exists():
        return
    if rollout.state == RolloutState.FINISHING and rollout.release.state == ReleaseState.HALTED:
        return
    move_activated_homes(rollout)
    rollout.finished_at = at
    if rollout.state == RolloutState.STOPPING:
        move(rollout, to=RolloutState.STOPPED, by=by, at=at, verb="end", fields=("finished_at",))
        return
    if rollout.release.state == ReleaseState.ACTIVE and rollout.catches_up_id is None:
        why = f"Rollout {rollout.reference} has finished."
        publishing.enter_hypercare(rollout.release, by=by, at=at, why=why)
    move(rollout, to=RolloutState.FINISHED, by=by, at=at, verb="finish", fields=("finished_at",))
    enqueue("rollouts.catch_up", release_id=rollout.release_id)
    tell(messages.RolloutMoved(rollout, "has finished", at), at=at)
