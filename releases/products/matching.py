"""Whether an image belongs to a hub model and a version: every mismatch named field by field. Pure."""

from collections.abc import Iterable
from typing import Protocol

from releases.products.ota import OtaHeader

ANY_HARDWARE = (0, 0xFFFF)


class Model(Protocol):
    """What is asked of a hub model (`releases.products.models.HubModel` fits)."""

    name: str
    manufacturer: str
    image_type: int
    hardware_min: int
    hardware_max: int


def mismatches(header: OtaHeader, models: Iterable[Model], version: str) -> list[str]:
    """Return a sentence for each field in which the image does not fit the hub models or the version.

    A hub model that states no hardware range (0000 to FFFF) is not compared by hardware.
    """
    found = []
    if header.version != version:
        found.append(f"The image holds firmware version {header.version}; the release is of {version}.")
    for model in models:
        found += _of_model(header, model)
    return found


def _of_model(header: OtaHeader, model: Model) -> list[str]:
    found = []
    if header.manufacturer != model.manufacturer:
        found.append(f"The image is of manufacturer {header.manufacturer}; {model.name} is of {model.manufacturer}.")
    if header.image_type != model.image_type:
        found.append(f"The image has type {header.image_type:04X}; {model.name} takes type {model.image_type:04X}.")
    hardware = (model.hardware_min, model.hardware_max)
    if hardware != ANY_HARDWARE and not all(header.fits_hardware(end) for end in hardware):
        found.append(
            f"The image is for hardware {_range(header.min_hardware, header.max_hardware)}; "
            f"{model.name} has hardware {_range(*hardware)}."
        )
    return found


def _range(low: int | None, high: int | None) -> str:
    return f"{low:04X} to {high:04X}"
