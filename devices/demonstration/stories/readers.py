"""Who may read what: old releases opened to the public, one kept to those concerned, one to named people."""

import io

from django.core.files.base import File

from devices.demonstration import desk, scripts
from devices.demonstration.scripts import Script
from devices.demonstration.stage import Stage, Story
from portal.people.models import Organisation, OrganisationKind
from portal.working_days import london_day
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.scope import responsible_suppliers
from releases.publishing.verbs import Readership

OPENED = (
    (scripts.CLOCK_DRIFT, "The release is closed and its report is of use to makers of devices."),
    (scripts.CHANNEL_SCAN, "The Panel asked that its determination can be read by everybody."),
    (scripts.LOAD_CONTROL, "Owners of storage heaters ask when it comes."),
)


def classified(stage: Stage) -> Story:
    """Three releases become White; a withdrawn one Red, for a weakness that its replacement has not cured yet."""
    yield stage.day(-4, 9, 10)
    for script, why in OPENED:
        _classify(stage, script, Readership("white"), why)
    yield stage.day(-2, 11, 45)
    _classify(
        stage,
        scripts.LOW_POWER,
        Readership("red", named_people=[stage.players.users["observer"], stage.players.users["secretary"]]),
        "The withdrawn image can be kept from waking by radio. Nobody else needs to know how.",
    )
    yield stage.day(-1, 10, 30)
    release = _release(scripts.TARIFF_LABELS)
    networks = Organisation.objects.filter(kind=OrganisationKind.CSP)
    suppliers = Organisation.objects.filter(pk__in=responsible_suppliers(release))
    why = "The labels name a tariff that its supplier has not announced."
    _classify(stage, scripts.TARIFF_LABELS, Readership("amber", readers=[*suppliers, *networks]), why)


def _release(script: Script) -> Release:
    return Release.objects.get(firmware_version=script.version, hub_models__name=script.model)


def _classify(stage: Stage, script: Script, to: Readership, why: str) -> None:
    publishing.reclassify(_release(script), to, why=why, by=stage.actor(desk.MANAGER), at=stage.at)


def evidence_again(stage: Stage) -> Story:
    """The northern report of a release in user testing is replaced by one that counts the cases right."""
    yield stage.day(-5, 15, 20)
    release = _release(scripts.LOAD_CONTROL)
    old = release.evidence.get(region="north")
    text = "Section T test report, second issue\n\n216 of 216 cases passed; two were counted twice before.\n"
    facts = publishing.EvidenceFacts(
        title="Section T test report, North, second issue",
        region="north",
        environment=old.environment,
        signatory=old.signatory,
        signed_on=london_day(stage.at),
        summary="216 of 216 cases passed; two were counted twice in the first issue.",
        file=File(io.BytesIO(text.encode()), "report-north-2.txt"),
        classification="green",
        replaces=old,
    )
    publishing.attach_evidence(release, facts, by=stage.actor(desk.MANAGER), at=stage.at)
