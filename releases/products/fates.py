"""What rows of an imported list would do to the list as it is: decided for a chunk of rows with two queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db import models

from releases.products.columns import VALIDITY, VERSIONS, Layout, Value
from releases.products.models import FirmwareVersion, HubModel, ValidityPeriod
from releases.products.models.imports import Fate
from releases.products.tables import Row

Key = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A row's fate in words, and the entry to be written where there is one."""

    row: Row
    fate: Fate
    words: str = ""
    entry: Any = None


class Target(Protocol):
    """A list that rows are written to: how its entries are found and made."""

    @property
    def layout(self) -> Layout: ...

    @property
    def model(self) -> type[models.Model]: ...

    @property
    def written(self) -> Sequence[str]:
        """The fields that a row may change, which are named as its columns are."""
        ...

    def found(self, rows: Sequence[Row]) -> dict[Key, Any]:
        """Return the entries that the rows are about, by key."""
        ...

    def made(self, values: Mapping[str, Value]) -> Any:
        """Return a new entry without its plain fields, or the sentence why there can be none."""
        ...


class Versions:
    """The Central Products List; hub models must be there before their firmware."""

    layout = VERSIONS
    model = FirmwareVersion
    written = ("chts", "gbcs", "image_hash", "status", "listed_on", "removed_on")

    def __init__(self) -> None:
        self.hub_models = {(one.manufacturer, one.model): one for one in HubModel.objects.all()}

    def _hub_model(self, values: Mapping[str, Value]) -> HubModel | None:
        return self.hub_models.get((str(values["manufacturer"]), f"{values['model']}{values['hardware_version']}"))

    def found(self, rows: Sequence[Row]) -> dict[Key, FirmwareVersion]:
        wanted = {str(row.values["firmware_version"]) for row in rows}
        entries = FirmwareVersion.objects.filter(version__in=wanted).select_related("hub_model")
        return {self._key(one): one for one in entries}

    def _key(self, entry: FirmwareVersion) -> Key:
        model = entry.hub_model
        return (model.manufacturer, model.model_number, model.hardware_version, entry.version)

    def made(self, values: Mapping[str, Value]) -> FirmwareVersion | str:
        model = self._hub_model(values)
        if model is None:
            return (
                f"No hub model of manufacturer {values['manufacturer']} with model {values['model']} and hardware "
                f"version {values['hardware_version']} is known: add the hub model first."
            )
        return FirmwareVersion(hub_model=model, version=str(values["firmware_version"]))


class Validity:
    """The validity periods."""

    layout = VALIDITY
    model = ValidityPeriod
    written = ("installation_from", "installation_to", "maintenance_to", "applicability_to")

    def found(self, rows: Sequence[Row]) -> dict[Key, ValidityPeriod]:
        wanted = {str(row.values["version"]) for row in rows}
        return {(one.specification, one.version): one for one in ValidityPeriod.objects.filter(version__in=wanted)}

    def made(self, values: Mapping[str, Value]) -> ValidityPeriod | str:
        return ValidityPeriod(specification=str(values["specification"]), version=str(values["version"]))


def target_of(kind: str) -> Target:
    """Return the list of a kind of import."""
    return Versions() if kind == VERSIONS.kind else Validity()


def decide(target: Target, rows: Iterable[Row]) -> list[Decided]:
    """Return the fate of each row of a chunk. An entry that would change carries its new values already."""
    rows = list(rows)
    there = target.found([row for row in rows if not row.wrong])
    return [_decided(target, row, there) for row in rows]


def _decided(target: Target, row: Row, there: dict[Key, Any]) -> Decided:
    if row.wrong:
        return Decided(row, Fate.REFUSED, " ".join(row.wrong))
    entry = there.get(target.layout.key_of(row.values))
    if entry is None:
        made = target.made(row.values)
        if isinstance(made, str):
            return Decided(row, Fate.REFUSED, made)
        _write(target, made, row.values)
        return Decided(row, Fate.ADDED, "", made)
    changes = _write(target, entry, row.values)
    return Decided(row, Fate.CHANGED if changes else Fate.UNCHANGED, "; ".join(changes), entry)


def _write(target: Target, entry: Any, values: Mapping[str, Value]) -> list[str]:
    """Put the values of a row into an entry, and return in words what they change."""
    changes = []
    for name in target.written:
        was, becomes = getattr(entry, name), values[name]
        becomes = "" if becomes is None and isinstance(was, str) else becomes
        if was != becomes:
            changes.append(f"{name}: {_said(was)} → {_said(becomes)}")
            setattr(entry, name, becomes)
    return changes


def _said(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)


def as_json(values: Mapping[str, Value]) -> dict[str, str | None]:
    """Return the values of a row as they are kept."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def from_kept(target: Target, number: int, subject: str, kept: Mapping[str, str | None]) -> Row:
    """Return a kept row as it was read."""
    values, _ = target.layout.read({name: kept[name] or "" for name in target.layout.names})
    return Row(number, subject, values)
