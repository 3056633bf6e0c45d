"""The administration of the product lists; cells are only looked at. Images are shown with their releases."""

from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from portal.people.admin_site import RecordAdmin
from portal.workflow.http import PortalRequest
from releases.products.models import (
    Cell,
    DeviceCombination,
    DeviceModel,
    FirmwareVersion,
    HubModel,
    ListImport,
    ManufacturerKey,
    ValidityPeriod,
)
from releases.products.verbs import keep_entry


class EntryAdmin(RecordAdmin):
    """An entry of a product list: added and changed through the verb, never removed."""

    adds = changes = True

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        edge = cast(PortalRequest, request)
        keep_entry(obj, by=edge.actor, at=edge.at)


@admin.register(HubModel)
class HubModelAdmin(EntryAdmin):
    list_display = ("name", "manufacturer_name", "manufacturer", "model", "image_type")
    search_fields = ("name", "manufacturer_name", "model")


@admin.register(FirmwareVersion)
class FirmwareVersionAdmin(EntryAdmin):
    """The Central Products List."""

    list_display = ("hub_model", "version", "chts", "gbcs", "status", "listed_on", "removed_on")
    list_filter = ("status", "hub_model")
    list_select_related = ("hub_model",)
    search_fields = ("version",)


@admin.register(ValidityPeriod)
class ValidityPeriodAdmin(EntryAdmin):
    list_display = (
        "specification",
        "version",
        "installation_from",
        "installation_to",
        "maintenance_to",
        "applicability_to",
    )
    list_filter = ("specification",)


@admin.register(DeviceModel)
class DeviceModelAdmin(EntryAdmin):
    list_display = ("name", "type", "manufacturer", "model")
    list_filter = ("type",)
    search_fields = ("name", "model")


@admin.register(DeviceCombination)
class DeviceCombinationAdmin(EntryAdmin):
    list_display = ("hub_model", "esme", "gsme", "display", "smets")
    list_filter = ("hub_model", "smets")
    list_select_related = ("hub_model", "esme", "gsme", "display")


@admin.register(Cell)
class CellAdmin(RecordAdmin):
    list_display = ("number", "region", "combination", "firmware", "han_variant", "homes")
    list_filter = ("region", "han_variant")
    list_select_related = (
        "combination__hub_model",
        "combination__esme",
        "combination__gsme",
        "combination__display",
        "firmware__hub_model",
    )


@admin.register(ManufacturerKey)
class ManufacturerKeyAdmin(RecordAdmin):
    list_display = ("name", "manufacturer", "valid_from", "valid_to", "registered_by_name", "revoked_at")
    list_filter = ("manufacturer",)
    search_fields = ("name", "fingerprint")


@admin.register(ListImport)
class ListImportAdmin(RecordAdmin):
    list_display = ("file_name", "kind", "state", "added", "changed", "unchanged", "refused", "checked_at")
    list_filter = ("kind", "state")
