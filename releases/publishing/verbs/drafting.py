"""Preparing a release: its facts, image, notes and evidence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.db import connection, transaction

from portal.delivery.outbox import tell
from portal.people.models import Organisation, User
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import lock, note, save
from releases.products.models import FirmwareVersion, HubModel
from releases.products.verbs import store_image
from releases.publishing import can, may, messages, notes
from releases.publishing.classes import current_class
from releases.publishing.models import Classification, Release
from releases.publishing.template import template_of
from releases.publishing.verbs.notes import write_revision

_HEX8 = re.compile(r"[0-9A-F]{8}")
NUMBERS = 0x46575245  # "FWRE": one release is numbered at a time


@dataclass(frozen=True, slots=True)
class Facts:
    """What DCC says about a release while it is a draft."""

    title: str
    hub_models: Sequence[HubModel]
    firmware_version: str
    urgency_class: str
    approach: str = "consultation"
    classification: str = Classification.GREEN
    from_versions: Sequence[FirmwareVersion] = ()
    readers: Sequence[Organisation] = ()
    named_people: Sequence[User] = ()
    chts: str = ""
    gbcs: str = ""
    planned_deployment_at: datetime | None = None
    planned_activation_at: datetime | None = None
    emergency_reason: str = ""
    emergency_citation: str = ""
    approach_authority: str = ""


_PLAIN = (
    "title",
    "firmware_version",
    "approach",
    "classification",
    "chts",
    "gbcs",
    "planned_deployment_at",
    "planned_activation_at",
    "emergency_reason",
    "emergency_citation",
    "approach_authority",
)
_SETS = ("hub_models", "from_versions", "readers", "named_people")


@transaction.atomic
def draft_release(facts: Facts, *, by: Actor, at: datetime) -> Release:
    """Begin a release with the next reference of the year and empty notes of its class; returns it.

    Raises Invalid for facts that contradict one another.
    """
    may.draft_release(by=by)
    _check(facts)
    release = Release(reference=_next_reference(at), drafted_by_id=by.user_id, drafted_at=at)
    release.urgency_class = current_class(facts.urgency_class, at)
    for name in _PLAIN:
        setattr(release, name, getattr(facts, name))
    release.save()
    for name in _SETS:
        getattr(release, name).set(getattr(facts, name))
    write_revision(release, dict.fromkeys(notes.required(template_of(release)), ""), by=by, at=at)
    note(release, by=by, at=at, verb="draft_release")
    _ask_for_approval(release, at=at)
    return release


@transaction.atomic
def edit_release(release: Release, facts: Facts, *, by: Actor, at: datetime, seen: int | None = None) -> Release:
    """Change the facts of a draft; the approval of an Emergency ends with it.

    Confirmed dates stay as long as what they were worked out from does; they change only in a re-run (Approaches).
    """
    release = lock(release, seen=seen)
    may.edit_release(release, by=by)
    can.edit_release(release)
    _check(facts)
    _keep_firm_dates(release, facts)
    release.urgency_class = current_class(facts.urgency_class, at)
    for name in _PLAIN:
        setattr(release, name, getattr(facts, name))
    release.emergency_approved_by = release.emergency_approved_at = None
    for name in _SETS:
        getattr(release, name).set(getattr(facts, name))
    approval = ("emergency_approved_by", "emergency_approved_at", "schedule_confirmed_at")
    save(release, "urgency_class", *_PLAIN, *approval)
    note(release, by=by, at=at, verb="edit_release")
    _ask_for_approval(release, at=at)
    return release


def _keep_firm_dates(release: Release, facts: Facts) -> None:
    """End confirmed dates where what they rest on changes. Raises Invalid for other dates where nothing else does."""
    if release.schedule_confirmed_at is None:
        return
    if _rests_on(release) != _rested_on(facts):
        release.schedule_confirmed_at = None
        return
    for name in ("planned_deployment_at", "planned_activation_at"):
        if getattr(facts, name) != getattr(release, name):
            sentence = (
                f"The dates of {release.reference} are firm: leave them as they are. A date changes only in a re-run of"
                " the scheduling exercise."
            )
            raise Invalid(sentence, {name: [sentence]})


def _rests_on(release: Release) -> tuple[object, ...]:
    """Return what a schedule is worked out from: the approach, the notice of the class, the homes it concerns."""
    models, versions = (frozenset(getattr(release, name).all()) for name in ("hub_models", "from_versions"))
    return release.approach, release.firmware_version, release.urgency_class.name, models, versions


def _rested_on(facts: Facts) -> tuple[object, ...]:
    models, versions = frozenset(facts.hub_models), frozenset(facts.from_versions)
    return facts.approach, facts.firmware_version, facts.urgency_class, models, versions


def _ask_for_approval(release: Release, *, at: datetime) -> None:
    if can.approve_emergency.why_not(release) is None:
        tell(messages.ApprovalWanted(release, messages.release_managers(release, at)), at=at)


def _check(facts: Facts) -> None:
    wrong: dict[str, list[str]] = {}
    if not _HEX8.fullmatch(facts.firmware_version):
        wrong["firmware_version"] = ["Give the version as eight hexadecimal digits, such as 0A010200."]
    if not facts.hub_models:
        wrong["hub_models"] = ["Choose at least one hub model."]
    strange = [one for one in facts.from_versions if one.hub_model not in facts.hub_models]
    if strange:
        wrong["from_versions"] = [f"{one} is not a version of a chosen hub model." for one in strange]
    if facts.classification == Classification.AMBER and not facts.readers:
        wrong["readers"] = ["Amber material names the organisations that may read it."]
    if facts.classification == Classification.RED and not facts.named_people:
        wrong["named_people"] = ["Red material names the people who may read it."]
    deployment, activation = facts.planned_deployment_at, facts.planned_activation_at
    if deployment and activation and activation < deployment:
        wrong["planned_activation_at"] = ["Activation cannot be planned before deployment."]
    if wrong:
        raise Invalid("Something in this release needs to be put right.", wrong)


def _next_reference(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
    start = f"FW-{at.year}-"
    taken = Release.objects.filter(reference__startswith=start).values_list("reference", flat=True)
    numbers = [int(reference.removeprefix(start)) for reference in taken]
    return f"{start}{max(numbers, default=0) + 1:03d}"


@transaction.atomic
def attach_image(
    release: Release,
    stream: IO[bytes],
    *,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    signature: bytes | None = None,
) -> Release:
    """Store an OTA file and make it the image of a draft. Raises Invalid, naming each field that does not fit."""
    release = lock(release, seen=seen)
    may.attach_image(release, by=by)
    can.attach_image(release)
    models, version = list(release.hub_models.all()), release.firmware_version
    release.image = store_image(stream, hub_models=models, version=version, by=by, at=at, signature=signature)
    release.emergency_approved_by = release.emergency_approved_at = None
    save(release, "image", "emergency_approved_by", "emergency_approved_at")
    note(release, by=by, at=at, verb="attach_image", data={"sha256": release.image.sha256})
    return release


@transaction.atomic
def approve_emergency(release: Release, *, by: Actor, at: datetime, seen: int | None = None) -> Release:
    """Give the second approval an Emergency needs. Rule: never by the one who proposed it (Urgency classes)."""
    release = lock(release, seen=seen)
    may.approve_emergency(release, by=by)
    can.approve_emergency(release)
    release.emergency_approved_by_id = by.user_id
    release.emergency_approved_at = at
    save(release, "emergency_approved_by", "emergency_approved_at")
    note(release, by=by, at=at, verb="approve_emergency")
    return release


@transaction.atomic
def confirm_schedule(
    release: Release,
    *,
    deployment_at: datetime,
    activation_at: datetime,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Release:
    """Confirm the dates a scheduling exercise led to: they become the planned dates of the release."""
    release = lock(release, seen=seen)
    may.confirm_schedule(release, by=by)
    can.confirm_schedule(release)
    if activation_at < deployment_at:
        raise Invalid("Activation cannot be scheduled before deployment.")
    release.planned_deployment_at, release.planned_activation_at = deployment_at, activation_at
    release.schedule_confirmed_at = at
    save(release, "planned_deployment_at", "planned_activation_at", "schedule_confirmed_at")
    note(release, by=by, at=at, verb="confirm_schedule")
    return release
