"""The end of the road: the exit report is published and the release closed."""

from datetime import datetime

from django.db import transaction

from devices.rollouts import account, can, may, messages, reports
from devices.rollouts.models import ExitReport, Rollout
from devices.rollouts.states import RolloutState
from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.workflow.actor import Actor
from portal.workflow.transitions import lock, move, note
from releases.publishing import verbs as publishing


@transaction.atomic
def report(rollout: Rollout, *, by: Actor, at: datetime, remarks: str = "", seen: int | None = None) -> ExitReport:
    """Publish the exit report of a finished rollout and close its release; return the report.

    Rule: closed when the watch period is over and the exit report is published (Release lifecycle).
    """
    rollout = lock(rollout, seen=seen)
    may.report(rollout, by=by)
    can.report(rollout, at=at)
    published = ExitReport.objects.create(
        rollout=rollout,
        figures=reports.report_figures(rollout, at),
        remarks=remarks,
        published_at=at,
        published_by_name=by.name,
    )
    move(rollout, to=RolloutState.REPORTED, by=by, at=at, verb="report")
    publishing.close(rollout.release, by=by, at=at, why=f"Exit report of rollout {rollout.reference}")
    tell(messages.RolloutMoved(rollout, "has its exit report", at), at=at)
    return published


@transaction.atomic
def export_report(report: ExitReport, *, by: Actor, at: datetime) -> list[tuple[str, str, str, str]]:
    """Return a published report a figure a line, for a file; the journal keeps the export."""
    rows = list(account.flat(report.figures))
    data: dict[str, Jsonable] = {"rows": len(rows)}
    note(report.rollout, by=by, at=at, verb="export", data=data)
    return rows
