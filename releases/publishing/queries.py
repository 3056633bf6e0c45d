"""What a person may see of releases, and the reads behind pages and API."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Sum

from portal.delivery.models import Delivery
from portal.people.models import Organisation, OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.products.cohorts import counts, supplied_by
from releases.publishing import classification
from releases.publishing.classification import acts_for
from releases.publishing.models import (
    Acknowledgement,
    Evidence,
    NotesDraft,
    NotesRevision,
    Notice,
    NoticeService,
    Release,
    WaitingNote,
)
from releases.publishing.scope import affected_cells
from releases.publishing.service import NOTICE, notice_deliveries
from releases.publishing.states import FINISHED
from releases.publishing.working import words


def visible_to(actor: Actor) -> QuerySet[Release]:
    """Return the releases this actor may know of, as their classification allows."""
    return classification.releases(actor)


def known_to(actor: Actor, rows: Collection[Release]) -> frozenset[int]:
    """Return the ids of those of the releases that this actor may know of; they come with what decides it."""
    return classification.known(rows, actor)


def by_reference(actor: Actor) -> QuerySet[Release]:
    """Return the visible releases with what a release page needs loaded beside them."""
    return visible_to(actor).select_related("urgency_class", "image", "superseded_by", "drafted_by")


def successor(release: Release, actor: Actor) -> Release | None:
    """Return the release that took this one's place, where the actor may know of it."""
    found = release.superseded_by
    return found if found is not None and classification.sees(found, actor) else None


def notice_in_force(release: Release) -> Notice | None:
    """Return the notice in force, None where none was served or the last was voided."""
    return release.notices.filter(voided_at=None).first()


def served(notice: Notice | None) -> dict[int, datetime]:
    """Return when each organisation was served this notice, by its id; nothing for no notice."""
    return dict(NoticeService.objects.filter(notice=notice).values_list("organisation_id", "served_at"))


def served_suppliers(release: Release) -> Mapping[int, datetime]:
    """Return when each supplier was served the notice in force: supplier id -> start of its clock.

    Rule: each hub waits only for its own responsible suppliers (Notice).
    """
    rows = NoticeService.objects.filter(
        notice__release=release, notice__voided_at=None, organisation__kind=OrganisationKind.SUPPLIER
    )
    return dict(rows.values_list("organisation_id", "served_at"))


@dataclass(frozen=True, slots=True)
class Reach:
    """How much a release touches: homes, responsible suppliers, organisations told of the notice in force."""

    homes: int
    suppliers: int
    told: int


def reach(release: Release) -> Reach:
    """Return how many homes and suppliers the release concerns and how many organisations were told."""
    found = counts(affected_cells(release))
    notice = notice_in_force(release)
    told = notice_deliveries(notice).count() if notice else 0
    return Reach(found.homes, found.suppliers, told)


def own_homes(release: Release, actor: Actor) -> int:
    """Return the homes the release concerns for which the actor's suppliers are responsible, each counted once."""
    cells = affected_cells(release).filter(supplied_by(actor.suppliers))
    return counts(cells).homes


_NEXT = (
    ("tests_until", "user testing ends"),
    ("objections_until", "objections end"),
    ("planned_deployment_at", "deployment is planned from then"),
    ("planned_activation_at", "activation is planned from then"),
    ("hypercare_until", "hypercare ends"),
)


def next_date(release: Release, at: datetime) -> str:
    """Return in words what the clock brings next to a release in service, or an empty text."""
    if release.class_terms is None or release.state in FINISHED:
        return ""
    moments = [(release.shown(field), what) for field, what in _NEXT]
    coming = sorted((moment, what) for moment, what in moments if moment is not None and moment > at)
    return f"{words(coming[0][0])}: {coming[0][1]}" if coming else ""


def revisions(release: Release, actor: Actor) -> QuerySet[NotesRevision]:
    """Return the revisions of the notes the actor may read, the newest first: all for DCC, else the published."""
    if sees_drafts(actor):
        return release.notes.all()
    if not classification.sees_notes(release, actor):
        return release.notes.none()
    return release.notes.filter(published_at__isnull=False)


def acknowledgements(notice: Notice) -> dict[str, int]:
    """Return how many organisations acknowledged and the sum of the test days they need."""
    found = notice.acknowledgements.aggregate(count=Count("pk"), days=Sum("test_days_needed"))
    return {"count": found["count"], "days": found["days"] or 0}


def current_notes(release: Release, *, drafts: bool) -> NotesRevision | None:
    """Return the newest notes; only published ones unless `drafts`."""
    notes = release.notes.all() if drafts else release.notes.filter(published_at__isnull=False)
    return notes.first()


def revision(release: Release, number: int) -> NotesRevision | None:
    """Return a revision of the notes by its number."""
    return release.notes.filter(number=number).first()


def own_draft(release: Release, actor: Actor) -> NotesDraft | None:
    """Return what this person is writing of the notes and has not saved as a revision."""
    return release.notes_drafts.filter(user_id=actor.user_id or 0).first()


def waiting_notes(release: Release) -> QuerySet[WaitingNote]:
    """Return what waits for the end of the lock to be added to the notes, oldest first."""
    return release.waiting_notes.filter(in_revision=None)


def sees_drafts(actor: Actor) -> bool:
    """Return whether the actor sees unpublished notes, evidence in preparation and the service table."""
    return actor.is_system or actor.has(Permission.MANAGE_RELEASES)


def evidence(release: Release, actor: Actor) -> QuerySet[Evidence]:
    """Return the test evidence of a release that this actor may read, by region, documents in force first."""
    shown = classification.material(release.evidence.select_related("release", "replaced_by"), actor)
    return shown.order_by("region", "signed_on", "pk")


def acknowledging(notice: Notice, actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations for which this actor may acknowledge and which have not done so."""
    mine = Organisation.objects.filter(pk__in=acts_for(actor))
    told = notice_deliveries(notice).values("organisation_id")
    done = notice.acknowledgements.values("organisation_id")
    return mine.filter(pk__in=told).exclude(pk__in=done).order_by("name")


def notices_to_acknowledge(actor: Actor) -> QuerySet[Notice]:
    """Return the notices in force that were addressed to an organisation the actor acts for and are unanswered."""
    mine = acts_for(actor)
    told = Delivery.objects.filter(
        message__kind="publishing.notice", message__reference_kind=NOTICE, organisation_id__in=mine
    )
    answered = Acknowledgement.objects.filter(organisation__in=mine)
    lacking = set(told.values_list("message__reference_id", "organisation_id")) - set(
        answered.values_list("notice_id", "organisation_id")
    )
    open_notices = Notice.objects.filter(voided_at=None, pk__in={notice for notice, _ in lacking if notice})
    open_notices = open_notices.filter(release__in=visible_to(actor).values("pk"))
    return open_notices.exclude(release__state__in=FINISHED).select_related("release").order_by("issued_at")
