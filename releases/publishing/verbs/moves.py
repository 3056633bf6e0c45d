"""Moves along the release's life that other apps' verbs and the clock bring about, and its endings.

Each takes ``(release, *, by, at, why="")``. What can shut a gate takes the barrier before the row, as a batch
does, so a batch never commits after the act that should have stopped it; do not call those inside a batch.
"""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move, note, save
from releases.publishing import can, dates, may, messages
from releases.publishing.models import Release
from releases.publishing.readiness import release_timetable
from releases.publishing.states import ReleaseState
from releases.publishing.working import words


@transaction.atomic
def dispute(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Put a notified or cleared release in dispute; one already disputed stays as it is.

    The verb that lodges the objection tells who is concerned.
    """
    barrier.shut()
    release = lock(release)
    may.dispute(release, by=by)
    if release.state != ReleaseState.DISPUTED:
        move(release, to=ReleaseState.DISPUTED, by=by, at=at, verb="dispute", why=why)
    return release


@transaction.atomic
def settle(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """End the dispute when no objection is open: the release is notified again. Its ending is told by the caller."""
    release = lock(release)
    may.settle(release, by=by)
    can.settle(release)
    move(release, to=ReleaseState.NOTIFIED, by=by, at=at, verb="settle", why=why)
    return release


@transaction.atomic
def clear(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Note that every release-wide condition of the activation gate holds."""
    release = lock(release)
    may.clear(release, by=by)
    move(release, to=ReleaseState.CLEARED, by=by, at=at, verb="clear", why=why)
    tell(messages.ReleaseMoved(release, "is cleared for activation", why), at=at)
    return release


@transaction.atomic
def unclear(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Take the clearance back when a release-wide condition no longer holds: the release is notified again."""
    barrier.shut()
    release = lock(release)
    may.unclear(release, by=by)
    can.unclear(release)
    move(release, to=ReleaseState.NOTIFIED, by=by, at=at, verb="unclear", why=why)
    tell(messages.ReleaseMoved(release, "is no longer cleared for activation", why), at=at)
    return release


@transaction.atomic
def activate(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Note the first activation: the release is active and its watch period runs. Later calls change nothing.

    Rule: hypercare runs 6 months from the first activation for Major and Routine, 1 month for the others.
    """
    release = lock(release)
    may.activate(release, by=by)
    if release.state == ReleaseState.ACTIVE:
        return release
    can.activate(release)
    release.first_activation_at = at
    release.hypercare_until = dates.hypercare_until(release.terms, at)
    fields = ("first_activation_at", "hypercare_until")
    move(release, to=ReleaseState.ACTIVE, by=by, at=at, verb="activate", why=why, fields=fields)
    tell(messages.ReleaseMoved(release, "is being activated", why), at=at)
    return release


@transaction.atomic
def halt(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Stop the release, by a threshold or a person; one already halted stays as it is."""
    barrier.shut()
    release = lock(release)
    may.halt(release, by=by)
    if release.state != ReleaseState.HALTED:
        move(release, to=ReleaseState.HALTED, by=by, at=at, verb="halt", why=why)
        tell(messages.ReleaseMoved(release, "is halted", why), at=at)
    return release


@transaction.atomic
def resume(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Let a halted release go on."""
    release = lock(release)
    may.resume(release, by=by)
    can.resume(release)
    move(release, to=ReleaseState.ACTIVE, by=by, at=at, verb="resume", why=why)
    tell(messages.ReleaseMoved(release, "goes on after its halt", why), at=at)
    return release


@transaction.atomic
def enter_hypercare(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Begin the watch: every hub in the plan is activated, failed, expired or excluded."""
    release = lock(release)
    may.enter_hypercare(release, by=by)
    move(release, to=ReleaseState.HYPERCARE, by=by, at=at, verb="enter_hypercare", why=why)
    tell(messages.ReleaseMoved(release, f"is in hypercare until {_watched_until(release)}", why), at=at)
    return release


def _watched_until(release: Release) -> str:
    end = release.shown("hypercare_until")
    return words(end) if end else "its report"


@transaction.atomic
def close(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """End the watch period, once it is over and the exit report is published."""
    release = lock(release)
    may.close(release, by=by)
    can.close(release, at=at)
    move(release, to=ReleaseState.CLOSED, by=by, at=at, verb="close", why=why)
    tell(messages.ReleaseMoved(release, "is closed: its watch period is over", why), at=at)
    return release


@transaction.atomic
def reject(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """End a disputed release by a determination against it."""
    barrier.shut()
    release = lock(release)
    may.reject(release, by=by)
    move(release, to=ReleaseState.REJECTED, by=by, at=at, verb="reject", why=why)
    tell(messages.ReleaseMoved(release, "is rejected", why), at=at)
    return release


@transaction.atomic
def withdraw(release: Release, *, by: Actor, at: datetime, why: str = "", seen: int | None = None) -> Release:
    """End a release before hypercare, with the reason."""
    barrier.shut()
    release = lock(release, seen=seen)
    may.withdraw(release, by=by)
    can.end(release)
    _with_reason(why)
    was_announced = release.announced_at is not None
    move(release, to=ReleaseState.WITHDRAWN, by=by, at=at, verb="withdraw", why=why)
    if was_announced:
        tell(messages.ReleaseMoved(release, "is withdrawn", why), at=at)
    return release


@transaction.atomic
def supersede(
    release: Release,
    successor: Release,
    *,
    by: Actor,
    at: datetime,
    why: str = "",
    seen: int | None = None,
) -> Release:
    """End a release before hypercare in favour of another, with the reason."""
    barrier.shut()
    release = lock(release, seen=seen)
    may.supersede(release, by=by)
    can.supersede(release, successor=successor)
    _with_reason(why)
    was_announced = release.announced_at is not None
    release.superseded_by = successor
    move(release, to=ReleaseState.SUPERSEDED, by=by, at=at, verb="supersede", why=why, fields=("superseded_by",))
    if was_announced:
        known = successor.announced_at is not None and not successor.is_restricted
        by_which = f" by {successor.reference}" if known else ""
        tell(messages.ReleaseMoved(release, f"is superseded{by_which}", why), at=at)
    return release


def _with_reason(why: str) -> None:
    if not why.strip():
        raise Invalid("Give a reason: it is shown to everybody concerned.", {"why": ["Give a reason."]})


@transaction.atomic
def defer(release: Release, *, until: datetime, by: Actor, at: datetime, why: str = "") -> Release:
    """Let no hub activate before `until`; a deferral is only ever made longer here."""
    barrier.shut()
    release = lock(release)
    may.defer(release, by=by)
    can.defer(release, until=until)
    release.deferred_until = until
    save(release, "deferred_until")
    note(release, by=by, at=at, verb="defer", why=why)
    tell(messages.ReleaseMoved(release, f"is deferred until {words(until)}", why), at=at)
    return release


@transaction.atomic
def shorten_deferral(release: Release, *, until: datetime | None, by: Actor, at: datetime, why: str = "") -> Release:
    """Defer to an earlier date, or no longer: what ordered the deferral was voided."""
    release = lock(release)
    may.shorten_deferral(release, by=by)
    can.shorten_deferral(release, until=until)
    release.deferred_until = until
    save(release, "deferred_until")
    note(release, by=by, at=at, verb="shorten_deferral", why=why)
    what = f"is deferred until {words(until)} only" if until else "is no longer deferred"
    tell(messages.ReleaseMoved(release, what, why), at=at)
    return release


@transaction.atomic
def waive_notice(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Shorten the activation notice of an Emergency to 4 hours from now, as an expedited ballot decided.

    The planned dates come forward with it.

    Rule: the one exception to 7 clear days; recipients are still served first (Urgency classes).
    """
    release = lock(release)
    may.waive_notice(release, by=by)
    can.waive_notice(release)
    release.notice_waived_at = at
    activation = dates.activation_notice_over(release.terms, at, waived=True)
    notice = release.notices.get(voided_at=None)
    notice.deployment_at, notice.activation_at = min(notice.deployment_at, activation), activation
    notice.save(update_fields=["deployment_at", "activation_at"])
    release.earliest_activation_at = activation
    release.planned_deployment_at, release.planned_activation_at = notice.deployment_at, activation
    fields = ("notice_waived_at", "earliest_activation_at", "planned_deployment_at", "planned_activation_at")
    save(release, *fields)
    note(release, by=by, at=at, verb="waive_notice", why=why)
    tell(messages.ReleaseMoved(release, "may be activated at 4 hours' notice", why), at=at)
    return release


@transaction.atomic
def restore_notice(release: Release, *, by: Actor, at: datetime, why: str = "") -> Release:
    """Let the whole activation notice of an Emergency run again: the ballot that waived it was voided.

    A planned activation before its end moves there.
    """
    barrier.shut()
    release = lock(release)
    may.waive_notice(release, by=by)
    can.restore_notice(release)
    release.notice_waived_at = None
    earliest = release_timetable(release, at=release.announced_at or at).earliest_activation or at
    notice = release.notices.get(voided_at=None)
    notice.activation_at = max(notice.activation_at, earliest)
    notice.save(update_fields=["activation_at"])
    release.earliest_activation_at, release.planned_activation_at = earliest, notice.activation_at
    save(release, "notice_waived_at", "earliest_activation_at", "planned_activation_at")
    note(release, by=by, at=at, verb="restore_notice", why=why)
    tell(messages.ReleaseMoved(release, f"may be activated from {words(earliest)} only", why), at=at)
    return release
