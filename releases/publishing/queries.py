"""What a person may see of releases, and the reads behind pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from portal.delivery.models import Delivery
from portal.people.models import Organisation, OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.publishing.models import (
    Acknowledgement,
    Classification,
    Evidence,
    NotesRevision,
    Notice,
    NoticeService,
    Release,
    UrgencyClass,
)

NOTICE = "publishing.notice"


def visible_to(actor: Actor) -> QuerySet[Release]:
    """Return the releases this actor may know of; the one place where classification is decided.

    Rule (Information classification, portal default): White is public; Green for whoever may read the portal;
    Amber for the named organisations, agents of a named supplier, DCC and SECAS; Red for the named people and
    DCC's release managers. What was never announced is DCC's alone.
    """
    if actor.is_system or actor.has(Permission.MANAGE_RELEASES):
        return Release.objects.all()
    readable = Q(classification=Classification.WHITE)
    if actor.has(Permission.READ_PORTAL):
        readable |= Q(classification=Classification.GREEN)
        readable |= Q(classification=Classification.AMBER, pk__in=_named_to(actor))
        named = Release.named_people.through.objects.filter(user_id__in=[actor.user_id] if actor.user_id else [])
        readable |= Q(classification=Classification.RED, pk__in=named.values("release_id"))
    return Release.objects.filter(readable, announced_at__isnull=False)


def _named_to(actor: Actor) -> QuerySet[Release]:
    if actor.kind in (OrganisationKind.DCC, OrganisationKind.SECAS):
        return Release.objects.order_by()
    named = Release.readers.through.objects.filter(organisation_id__in=acts_for(actor))
    return Release.objects.filter(pk__in=named.values("release_id")).order_by()


def acts_for(actor: Actor) -> set[int]:
    """Return the ids of the organisations the actor speaks for today: the own one and the suppliers acted for."""
    own = set() if actor.organisation_id is None else {actor.organisation_id}
    return own | actor.suppliers


def by_reference(actor: Actor) -> QuerySet[Release]:
    """Return the visible releases with what a release page needs loaded beside them."""
    return visible_to(actor).select_related("urgency_class", "image", "superseded_by", "drafted_by")


def current_class(name: str, at: datetime) -> UrgencyClass:
    """Return the version of an urgency class in force at `at`. Raises UrgencyClass.DoesNotExist where none is."""
    return UrgencyClass.objects.filter(name=name, effective_from__lte=at).latest("effective_from")


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
class Recipient:
    """One line of the notice service table: what was sent, when it counts as served, and the answer."""

    organisation: Organisation
    delivery: Delivery | None
    service: NoticeService | None
    acknowledgement: Acknowledgement | None

    @property
    def state(self) -> str:
        """The furthest step reached: acknowledged, served, or the state of the delivery."""
        if self.acknowledgement is not None:
            return "acknowledged"
        if self.service is not None:
            return "served"
        return self.delivery.state if self.delivery is not None else "waiting"


def service_table(notice: Notice) -> list[Recipient]:
    """Return a line for each organisation told of the notice, by name; four queries whatever their number."""
    deliveries = {row.organisation_id: row for row in notice_deliveries(notice)}
    services = {row.organisation_id: row for row in notice.services.all()}
    answers = {row.organisation_id: row for row in notice.acknowledgements.select_related("by")}
    numbers = {one for one in (*deliveries, *services, *answers) if one is not None}
    told = Organisation.objects.filter(pk__in=numbers)
    return [
        Recipient(one, deliveries.get(one.pk), services.get(one.pk), answers.get(one.pk))
        for one in told.order_by("name")
    ]


def notice_deliveries(notice: Notice) -> QuerySet[Delivery]:
    """Return the deliveries of the notice itself, without its amendments and reminders."""
    return Delivery.objects.filter(
        message__reference_kind=NOTICE, message__reference_id=notice.pk, message__kind="publishing.notice"
    )


def acknowledgements(notice: Notice) -> dict[str, int]:
    """Return how many organisations acknowledged and the sum of the test days they need."""
    found = notice.acknowledgements.aggregate(count=Count("pk"), days=Sum("test_days_needed"))
    return {"count": found["count"], "days": found["days"] or 0}


def current_notes(release: Release, *, drafts: bool) -> NotesRevision | None:
    """Return the newest notes; only published ones unless `drafts`."""
    notes = release.notes.all() if drafts else release.notes.filter(published_at__isnull=False)
    return notes.first()


def sees_drafts(actor: Actor) -> bool:
    """Return whether the actor sees unpublished notes, evidence in preparation and the service table."""
    return actor.is_system or actor.has(Permission.MANAGE_RELEASES)


def evidence(release: Release) -> QuerySet[Evidence]:
    """Return the test evidence attached to a release, by region."""
    return release.evidence.order_by("region", "signed_on", "pk")


def acknowledging(notice: Notice, actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations for which this actor may acknowledge and which have not done so."""
    mine = Organisation.objects.filter(pk__in=acts_for(actor))
    told = notice_deliveries(notice).values("organisation_id")
    done = notice.acknowledgements.values("organisation_id")
    return mine.filter(pk__in=told).exclude(pk__in=done).order_by("name")
