"""Cohorts: selections of cells over nine axes, as issues, objections and holds name them.

An empty axis selects everything on it, so the empty cohort is the whole fleet. On the supplier axis a cell is
selected when either of its responsible suppliers is; on the display axis PPMIDs and IHDs stand together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from django.db.models import Count, IntegerChoices, Q, QuerySet, Sum, TextChoices

from portal.people.models import Organisation
from portal.workflow.errors import Invalid
from releases.products.models import (
    COHORT_AXES,
    Cell,
    DeviceModel,
    FirmwareVersion,
    HanVariant,
    HubModel,
    Region,
    Selected,
    Smets,
)

T = TypeVar("T")

_LISTED: dict[str, type[TextChoices] | type[IntegerChoices]] = {
    "regions": Region,
    "han_variants": HanVariant,
    "smets": Smets,
}
_LOOKUPS = {
    "hub_models": "combination__hub_model__in",
    "firmware": "firmware__in",
    "regions": "region__in",
    "han_variants": "han_variant__in",
    "esme": "combination__esme__in",
    "gsme": "combination__gsme__in",
    "displays": "combination__display__in",
    "smets": "combination__smets__in",
}


@dataclass(frozen=True, slots=True)
class Cohort:
    """A selection of cells: for each axis the values selected, none for all of them."""

    hub_models: frozenset[int] = frozenset()
    firmware: frozenset[int] = frozenset()
    regions: frozenset[str] = frozenset()
    han_variants: frozenset[str] = frozenset()
    esme: frozenset[int] = frozenset()
    gsme: frozenset[int] = frozenset()
    displays: frozenset[int] = frozenset()
    smets: frozenset[int] = frozenset()
    suppliers: frozenset[int] = frozenset()

    @classmethod
    def of(cls, row: Selected) -> "Cohort":
        """Return the cohort a row names."""
        return cls(**{axis: frozenset(getattr(row, axis)) for axis in COHORT_AXES})

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Cohort":
        """Return the cohort written by `as_json`. Raises Invalid for an unknown axis or a value of a wrong kind."""
        unknown = set(stored) - set(COHORT_AXES)
        if unknown:
            raise Invalid(f"A cohort has no axis {', '.join(sorted(unknown))}.")
        return cls(**{axis: _values(axis, values) for axis, values in stored.items()})

    def as_json(self) -> dict[str, list[int] | list[str]]:
        """Return the selected values by axis, sorted; axes that select everything are left out."""
        return {axis: values for axis, values in self.as_fields().items() if values}

    def as_fields(self) -> dict[str, list[Any]]:
        """Return the values of the axis fields of a `Selected` row, all nine of them, sorted."""
        return {axis.name: sorted(getattr(self, axis.name)) for axis in fields(self)}

    @property
    def is_everything(self) -> bool:
        """Whether every cell is selected."""
        return not any(self.as_fields().values())


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a set of cells is: a home has one hub, so hubs and homes are one figure, counted once."""

    homes: int
    suppliers: int
    cells: int

    @property
    def hubs(self) -> int:
        """The number of hubs: one a home."""
        return self.homes


def _values(axis: str, values: object) -> frozenset[Any]:
    listed = _LISTED.get(axis)
    kind = str if listed and issubclass(listed, TextChoices) else int
    if not isinstance(values, list | tuple) or any(type(value) is not kind for value in values):
        raise Invalid(f"The axis {axis} of a cohort takes a list of {'words' if kind is str else 'numbers'}.")
    if listed and not set(values) <= set(listed.values):
        raise Invalid(f"The axis {axis} of a cohort knows only {', '.join(map(str, listed.values))}.")
    return frozenset(values)


def selection(cohort: Cohort) -> Q:
    """Return the condition on `Cell` that selects the cohort; an empty condition for everything."""
    condition = Q()
    for axis, lookup in _LOOKUPS.items():
        chosen = getattr(cohort, axis)
        if chosen:
            condition &= Q(**{lookup: chosen})
    if cohort.suppliers:
        condition &= supplied_by(cohort.suppliers)
    return condition


def supplied_by(suppliers: Iterable[int]) -> Q:
    """Return the condition on `Cell` that one of these organisations is a responsible supplier."""
    chosen = list(suppliers)
    return Q(electricity_supplier__in=chosen) | Q(gas_supplier__in=chosen)


def cells(cohort: Cohort) -> QuerySet[Cell]:
    """Return the cells of the cohort."""
    return Cell.objects.filter(selection(cohort))


def union(cohorts: Iterable[Cohort]) -> QuerySet[Cell]:
    """Return the cells of at least one of the cohorts; none for no cohort."""
    several = list(cohorts)
    if any(cohort.is_everything for cohort in several):
        return Cell.objects.all()
    condition = Q(pk__in=[])
    for cohort in several:
        condition |= selection(cohort)
    return Cell.objects.filter(condition)


def spanning(cohorts: Iterable[Cohort]) -> Cohort:
    """Return the smallest selection that holds each of the cohorts, which may hold more homes than they do together."""
    several = [cohort.as_fields() for cohort in cohorts]
    open_axes = {axis for fields in several for axis, values in fields.items() if not values}
    closed = [axis for axis in COHORT_AXES if axis not in open_axes]
    return Cohort(**{axis: frozenset(value for fields in several for value in fields[axis]) for axis in closed})


def covers(cohort: Cohort, cell: Cell) -> bool:
    """Return whether the cohort selects the cell; asks nothing of the database when its combination is loaded."""
    return bool(covering([(cohort, cohort)], [cell])[cell.number])


def covering(several: Iterable[tuple[Cohort, T]], cells: Iterable[Cell]) -> dict[int, list[T]]:
    """Return by number of each cell what stands beside the cohorts that select it, in order; as `covers`, for many."""
    narrowing = [
        ([(axis, chosen) for axis in COHORT_AXES if (chosen := getattr(cohort, axis))], what)
        for cohort, what in several
    ]
    found = {}
    for cell in cells:
        facts = _facts(cell)
        found[cell.number] = [
            what for axes, what in narrowing if all(not chosen.isdisjoint(facts[axis]) for axis, chosen in axes)
        ]
    return found


def _facts(cell: Cell) -> dict[str, tuple[Any, ...]]:
    """Return what a cell is on each axis; a device it has not is None, which no cohort names."""
    found = cell.combination
    return {
        "hub_models": (found.hub_model_id,),
        "firmware": (cell.firmware_id,),
        "regions": (cell.region,),
        "han_variants": (cell.han_variant,),
        "esme": (found.esme_id,),
        "gsme": (found.gsme_id,),
        "displays": (found.display_id,),
        "smets": (found.smets,),
        "suppliers": (cell.electricity_supplier_id, cell.gas_supplier_id),
    }


def counts(found: QuerySet[Cell] | Cohort) -> Counts:
    """Return homes, responsible suppliers and cells of a cohort or a set of cells, in one query."""
    rows = cells(found) if isinstance(found, Cohort) else found
    pairs = rows.order_by().values("electricity_supplier", "gas_supplier")
    grouped = list(pairs.annotate(total=Sum("homes"), cells=Count("pk")))
    suppliers = {row[fuel] for row in grouped for fuel in ("electricity_supplier", "gas_supplier")} - {None}
    return Counts(sum(row["total"] for row in grouped), len(suppliers), sum(row["cells"] for row in grouped))


def homes_of_each_supplier(found: QuerySet[Cell]) -> list[tuple[str, int]]:
    """Return the homes of each responsible supplier in a set of cells by its name, the most homes first."""
    homes = homes_by_supplier(found)
    names = dict(Organisation.objects.filter(pk__in=homes).values_list("pk", "name"))
    return sorted(((names[one], count) for one, count in homes.items()), key=lambda pair: (-pair[1], pair[0]))


def homes_by_supplier(found: QuerySet[Cell]) -> dict[int, int]:
    """Return the homes of each responsible supplier in a set of cells, by its id.

    A home with two suppliers is counted for each of them, so the figures do not add up to the total.
    """
    homes: dict[int, int] = {}
    pairs = found.order_by().values("electricity_supplier", "gas_supplier").annotate(total=Sum("homes"))
    for row in pairs:
        for supplier in {row["electricity_supplier"], row["gas_supplier"]} - {None}:
            homes[supplier] = homes.get(supplier, 0) + row["total"]
    return homes


def _names(axis: str, chosen: frozenset[Any]) -> list[str]:
    if axis in _LISTED:
        labels = dict(_LISTED[axis].choices)
        return sorted(str(labels[value]) for value in chosen)
    if axis == "firmware":
        rows = FirmwareVersion.objects.filter(pk__in=chosen).select_related("hub_model")
        return sorted(str(row) for row in rows)
    model = {"hub_models": HubModel, "suppliers": Organisation}.get(axis, DeviceModel)
    return sorted(model._default_manager.filter(pk__in=chosen).values_list("name", flat=True))


_NOUNS = {
    "hub_models": "hub model",
    "firmware": "firmware",
    "regions": "region",
    "han_variants": "HAN variant",
    "esme": "electricity meter",
    "gsme": "gas meter",
    "displays": "display",
    "smets": "devices",
    "suppliers": "supplier",
}


def narrowed(whole: Cohort, to: Cohort) -> Cohort:
    """Return the part of a cohort that a second one names; an axis on which that names nothing stays as it is.

    Raises Invalid where it reaches beyond the whole, axis by axis: the part stays within it however the fleet changes.
    """
    beyond = {axis: getattr(to, axis) - getattr(whole, axis) for axis in COHORT_AXES if getattr(whole, axis)}
    wrong = [f"{_NOUNS[axis]} {' and '.join(_names(axis, values))}" for axis, values in beyond.items() if values]
    if wrong:
        said = f"These homes are not all within the objection’s. Take out {'; '.join(wrong)}."
        raise Invalid(said, {"cohort": [said]})
    return Cohort(**{axis: getattr(to, axis) or getattr(whole, axis) for axis in COHORT_AXES})


def words(cohort: Cohort) -> str:
    """Return the cohort in plain words: "hub model Alder 2; region North or South", or "every hub"."""
    parts = []
    for axis, noun in _NOUNS.items():
        chosen = getattr(cohort, axis)
        if chosen:
            parts.append(f"{noun} {' or '.join(_names(axis, chosen))}")
    return "; ".join(parts) or "every hub"
