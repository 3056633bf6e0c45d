"""A small fleet of cells and releases in each early state, made with the verbs."""

import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portal.working_days import start_of
from releases.products import ota
from releases.products.models import Cell, DeviceCombination, DeviceModel, FirmwareVersion, HubModel, Smets
from releases.publishing import verbs
from releases.publishing.models import Release
from tests.factories.world import World

TARGET = "0A010200"
OLD = "0A010100"
MAKER = 0x10F2
NOTES = """## Summary

Puts the joining defect right.

## What changes

The hub lets displays join again after a power cut.

## Fixes

Joining after a power cut.

## Known issues

None known.

## Effect on devices

The hub restarts and is away for 90 seconds.

## What suppliers must do

Nothing.

## Test evidence

Passed in the laboratory in every region.

## From-versions

From 0A010100; hubs on other versions are left alone.

## Validity periods

CHTS 1.1 until 2030.

## Modification

SECMP0024; no user testing asked for.

## Rollback plan

The old version is activated again.

## Contacts

The release desk.
"""


@dataclass
class Catalogue:
    """Hub models "alder" and "birch", their versions, device combinations and cells, by short names."""

    models: dict[str, HubModel] = field(default_factory=dict)
    versions: dict[str, FirmwareVersion] = field(default_factory=dict)
    devices: dict[str, DeviceModel] = field(default_factory=dict)
    combinations: dict[str, DeviceCombination] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)


def make_catalogue(world: World) -> Catalogue:
    """Make and return two hub models with 4 cells: heron 100 + 200 homes, with osprey 50, fernlight on birch 30."""
    made = Catalogue()
    for number, name in enumerate(("alder", "birch"), start=1):
        made.models[name] = HubModel.objects.create(
            name=f"{name.title()} {number}",
            manufacturer_name="Orchard Networks",
            manufacturer=f"{MAKER:04X}",
            model=f"0000000{number}",
            image_type=number,
            hardware_min=1,
            hardware_max=2,
        )
        for version in (OLD, TARGET):
            made.versions[f"{name} {version}"] = FirmwareVersion.objects.create(
                hub_model=made.models[name],
                version=version,
                chts="1.1",
                gbcs="3.2",
                listed_on=date(2016, 6, 1),
            )
    for number, (key, kind) in enumerate({"esme": "ESME", "gsme": "GSME", "ppmid": "PPMID", "ihd": "IHD"}.items()):
        made.devices[key] = DeviceModel.objects.create(
            type=kind, name=f"Orchard {kind}", manufacturer=f"{MAKER:04X}", model=f"0000010{number}"
        )
    _combine(made)
    _fill(made, world)
    return made


def _combine(made: Catalogue) -> None:
    d = made.devices
    for key, model, gas, display in (
        ("dual", "alder", d["gsme"], d["ppmid"]),
        ("single", "alder", None, d["ihd"]),
        ("birch", "birch", None, None),
    ):
        made.combinations[key] = DeviceCombination.objects.create(
            hub_model=made.models[model], esme=d["esme"], gsme=gas, display=display, smets=Smets.TWO
        )


def _fill(made: Catalogue, world: World) -> None:
    heron, osprey, fernlight = (world.organisations[name] for name in ("heron", "osprey", "fernlight"))
    rows = (
        ("north", "north", "dual", heron, heron, 100),
        ("south", "south", "dual", heron, heron, 200),
        ("shared", "south", "dual", heron, osprey, 50),
        ("birch", "central", "birch", fernlight, None, 30),
    )
    for number, (key, region, combination, electricity, gas, homes) in enumerate(rows, start=1):
        chosen = made.combinations[combination]
        made.cells[key] = Cell.objects.create(
            number=number,
            region=region,
            combination=chosen,
            firmware=chosen.hub_model.versions.get(version=OLD),
            han_variant="single",
            electricity_supplier=electricity,
            gas_supplier=gas,
            homes=homes,
        )


def image_bytes(**changes) -> bytes:
    """Return an OTA file that fits a release of "alder"; `changes` replace arguments of `ota.build`."""
    facts = {
        "manufacturer_code": MAKER,
        "image_type": 1,
        "file_version": int(TARGET, 16),
        "payload": b"firmware of the hub " * 50,
        "header_string": "Alder hub",
        "hardware": (1, 4),
    }
    return ota.build(**facts | changes)


def image_file(**changes) -> io.BytesIO:
    """Return `image_bytes` as a stream."""
    return io.BytesIO(image_bytes(**changes))


def facts(catalogue: Catalogue, **changes) -> verbs.Facts:
    """Return the facts of an Urgent release of "alder", activation planned ten days after it may begin."""
    values = {
        "title": "Joining after a power cut",
        "hub_models": [catalogue.models["alder"]],
        "firmware_version": TARGET,
        "urgency_class": "urgent",
        "from_versions": [catalogue.versions[f"alder {OLD}"]],
        "chts": "1.1",
        "gbcs": "3.2",
        "planned_deployment_at": start_of(date(2017, 1, 17)),
        "planned_activation_at": start_of(date(2017, 1, 30)),
    }
    return verbs.Facts(**values | changes)


def make_draft(world: World, catalogue: Catalogue, *, at: datetime | None = None, **changes) -> Release:
    """Return a draft with nothing but its facts."""
    return verbs.draft_release(facts(catalogue, **changes), by=world.actor("manager"), at=at or world.at)


def make_ready(world: World, catalogue: Catalogue, *, at: datetime | None = None, **changes) -> Release:
    """Return a draft that only waits to be announced (an Emergency still for its approval)."""
    at, by = at or world.at, world.actor("manager")
    release = make_draft(world, catalogue, at=at, **changes)
    release = verbs.attach_image(release, image_file(), by=by, at=at)
    verbs.save_notes(release, NOTES, by=by, at=at)
    verbs.attach_evidence(release, evidence_facts(signed_on=at.date() - timedelta(days=3)), by=by, at=at)
    release.refresh_from_db()
    return release


def evidence_facts(**changes) -> verbs.EvidenceFacts:
    """Return the facts of a test report for every region."""
    values = {
        "title": "Section T test report",
        "region": "all",
        "environment": "DCC test laboratory",
        "signatory": "A. Tester",
        "signed_on": date(2017, 1, 6),
        "summary": "All 214 cases passed.",
    }
    return verbs.EvidenceFacts(**values | changes)


def make_announced(world: World, catalogue: Catalogue, *, at: datetime | None = None, **changes) -> Release:
    """Return a release whose notice was announced at `at`; nothing is delivered yet."""
    release = make_ready(world, catalogue, at=at, **changes)
    return verbs.announce(release, by=world.actor("manager"), at=at or world.at)
