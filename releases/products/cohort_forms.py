"""The cohort builder: nine lists of checkboxes, the long ones folded, as issues and holds ask for homes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from portal.pages.forms import VersionedForm
from portal.people.models import Organisation, OrganisationKind
from portal.workflow.errors import Invalid
from releases.products.cohorts import Cohort
from releases.products.models import (
    COHORT_AXES,
    DeviceCombination,
    DeviceModel,
    FirmwareVersion,
    HanVariant,
    HubModel,
    Region,
    Smets,
)

Choice = tuple[Any, str]
OPEN = ("regions", "han_variants", "smets")  # short lists that are not folded
HUB_AXES = 4  # the first of the axes: what the hub is and where
MOST_NAMED = 2  # choices made that are named where a list is folded


class AxisField(forms.TypedMultipleChoiceField):
    """One axis: nothing chosen means everything on it."""

    compact = True

    def __init__(self, label: str, choices: Iterable[Choice] = (), *, coerce: Callable[[Any], Any] = str) -> None:
        super().__init__(
            label=label, choices=list(choices), coerce=coerce, required=False, widget=forms.CheckboxSelectMultiple
        )


@dataclass(frozen=True, slots=True)
class Axis:
    """One list of the cohort as a page shows it: folded under a line that says what is chosen."""

    field: forms.BoundField

    @property
    def chosen(self) -> str:
        """What is chosen in words, the first two by name."""
        picked = {str(value) for value in self.field.value() or ()}
        offered: Any = self.field.field
        names = [label for value, label in offered.choices if str(value) in picked]
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        return ", ".join(names[:MOST_NAMED]) + more or "all"

    @property
    def is_open(self) -> bool:
        """Whether it stands open: it is short, or something is to be put right on it."""
        return self.field.name in OPEN or bool(self.field.errors)


def _rows(rows: QuerySet[Any]) -> list[Choice]:
    return [(row.pk, str(row)) for row in rows]


def choices(hub_models: Iterable[int] | None = None) -> dict[str, list[Choice]]:
    """Return what can be chosen on each axis, limited to what is found in homes with these hub models."""
    models, versions = HubModel.objects.all(), FirmwareVersion.objects.select_related("hub_model")
    combinations = DeviceCombination.objects.order_by()
    if hub_models is not None:
        numbers = list(hub_models)
        models, versions = models.filter(pk__in=numbers), versions.filter(hub_model__in=numbers)
        combinations = combinations.filter(hub_model__in=numbers)
    found = combinations.values_list("esme", "gsme", "display")
    esme, gsme, displays = (set(column) for column in zip(*found, strict=True)) if found else (set(), set(), set())
    devices = DeviceModel.objects.in_bulk((esme | gsme | displays) - {None})
    by_name = sorted(devices.values(), key=str)
    suppliers = Organisation.objects.filter(kind=OrganisationKind.SUPPLIER).order_by("name")
    return {
        "hub_models": _rows(models),
        "firmware": _rows(versions),
        "regions": list(Region.choices),
        "han_variants": list(HanVariant.choices),
        "esme": [(one.pk, one.name) for one in by_name if one.pk in esme],
        "gsme": [(one.pk, one.name) for one in by_name if one.pk in gsme],
        "displays": [(one.pk, str(one)) for one in by_name if one.pk in displays],
        "smets": list(Smets.choices),
        "suppliers": _rows(suppliers),
    }


class CohortForm(VersionedForm):
    """Base of forms that ask for a cohort; nobody selects every home by leaving everything empty."""

    hub_models = AxisField("Hub models", coerce=int)
    firmware = AxisField("Firmware the hub runs", coerce=int)
    regions = AxisField("Regions")
    han_variants = AxisField("HAN variants")
    esme = AxisField("Electricity meters", coerce=int)
    gsme = AxisField("Gas meters", coerce=int)
    displays = AxisField("Displays", coerce=int)
    smets = AxisField("Devices", coerce=int)
    suppliers = AxisField("Suppliers", coerce=int)
    everything = forms.BooleanField(label="It concerns every home", required=False)
    template_name = "products/cohort_form.html"
    first: tuple[str, ...] = ()  # fields asked before what a page puts between
    legend = "Homes it concerns"
    advice = "As narrowly as you can. Nothing chosen in a list means everything on it."
    blamed = "everything"  # the field beside which a wrong cohort is said

    def __init__(self, *args: Any, hub_models: Iterable[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis, rows in choices(hub_models).items():
            self.offer(axis, rows)

    def clean(self) -> dict[str, Any]:
        """Ask for at least one condition, or for the word that every home is meant."""
        answers = super().clean() or self.cleaned_data
        broken = any(axis in self.errors for axis in COHORT_AXES)
        if not broken and self.cohort().is_everything and not answers.get("everything"):
            self.add_error("everything", "Choose the homes it concerns, or say that it concerns every home.")
        return answers

    @property
    def before(self) -> list[forms.BoundField]:
        """The fields that are asked first."""
        return [self[name] for name in self.first]

    @property
    def after(self) -> list[forms.BoundField]:
        """The fields asked next: all that are neither first nor of the cohort."""
        names = {*self.first, *COHORT_AXES, "everything"}
        return [field for field in self if field.name not in names]

    @property
    def axes(self) -> list[Axis]:
        """The lists of the cohort, each with what is chosen on it in words."""
        return [Axis(self[name]) for name in COHORT_AXES]

    @property
    def columns(self) -> list[list[Axis]]:
        """The lists in two columns, what the hub is and what stands around it; a list that opens moves no other."""
        return [self.axes[:HUB_AXES], self.axes[HUB_AXES:]]

    def cohort(self) -> Cohort:
        """Return the selection made so far; what could not be read is left out."""
        chosen = {axis: frozenset(self.cleaned_data.get(axis) or ()) for axis in COHORT_AXES}
        return Cohort(**chosen)

    def add_refusal(self, refusal: Invalid) -> None:
        """Show what is wrong with the cohort beside the field that asks for it."""
        fields = {(self.blamed if name == "cohort" else name): said for name, said in refusal.fields.items()}
        super().add_refusal(Invalid(refusal.reason, fields))
