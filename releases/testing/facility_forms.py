"""Forms of the facilities: environments, closures, rigs."""

from typing import Any

from django import forms

from portal.pages.forms import GovForm, UkDateTimeField, VersionedForm
from releases.products.models import HubModel
from releases.testing import opening
from releases.testing.models import Environment, Rig
from releases.testing.verbs import EnvironmentFacts, RigFacts


class HoursField(forms.CharField):
    """Opening hours of a day, "08:00 to 18:00"; cleans to (opens, closes), or None for closed."""

    def clean(self, value: Any) -> Any:
        """Return the hours or raise the sentence that says what is wrong."""
        try:
            return opening.parse(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class EnvironmentForm(VersionedForm):
    """An environment: name, capacity and opening hours."""

    name = forms.CharField(label="Name", max_length=60)
    is_shared = forms.BooleanField(
        label="Shared", required=False, help_text="An own lab is not shared: its places are not counted."
    )
    places = forms.IntegerField(
        label="Places", help_text="How many windows at once.", widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    always = forms.BooleanField(label="Open at all hours", required=False, help_text="The hours below do not count.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(opening.WEEKDAYS, start=1):
            self.fields[f"day_{number}"] = HoursField(
                label=name,
                required=False,
                max_length=20,
                help_text="Like 08:00 to 18:00, London time; empty: closed." if number == 1 else "",
                widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
            )

    @staticmethod
    def answers_of(row: Environment) -> dict[str, Any]:
        """Return the answers that describe an environment as it is."""
        hours = {f"day_{day}": f"{opens} to {closes}" for day, (opens, closes) in row.hours.items()}
        facts = {"name": row.name, "is_shared": row.is_shared, "places": row.places, "seen": row.version}
        return {**facts, "always": not row.hours, **hours}

    def clean(self) -> dict[str, Any]:
        """Ask for hours on at least one day, or for all of them."""
        answers: dict[str, Any] = super().clean() or {}
        if not self.errors and not answers["always"] and not self._week():
            self.add_error("always", "Give the opening hours of a day at least, or tick Open at all hours.")
        return answers

    def _week(self) -> opening.Week:
        days = {number: self.cleaned_data.get(f"day_{number}") for number in range(1, 8)}
        return {number: hours for number, hours in days.items() if hours}

    def facts(self) -> EnvironmentFacts:
        """Return what the verb takes."""
        answers = self.cleaned_data
        week = {} if answers["always"] else self._week()
        return EnvironmentFacts(answers["name"], answers["places"], answers["is_shared"], week)


class ClosureForm(GovForm):
    """From when until when an environment is closed, and why."""

    start = UkDateTimeField(label="From")
    end = UkDateTimeField(label="To")
    why = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 3}), help_text="Bookers read it.")


class RigForm(VersionedForm):
    """A rig and the hub models it holds."""

    name = forms.CharField(label="Name", max_length=60)
    hub_models = forms.ModelMultipleChoiceField(
        HubModel.objects.order_by("name"), label="Hub models", widget=forms.CheckboxSelectMultiple
    )
    in_use = forms.BooleanField(
        label="In use", required=False, initial=True, help_text="A rig out of use takes no new windows."
    )

    @staticmethod
    def answers_of(rig: Rig) -> dict[str, Any]:
        """Return the answers that describe a rig as it is."""
        models = list(rig.hub_models.values_list("pk", flat=True))
        return {"name": rig.name, "hub_models": models, "in_use": rig.in_use, "seen": rig.version}

    def facts(self) -> RigFacts:
        """Return what the verb takes."""
        answers = self.cleaned_data
        return RigFacts(answers["name"], list(answers["hub_models"]), answers["in_use"])
