"""Writes the invented product list into the database, so that a seeded country has something to be made of."""

from django.utils.text import slugify

from devices.fleet import catalogue
from devices.fleet.generation import Combination, Country, Supplier
from portal.people.models import Organisation, OrganisationKind, PartyCategory, UserRole
from releases.products.models import (
    DeviceCombination,
    DeviceModel,
    FirmwareVersion,
    HubModel,
    ValidityPeriod,
)

_WEIGHTS = {PartyCategory.LARGE_SUPPLIER.value: 20.0, PartyCategory.SMALL_SUPPLIER.value: 2.0}


def country() -> Country:
    """Return the country to populate from what the database lists, after adding what the catalogue has and it lacks."""
    _list_validity()
    versions = {entry.name: _list_hub_model(entry) for entry in catalogue.HUB_MODELS}
    models = {model.name: model for model in HubModel.objects.filter(name__in=versions)}
    _list_devices()
    combinations = [_list_combination(entry, models) for entry in catalogue.COMBINATIONS]
    return Country(
        suppliers=_suppliers(),
        combinations=combinations,
        versions={models[name].pk: shares for name, shares in versions.items()},
    )


def han_variants() -> dict[int, str]:
    """Return the HAN variant of each listed hub model by its number."""
    variant = {entry.name: entry.han_variant for entry in catalogue.HUB_MODELS}
    return {model.pk: variant[model.name] for model in HubModel.objects.filter(name__in=variant)}


def _list_validity() -> None:
    for specification, version, start, end, maintenance, applicability in catalogue.VALIDITY:
        ValidityPeriod.objects.get_or_create(
            specification=specification,
            version=version,
            defaults={
                "installation_from": start,
                "installation_to": end,
                "maintenance_to": maintenance,
                "applicability_to": applicability,
            },
        )


def _list_hub_model(entry: catalogue.HubModelEntry) -> list[tuple[int, float]]:
    model, _ = HubModel.objects.get_or_create(
        name=entry.name,
        defaults={
            "manufacturer_name": entry.manufacturer_name,
            "manufacturer": entry.manufacturer,
            "model": entry.model,
            "image_type": entry.image_type,
        },
    )
    shares = []
    for firmware in catalogue.FIRMWARE:
        if firmware.hub_model == entry.name:
            shares.append((_list_firmware(firmware, model), firmware.share))
    return [(number, share) for number, share in shares if share > 0]


def _list_firmware(entry: catalogue.FirmwareEntry, model: HubModel) -> int:
    listed, _ = FirmwareVersion.objects.get_or_create(
        hub_model=model,
        version=entry.version,
        defaults={"chts": entry.chts, "gbcs": entry.gbcs, "listed_on": entry.listed_on},
    )
    return listed.pk


def _list_devices() -> None:
    for kind, name, manufacturer, model in catalogue.DEVICES:
        DeviceModel.objects.get_or_create(
            name=name, defaults={"type": kind, "manufacturer": manufacturer, "model": model}
        )


def _list_combination(entry: catalogue.CombinationEntry, models: dict[str, HubModel]) -> Combination:
    device: dict[str | None, DeviceModel] = {model.name: model for model in DeviceModel.objects.all()}
    combination, _ = DeviceCombination.objects.get_or_create(
        hub_model=models[entry.hub_model],
        esme=device[entry.esme],
        gsme=device.get(entry.gsme),
        display=device.get(entry.display),
        smets=entry.smets,
    )
    return Combination(combination.pk, entry.weight, models[entry.hub_model].pk, entry.gsme is not None)


def _suppliers() -> list[Supplier]:
    existing = Organisation.objects.filter(kind=OrganisationKind.SUPPLIER).order_by("pk")
    if not existing.exists():
        for name, large, gas, _ in catalogue.SUPPLIERS:
            Organisation.objects.create(
                name=name,
                slug=slugify(name),
                kind=OrganisationKind.SUPPLIER,
                party_category=PartyCategory.LARGE_SUPPLIER if large else PartyCategory.SMALL_SUPPLIER,
                user_roles=[UserRole.IS, UserRole.GS] if gas else [UserRole.IS],
            )
    weights = {name: weight for name, _, _, weight in catalogue.SUPPLIERS}
    return [
        Supplier(
            number=one.pk,
            weight=weights.get(one.name, _WEIGHTS.get(one.party_category, 1.0)),
            gas=UserRole.GS in one.user_roles,
            electricity=UserRole.IS in one.user_roles,
        )
        for one in existing.all()
    ]
