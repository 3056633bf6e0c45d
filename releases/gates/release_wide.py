"""The conditions that are the same for every hub of a release, each named in plain sight (Gates).

A forgotten one must never open a gate, so they are listed here and not contributed by other apps.
"""

from collections.abc import Iterator
from datetime import date, datetime

from portal.working_days import london_day
from releases.ballots.queries import blocking, determination_in_force, undetermined
from releases.gates.conditions import Condition, Standing, fact, passed
from releases.holds.models import Stage
from releases.products.models import FirmwareVersion, ValidityPeriod
from releases.publishing.models import Approach, NotesRevision, Release
from releases.publishing.queries import notice_in_force
from releases.publishing.readiness import approach_lacks, evidence_lacks, image_lacks
from releases.publishing.states import ReleaseState

DISTRIBUTING = frozenset(
    {
        ReleaseState.NOTIFIED,
        ReleaseState.DISPUTED,
        ReleaseState.CLEARED,
        ReleaseState.ACTIVE,
        ReleaseState.HYPERCARE,
    }
)
ACTIVATING = frozenset({ReleaseState.CLEARED, ReleaseState.ACTIVE, ReleaseState.HYPERCARE})


def conditions(release: Release, stage: str, at: datetime) -> tuple[Condition, ...]:
    """Return every release-wide condition of the gate, the state of the release first."""
    return (_state(release, stage), *besides_state(release, stage, at))


def besides_state(release: Release, stage: str, at: datetime) -> tuple[Condition, ...]:
    """Return the conditions of the gate but the release's own state: what ``clear`` asks for."""
    found = list(_deployment(release, at))
    if stage == Stage.ACTIVATION:
        found += _activation(release, at)
    return tuple(found)


def _state(release: Release, stage: str) -> Condition:
    states = ACTIVATING if stage == Stage.ACTIVATION else DISTRIBUTING
    words = release.get_state_display().lower()
    return fact(
        "State of the release",
        release.state in states,
        met=f"The release is {words}.",
        unmet=f"The release is {words}: no hub is {'activated' if stage == Stage.ACTIVATION else 'served the image'}.",
    )


def _deployment(release: Release, at: datetime) -> Iterator[Condition]:
    yield _lacking("Image verified", image_lacks(release), "The image fits every hub model and the version.")
    yield _listed(release)
    yield _lacking("Test evidence (Section T)", evidence_lacks(release), "Signed evidence covers every region.")
    yield fact(
        "Release notes",
        NotesRevision.objects.filter(release=release, published_at__isnull=False).exists(),
        met="The notes are complete and published.",
        unmet="No published notes.",
    )
    yield _notice(release)
    yield _approach(release)
    notice = notice_in_force(release)
    yield passed(
        "Planned deployment date",
        notice.deployment_at if notice else None,
        at,
        still="The date stated in the notice has not come.",
        done="The date stated in the notice has come.",
    )
    yield from _validity(release)


def _notice(release: Release) -> Condition:
    return fact(
        "Statutory notice",
        notice_in_force(release) is not None,
        met="A notice is in force; each hub waits for its own responsible suppliers.",
        unmet="No notice is in force.",
    )


def _lacking(title: str, lacking: str, met: str) -> Condition:
    return fact(title, not lacking, met=met, unmet=lacking)


def _listed(release: Release) -> Condition:
    digest = release.image.sha256 if release.image else ""
    entries = FirmwareVersion.objects.filter(
        hub_model__in=release.hub_models.all(),
        version=release.firmware_version,
        status=FirmwareVersion.Status.CURRENT,
        image_hash__in=["", digest],
    )
    return fact(
        "Central Products List",
        0 < release.hub_models.count() == entries.count(),
        met="The version is listed as current for every hub model, with no other image's SHA-256.",
        unmet="The version is not listed as current, with this image's SHA-256, for every hub model.",
    )


def _approach(release: Release) -> Condition:
    met = {
        Approach.CONSULTATION: "Consultation: the class's deployment notice is asked supplier by supplier.",
        Approach.SCHEDULING: "Scheduling: the exercise has confirmed the dates.",
        Approach.NOTICE_ONLY: f"Notice only, permitted by {release.approach_authority}.",
    }
    return _lacking("Condition of the approach", approach_lacks(release), met[Approach(release.approach)])


def _validity(release: Release) -> Iterator[Condition]:
    planned = london_day(release.planned_activation_at) if release.planned_activation_at else None
    for specification, version in (("CHTS", release.chts), ("GBCS", release.gbcs)):
        row = ValidityPeriod.objects.filter(specification=specification, version=version).first()
        if row is None:
            yield Condition(
                f"{specification} validity", Standing.UNMET, f"{specification} {version} has no validity row."
            )
            continue
        yield _covers(f"{specification} {version} maintenance period", row.maintenance_to, planned)
        if specification == "GBCS":
            yield _covers(f"GBCS {version} applicability", row.applicability_to, planned)
        if row.installation_to and planned and row.installation_to < planned:
            reason = (
                f"Closed on {row.installation_to:%-d %B %Y}: new hubs may not be installed with it. This only warns."
            )
            yield Condition(f"{specification} {version} installation period", Standing.NOTE, reason)


def _covers(title: str, until: date | None, planned: date | None) -> Condition:
    if until is None:
        return Condition(title, Standing.MET, "Open: no end date is set.")
    return fact(
        title,
        planned is not None and planned <= until,
        met=f"Runs to {until:%-d %B %Y}, which covers the planned activation.",
        unmet=f"Ends on {until:%-d %B %Y}, before the planned activation.",
    )


def _activation(release: Release, at: datetime) -> Iterator[Condition]:
    yield passed(
        "User-test period",
        release.tests_until if release.is_consultation else None,
        at,
        still="Users are still testing.",
        done="The user-test period is over.",
    )
    yield passed(
        "Objection window",
        release.objections_until if release.is_consultation else None,
        at,
        still="Users may still object.",
        done="The objection window is closed.",
    )
    open_objections = sum(1 for objection in blocking(release, at) if not objection.is_limited)
    yield fact(
        "Objections to the whole release",
        not open_objections,
        met="None is lodged or undetermined.",
        unmet=f"{open_objections} lodged or undetermined.",
    )
    yield _determination(release)
    yield passed(
        "Deferred date",
        release.deferred_until,
        at,
        still="A determination deferred activation.",
        done="The deferred date has come.",
    )
    yield passed(
        "Planned activation date",
        release.planned_activation_at,
        at,
        still="The planned date has not come.",
        done="The planned date has come.",
    )


def _determination(release: Release) -> Condition:
    title = "Determination"
    waiting = [ballot.reference for ballot in undetermined(release)]
    if waiting:
        return Condition(title, Standing.UNMET, f"Not decided yet: {', '.join(waiting)}.")
    decided = determination_in_force(release)
    if decided is None:
        return Condition(title, Standing.NOT_NEEDED, "There was no ballot.")
    return Condition(title, Standing.MET, f"{decided.reference} is in force.", decided.decided_at)
