"""Rows of products: what is listed, what is found in homes, images."""

from releases.products.models.catalogue import (
    Cell,
    DeviceCombination,
    DeviceModel,
    FirmwareVersion,
    HanVariant,
    HubModel,
    Region,
    Smets,
    ValidityPeriod,
)
from releases.products.models.cohorts import COHORT_AXES, Selected
from releases.products.models.images import Image, ImageScan, ImageSignature, ManufacturerKey
from releases.products.models.imports import Fate, ImportLine, ListImport

__all__ = [
    "COHORT_AXES",
    "Cell",
    "DeviceCombination",
    "DeviceModel",
    "Fate",
    "FirmwareVersion",
    "HanVariant",
    "HubModel",
    "Image",
    "ImageScan",
    "ImageSignature",
    "ImportLine",
    "ListImport",
    "ManufacturerKey",
    "Region",
    "Selected",
    "Smets",
    "ValidityPeriod",
]
