"""Amending a notice that stands, and voiding one that no longer does."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, move, note, save
from releases.publishing import can, may, messages
from releases.publishing.dates import objections_end
from releases.publishing.models import Amendment, Release
from releases.publishing.states import ReleaseState
from releases.publishing.terms import Approach as Way
from releases.publishing.verbs.notice import DATES, in_force


@transaction.atomic
def amend(
    release: Release,
    *,
    deployment_at: datetime,
    activation_at: datetime,
    why: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    is_rerun: bool = False,
) -> Release:
    """Move the planned dates later and tell the recipients; no clock restarts. Objections may run longer by it.

    Rule: a later date is an amendment (Notice); a firm one moves only in a re-run of its exercise (Approaches).
    """
    barrier.shut()
    release = lock(release, seen=seen)
    may.amend(release, by=by)
    can.amend(release, deployment_at=deployment_at, activation_at=activation_at, is_rerun=is_rerun)
    notice = in_force(release)
    _check_amendment(deployment_at, activation_at, why)
    amendment = Amendment(
        notice=notice,
        number=notice.amendments.count() + 1,
        deployment_was=notice.deployment_at,
        activation_was=notice.activation_at,
        objections_were=release.objections_until,
        why=why,
        made_by_name=by.name,
        made_at=at,
    )
    release.planned_deployment_at, release.planned_activation_at = deployment_at, activation_at
    release.objections_until = objections_end(release.terms, Way(release.approach), notice.issued_at, activation_at)
    save(release, "planned_deployment_at", "planned_activation_at", "objections_until")
    notice.deployment_at, notice.activation_at = deployment_at, activation_at
    notice.save(update_fields=["deployment_at", "activation_at"])
    amendment.deployment_at, amendment.activation_at = deployment_at, activation_at
    amendment.objections_until = release.objections_until
    amendment.save()
    note(release, by=by, at=at, verb="amend", why=why)
    tell(messages.NoticeAmended(release, amendment), at=at)
    return release


def _check_amendment(deployment_at: datetime, activation_at: datetime, why: str) -> None:
    if activation_at < deployment_at:
        wrong = {"planned_activation_at": ["Activation cannot be planned before deployment."]}
        raise Invalid("The dates need to be put right.", wrong)
    if not why.strip():
        raise Invalid("Say why the dates move.", {"why": ["Say why the dates move."]})


@transaction.atomic
def return_to_draft(release: Release, *, by: Actor, at: datetime, why: str = "", seen: int | None = None) -> Release:
    """Void the notice and take the release back to draft, for a retest or a material change.

    Rule: a material change voids the notice and starts again (Notice). Approvals, the waiver and the schedule
    end with it.
    """
    barrier.shut()
    release = lock(release, seen=seen)
    may.return_to_draft(release, by=by)
    can.return_to_draft(release)
    if not why.strip():
        raise Invalid("Say why the release returns to draft.", {"why": ["Say why the release returns to draft."]})
    release.notices.filter(voided_at=None).update(voided_at=at, void_reason=why)
    cleared = (
        *DATES,
        "class_terms",
        "emergency_approved_by",
        "emergency_approved_at",
        "notice_waived_at",
        "schedule_confirmed_at",
    )
    for name in cleared:
        setattr(release, name, None)
    move(release, to=ReleaseState.DRAFT, by=by, at=at, verb="return_to_draft", why=why, fields=cleared)
    tell(messages.ReleaseMoved(release, "returned to draft; its notice is void", why), at=at)
    return release
