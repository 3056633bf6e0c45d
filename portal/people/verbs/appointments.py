"""Registered Supplier Agents and the suppliers they act for."""

from datetime import datetime

from django.db import transaction

from portal.delivery.outbox import tell
from portal.people import can, may, messages
from portal.people.models import Appointment, Organisation, OrganisationKind
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save


@transaction.atomic
def appoint_rsa(supplier: Organisation, rsa: Organisation, *, by: Actor, at: datetime) -> Appointment:
    """Let an agent act for a supplier from now on; tells both and returns the appointment.

    Rule: an RSA does the same as a supplier for those that appointed it, and nothing for others (Who).
    """
    supplier = lock(supplier)
    may.appoint_rsa(supplier, by=by)
    if supplier.kind != OrganisationKind.SUPPLIER:
        raise Invalid(f"{supplier} is no supplier.")
    if rsa.kind != OrganisationKind.RSA:
        raise Invalid(f"{rsa} is no Registered Supplier Agent.", {"rsa": ["Choose a Registered Supplier Agent."]})
    can.appoint_rsa(supplier, rsa, at=at)
    appointment = Appointment.objects.create(supplier=supplier, rsa=rsa, starts_at=at)
    note(appointment, by=by, at=at, verb="appoint_rsa", data={"supplier": supplier.pk, "rsa": rsa.pk})
    tell(messages.AgentAppointed(appointment), at=at)
    return appointment


@transaction.atomic
def end_appointment(
    appointment: Appointment, *, by: Actor, at: datetime, seen: int | None = None, why: str = ""
) -> Appointment:
    """End an agent's appointment now; tells both and returns it.

    Rule: the agent's access, keys and feeds to the supplier end that day, its acts stay with the supplier
    (Objection and ballot).
    """
    appointment = lock(appointment, seen=seen)
    may.end_appointment(appointment, by=by)
    can.end_appointment(appointment, at=at)
    appointment.ends_at = max(at, appointment.starts_at)
    save(appointment, "ends_at")
    note(appointment, by=by, at=at, verb="end_appointment", why=why)
    tell(messages.AppointmentEnded(appointment), at=at)
    return appointment
