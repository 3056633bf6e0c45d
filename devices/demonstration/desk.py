"""DCC's release desk: lists a version, drafts a release with everything it needs, announces it, keeps its promises."""

import hashlib
import io
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.files.base import File
from django.db.models import QuerySet

from devices.demonstration import keys
from devices.demonstration.cast import NO_MAIL
from devices.demonstration.scripts import Script, notes
from devices.demonstration.stage import Stage, Story
from portal.working_days import add_working_days, london_day, start_of
from releases.products import ota
from releases.products.models import FirmwareVersion, HubModel
from releases.products.verbs import keep_entry
from releases.publishing import verbs as publishing
from releases.publishing.dates import timetable
from releases.publishing.models import Release
from releases.publishing.terms import Approach

MANAGER, SECOND = "release_manager", "second_release_manager"
LABORATORIES = (
    ("north", "DCC test laboratory, long-range radio rig", "E. Sutcliffe, test manager"),
    ("central", "DCC test laboratory, cellular rig", "E. Sutcliffe, test manager"),
    ("south", "DCC test laboratory, cellular rig", "V. Marchetti, deputy test manager"),
)


def image(model: HubModel, script: Script) -> bytes:
    """Return a well-formed OTA file for the release; what it carries is invented."""
    line = f"{script.model} {script.version} {script.title}. Not a program. ".encode()
    return ota.build(
        manufacturer_code=int(model.manufacturer, 16),
        image_type=model.image_type,
        file_version=int(script.version, 16),
        payload=line * (262_144 // len(line)),
        header_string=f"{model.manufacturer_name} {model.name}",
        hardware=(0, 0xFFFF),
    )


def begin(stage: Stage, script: Script, *, by: str = MANAGER, **facts: object) -> Release:
    """List the version if it is not, and begin a draft with nothing but its facts; return it."""
    return publishing.draft_release(_facts(stage, script, **facts), by=stage.actor(by), at=stage.at)


def _facts(stage: Stage, script: Script, **changes: object) -> publishing.Facts:
    listed = list_version(stage, script)
    facts = publishing.Facts(
        title=script.title,
        hub_models=[listed.hub_model],
        firmware_version=script.version,
        urgency_class=script.urgency,
        from_versions=list(versions_before(listed)),
        chts=listed.chts,
        gbcs=listed.gbcs,
    )
    return replace(facts, **changes)  # type: ignore[arg-type]  # named fields of Facts, checked by it


def versions_before(listed: FirmwareVersion) -> QuerySet[FirmwareVersion]:
    """Return the versions of the same hub model that this one may follow, oldest first."""
    return listed.hub_model.versions.filter(version__lt=listed.version).order_by("version")


def list_version(stage: Stage, script: Script) -> FirmwareVersion:
    """Return the version's entry of the Central Products List, added now where there is none."""
    model = HubModel.objects.get(name=script.model)
    listed = model.versions.filter(version=script.version).first()
    if listed is None:
        before = model.versions.filter(version__lt=script.version).latest("version")
        today = london_day(stage.at)
        listed = FirmwareVersion(hub_model=model, version=script.version, chts=before.chts, gbcs="3.2", listed_on=today)
        if model.manufacturer == keys.SIGNS:
            listed.image_hash = hashlib.sha256(image(model, script)).hexdigest()
        keep_entry(listed, by=stage.actor(MANAGER), at=stage.at)
    return listed


def report(script: Script, region: str, signatory: str) -> File[bytes]:
    """Return a test report as a document of plain text."""
    text = (
        f"Section T test report\n\n{script.title}, {script.model} {script.version}\nRegion: {region.title()}\n"
        f"Cases: 214, passed: 214, of these new: 9\nSigned: {signatory}\n"
    )
    return File(io.BytesIO(text.encode()), f"report-{region}.txt")


def complete(stage: Stage, script: Script, release: Release, *, by: str = MANAGER) -> Release:
    """Attach image, notes and the evidence of each region; return the release."""
    actor, model = stage.actor(by), release.hub_models.get()
    data = image(model, script)
    signature = keys.signature(model, data)
    release = publishing.attach_image(release, io.BytesIO(data), signature=signature, by=actor, at=stage.at)
    publishing.save_notes(release, notes(script), by=actor, at=stage.at)
    for region, environment, signatory in LABORATORIES:
        evidence = publishing.EvidenceFacts(
            title=f"Section T test report, {region.title()}",
            region=region,
            environment=environment,
            signatory=signatory,
            signed_on=london_day(stage.at - timedelta(days=3)),
            summary="214 of 214 cases of the regression set passed; 9 cases are new with this release.",
            file=report(script, region, signatory),
        )
        publishing.attach_evidence(release, evidence, by=actor, at=stage.at)
    release.refresh_from_db()
    return release


def set_dates(
    stage: Stage, script: Script, release: Release, *, announced: datetime, wait: int, **facts: object
) -> Release:
    """Plan deployment as early as an announcement then allows, activation ``wait`` Working Days after the earliest."""
    found = timetable(release.terms, Approach(release.approach), announced)
    deployment = found.earliest_deployment or announced
    activation = start_of(add_working_days(london_day(found.earliest_activation or deployment), wait))
    dated = _facts(stage, script, planned_deployment_at=deployment, planned_activation_at=activation, **facts)
    return publishing.edit_release(release, dated, by=stage.actor(MANAGER), at=stage.at)


def publish(stage: Stage, script: Script, announced: datetime, *, wait: int = 2) -> Generator[datetime, None, Release]:
    """Prepare a release over a few days and announce it; the generator returns it."""
    yield stage.beside(announced, -5, 14, 20)
    release = begin(stage, script)
    yield stage.beside(announced, -1, 16, 5)
    release = complete(stage, script, release)
    release = set_dates(stage, script, release, announced=announced, wait=wait)
    yield announced
    release = publishing.announce(release, by=stage.actor(MANAGER), at=stage.at)
    yield from letter(stage, release)
    return release


def letter(stage: Stage, release: Release) -> Story:
    """Serve the notice by courier on the supplier that has no address for mail."""
    yield stage.at + timedelta(hours=2)
    publishing.serve_by_other_means(
        release,
        stage.organisation(NO_MAIL),
        why="By courier, signed for at the reception: this supplier takes its notices by letter.",
        by=stage.actor(MANAGER),
        at=stage.at,
    )


def acknowledged(stage: Stage, release: Release, *suppliers: str, days: int = 3) -> Story:
    """Let these suppliers acknowledge the notice one after another, an hour apart."""
    for supplier in suppliers:
        yield stage.at + timedelta(minutes=50)
        publishing.acknowledge(
            release,
            stage.organisation(supplier),
            test_days_needed=days,
            by=stage.actor(supplier),
            at=stage.at,
        )
