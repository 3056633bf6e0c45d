"""What must be in place before notice of a release can be served, point by point with what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from portal.people.models import Organisation
from releases.products.matching import mismatches
from releases.products.models import Region
from releases.products.ota import OtaHeader
from releases.products.queries import scan_of
from releases.publishing import scope
from releases.publishing.classes import current_class
from releases.publishing.dates import timetable
from releases.publishing.models import EVERY_REGION, Approach, Classification, Release
from releases.publishing.template import notes_missing
from releases.publishing.terms import Approach as Way
from releases.publishing.terms import ClassTerms
from releases.publishing.working import Timetable, words


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing an announcement needs; `lacking` is empty when it is met, else a sentence."""

    name: str
    lacking: str

    @property
    def is_met(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacking


def requirements(release: Release, *, at: datetime) -> list[Requirement]:
    """Return everything an announcement at `at` needs, in the order in which it is prepared."""
    return [Requirement(name, lacking) for name, lacking in _points(release, at)]


def _points(release: Release, at: datetime) -> Iterator[tuple[str, str]]:
    yield "Image", image_lacks(release)
    yield "Test evidence (Section T)", evidence_lacks(release)
    yield "Release notes", notes_lack(release)
    yield "Approach", approach_lacks(release)
    if release.terms.needs_second_approver:
        yield "Emergency", emergency_lacks(release)
    yield "Who may read it", classification_lacks(release)
    yield "Dates", dates_lack(release, at)


def image_lacks(release: Release) -> str:
    """Return what is wrong with the image of the release, or an empty text."""
    if release.image is None:
        return "No firmware image is attached."
    header = OtaHeader.from_json(release.image.header)
    lacking = mismatches(header, release.hub_models.all(), release.firmware_version)
    scan = scan_of(release.image)
    if scan.state == "infected":
        lacking.append(f"The malware scanner stops this image. {scan.words}")
    return " ".join(lacking)


def evidence_lacks(release: Release) -> str:
    """Return which regions have no test evidence. Rule: Section T evidence attached (Gates)."""
    lacking = evidence_gaps(release)
    return f"No test evidence is attached for {', '.join(lacking)}." if lacking else ""


def evidence_gaps(release: Release) -> list[str]:
    """Return the regions with hubs of the release for which no document in force is attached, by name."""
    there = set(release.evidence.filter(replaced_by=None).values_list("region", flat=True))
    regions = set(scope.affected_cells(release).order_by().values_list("region", flat=True).distinct())
    if EVERY_REGION in there or (there and regions <= there):
        return []
    return [str(region.label) for region in Region if region in (regions or set(Region)) - there]


def notes_lack(release: Release) -> str:
    """Return which sections the notes lack for the class. Rule: notes complete and published (Gates)."""
    current = release.notes.first()
    if current is None:
        return "No release notes are written."
    lacking = notes_missing(release, current.written)
    return f"The release notes lack: {', '.join(lacking)}." if lacking else ""


def approach_lacks(release: Release) -> str:
    """Return what the approach still asks for."""
    if release.approach == Approach.SCHEDULING and release.schedule_confirmed_at is None:
        return "The scheduled dates are not confirmed."
    if release.approach == Approach.NOTICE_ONLY and not release.approach_authority:
        return "Live use of notice only needs a determination: name it."
    return ""


def emergency_lacks(release: Release) -> str:
    """Return what an Emergency still needs: its reason, what it cites, a second approver."""
    if not release.emergency_reason:
        return "An Emergency needs its reason."
    if not release.emergency_citation:
        return "An Emergency must cite a severity 1 or security issue."
    if release.emergency_approved_by_id is None:
        return "An Emergency needs the approval of a second release manager."
    return ""


def classification_lacks(release: Release) -> str:
    """Return why notice could not reach everybody it must: whose hubs are changed must be able to read it."""
    return readers_lack(release, release.classification, set(release.readers.values_list("pk", flat=True)))


def readers_lack(release: Release, classification: str, readers: set[int]) -> str:
    """Return why a release of this classification with these readers (ids) could not reach its suppliers."""
    if classification == Classification.RED:
        return "A Red release cannot be announced: its notice could not reach the suppliers. Reclassify it."
    if classification == Classification.AMBER:
        unnamed = scope.responsible_suppliers(release) - readers
        names = Organisation.objects.filter(pk__in=unnamed).values_list("name", flat=True)
        if names:
            return f"These suppliers have hubs in it and are not named as readers: {', '.join(names)}."
    return ""


def terms_at(release: Release, at: datetime) -> ClassTerms:
    """Return the terms of the release: those it was announced with, else those of its class in force at `at`."""
    return release.terms if release.class_terms else current_class(release.urgency_class.name, at).terms


def release_timetable(release: Release, *, at: datetime) -> Timetable:
    """Return the dates of the release as if it were announced at `at`, with their working."""
    confirmed = release.schedule_confirmed_at is not None
    return timetable(
        terms_at(release, at),
        Way(release.approach),
        at,
        planned_activation=release.planned_activation_at,
        confirmed_deployment=release.planned_deployment_at if confirmed else None,
        confirmed_activation=release.planned_activation_at if confirmed else None,
        waived=release.notice_waived_at is not None,
    )


def dates_lack(release: Release, at: datetime) -> str:
    """Return why the planned dates cannot stand for an announcement at `at`."""
    deployment, activation = release.planned_deployment_at, release.planned_activation_at
    if deployment is None or activation is None:
        return "Both a planned deployment and a planned activation are needed."
    return dates_too_early(release_timetable(release, at=at), deployment, activation)


def dates_too_early(found: Timetable, deployment: datetime, activation: datetime) -> str:
    """Return a sentence for a planned date before the earliest one, or an empty text."""
    for act, planned, earliest in (
        ("Deployment", deployment, found.earliest_deployment),
        ("Activation", activation, found.earliest_activation),
    ):
        if earliest is not None and planned < earliest:
            return (
                f"{act} is planned for {words(planned)}, before the notice is over: the earliest is {words(earliest)}."
            )
    return ""
