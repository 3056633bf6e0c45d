"""Who may know of what (Information classification); the one place where it is decided.

Every page, list, count, search, feed, download, calendar entry and mail asks here: ``releases`` for the releases an
actor may know of, ``material`` for rows of a release with a classification of their own, ``sees`` for one of either,
``told`` for the recipients of a message, ``sight`` for what a change of classification would do.

Rule (portal default): White is public; Green for whoever may read the portal; Amber for the organisations named on
the release, the agents of a named supplier, DCC and SECAS; Red for the people named on it and DCC's release
managers. What was never announced is DCC's alone. Notes and documents may be stricter than their release, never
wider: a reader needs the right to both.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from portal.delivery.messages import Recipient
from portal.people.models import Appointment, Membership, Organisation, OrganisationKind, Role, User
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.publishing.models import Classification, Evidence, Release
from releases.publishing.states import ReleaseState

D = TypeVar("D", bound=Evidence)

AS_THE_RELEASE = ""  # the classification of notes or a document that has none of its own
TOLD = ("title", "firmware_version", "chts", "gbcs", "urgency_class_id", "approach", "image_id")
STRICTNESS = list(Classification.values)
_ALWAYS_NAMED = (OrganisationKind.DCC, OrganisationKind.SECAS)


def releases(actor: Actor) -> QuerySet[Release]:
    """Return the releases this actor may know of."""
    if _sees_all(actor):
        return Release.objects.all()
    return Release.objects.filter(_fits(actor, "classification", "pk"), announced_at__isnull=False)


def known(rows: Collection[Release], actor: Actor) -> frozenset[int]:
    """Return the ids of those of the releases that this actor may know of, as `releases` has it.

    They come with `classification` and `announced_at`. One query where one of them is Amber or Red, else none.
    """
    if _sees_all(actor):
        return frozenset(row.pk for row in rows)
    announced = [row for row in rows if row.announced_at is not None]
    open_to = _open_to(actor)
    sure = {row.pk for row in announced if row.classification in open_to}
    by_name = {row.pk for row in announced} - sure
    if by_name:
        sure |= set(releases(actor).filter(pk__in=by_name).order_by().values_list("pk", flat=True))
    return frozenset(sure)


def in_the_open(actor: Actor) -> QuerySet[Release]:
    """Return the releases for lists, searches, calendars and the API: for all but DCC without those being drafted.

    A release returned to draft stays known, because issues and determinations speak of it; what DCC now writes into
    it is not announced.
    """
    return releases(actor) if _sees_all(actor) else releases(actor).exclude(state=ReleaseState.DRAFT)


def as_told(release: Release, actor: Actor) -> Release:
    """Return the release with the facts this actor was told: of one returned to draft those before its return."""
    if release.state != ReleaseState.DRAFT or _sees_all(actor):
        return release
    told = release.history.exclude(state=ReleaseState.DRAFT).order_by("-history_id").first()
    for field in TOLD if told is not None else ():
        setattr(release, field, getattr(told, field))
    release.planned_deployment_at = release.planned_activation_at = None
    return release


def with_notes(actor: Actor) -> QuerySet[Release]:
    """Return the releases whose notes this actor may read."""
    return releases(actor).filter(_fits(actor, "notes_classification", "pk"))


def material(rows: QuerySet[D], actor: Actor) -> QuerySet[D]:
    """Return those of the documents to which, and to whose release, this actor has the right."""
    if _sees_all(actor):
        return rows
    return rows.filter(_fits(actor, "classification", "release"), release__in=releases(actor).values("pk"))


def sees(row: Release | Evidence, actor: Actor) -> bool:
    """Return whether this actor may know of one release or one document."""
    if _sees_all(actor):
        return True
    if isinstance(row, Evidence):
        return material(Evidence.objects.filter(pk=row.pk), actor).exists()
    return releases(actor).filter(pk=row.pk).exists()


def sees_notes(release: Release, actor: Actor) -> bool:
    """Return whether this actor may read the notes of a release."""
    return _sees_all(actor) or with_notes(actor).filter(pk=release.pk).exists()


def _sees_all(actor: Actor) -> bool:
    return actor.is_system or actor.has(Permission.MANAGE_RELEASES)


def _open_to(actor: Actor) -> tuple[str, ...]:
    """Return the classifications that the actor reads whoever is named on a release."""
    public = (AS_THE_RELEASE, Classification.WHITE)
    return (*public, Classification.GREEN) if actor.has(Permission.READ_PORTAL) else public


def _fits(actor: Actor, field: str, release: str) -> Q:
    """Return the condition that a classification in ``field`` lets the actor read; ``release`` names the release."""
    fits = Q(**{f"{field}__in": _open_to(actor)})
    if actor.has(Permission.READ_PORTAL):
        fits |= Q(**{field: Classification.AMBER, f"{release}__in": _named_to(actor)})
        fits |= Q(**{field: Classification.RED, f"{release}__in": _naming(actor)})
    return fits


def _named_to(actor: Actor) -> QuerySet[Release]:
    if actor.kind in _ALWAYS_NAMED:
        return Release.objects.order_by()
    named = Release.readers.through.objects.filter(organisation_id__in=acts_for(actor))
    return Release.objects.filter(pk__in=named.values("release_id")).order_by()


def _naming(actor: Actor) -> QuerySet[Release]:
    named = Release.named_people.through.objects.filter(user_id__in=[actor.user_id] if actor.user_id else [])
    return Release.objects.filter(pk__in=named.values("release_id")).order_by()


def acts_for(actor: Actor) -> set[int]:
    """Return the ids of the organisations the actor speaks for today: the own one and the suppliers acted for."""
    own = set() if actor.organisation_id is None else {actor.organisation_id}
    return own | actor.suppliers


def effective(release: Release, own: str) -> str:
    """Return what counts for notes or a document: the stricter of its own classification and the release's."""
    return max(own or release.classification, release.classification, key=STRICTNESS.index)


@dataclass(frozen=True, slots=True)
class Sight:
    """Who may read: everybody, organisations by id with all their people, and people by id."""

    public: bool
    organisations: frozenset[int]
    people: frozenset[int] = frozenset()


def sight(classification: str, readers: Iterable[int], people: Iterable[int], at: datetime) -> Sight:
    """Return who may read announced material of this classification with these names on it.

    Of Red, DCC's release managers are among the people.
    """
    active = Organisation.objects.filter(is_active=True)
    if classification == Classification.RED:
        managers = Membership.objects.current(at).filter(role=Role.RELEASE_MANAGER).values_list("user_id", flat=True)
        return Sight(False, frozenset(), frozenset(people) | frozenset(managers))
    if classification == Classification.AMBER:
        named = set(readers)
        agents = Appointment.objects.current(at).filter(supplier__in=named).values("rsa")
        active = active.filter(Q(kind__in=_ALWAYS_NAMED) | Q(pk__in=named) | Q(pk__in=agents))
    return Sight(classification == Classification.WHITE, frozenset(active.values_list("pk", flat=True)))


def everybody(seen: Sight, at: datetime) -> frozenset[int]:
    """Return the ids of the people who see: those named, and those of the organisations."""
    own = Membership.objects.current(at).filter(organisation__in=seen.organisations).values_list("user_id", flat=True)
    return seen.people.union(own)


@dataclass(frozen=True, slots=True)
class ChangeOfSight:
    """Who would gain and who would lose sight of a release: organisations and people by name, and the public."""

    organisations: list[Organisation]
    people: list[User]
    public: bool
    losing: list[Organisation]
    losing_people: list[User]
    losing_public: bool
    keeping: list[User]


def effect_of_reclassifying(
    release: Release, to: str, readers: set[int], people: set[int], at: datetime
) -> ChangeOfSight:
    """Return what another classification with these names (ids) would change, once the release is announced."""
    names = release.readers.values_list("pk", flat=True), release.named_people.values_list("pk", flat=True)
    before = sight(release.classification, *names, at)
    after = sight(to, readers, people, at)
    had, have = everybody(before, at), everybody(after, at)
    organisations = {one.pk: one for one in Organisation.objects.filter(is_active=True).order_by("name")}
    persons = {one.pk: one for one in User.objects.filter(pk__in=before.people | after.people).order_by("name")}
    return ChangeOfSight(
        organisations=[one for pk, one in organisations.items() if pk in after.organisations - before.organisations],
        people=[one for pk, one in persons.items() if pk in have - had],
        public=after.public and not before.public,
        losing=[one for pk, one in organisations.items() if pk in before.organisations - after.organisations],
        losing_people=[one for pk, one in persons.items() if pk in had - have],
        losing_public=before.public and not after.public,
        keeping=[one for pk, one in persons.items() if pk in after.people & have],
    )


def told(recipients: Iterable[Recipient], release: Release | None, at: datetime, *, own: str = "") -> list[Recipient]:
    """Return those recipients of a message about a release who may know of it; all of them of none.

    ``own`` is the classification of what the message is about, where it is stricter than the release's.
    """
    found = list(recipients)
    counts = effective(release, own) if release is not None else Classification.WHITE
    if release is None or counts not in (Classification.AMBER, Classification.RED):
        return found
    names = release.readers.values_list("pk", flat=True), release.named_people.values_list("pk", flat=True)
    seen = sight(counts, *names, at)
    people = everybody(seen, at)
    return [
        one
        for one in found
        if (one.user_id in people if one.user_id is not None else one.organisation_id in seen.organisations)
    ]
