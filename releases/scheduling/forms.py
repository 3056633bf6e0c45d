"""Forms of the pages about scheduling exercises."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from portal.pages.contributions import Capacity
from portal.pages.forms import DateField, GovForm, UkDateTimeField, VersionedForm
from portal.workflow.said import LONGEST
from releases.products.models import Region
from releases.scheduling import lines
from releases.scheduling.frames import words
from releases.scheduling.models import Exercise
from releases.scheduling.states import ExerciseState
from releases.scheduling.verbs import Terms
from releases.scheduling.wishes import Wishes, named

TEXT = forms.Textarea(attrs={"rows": 4})
MOST = 100_000_000
NARROW = forms.NumberInput(attrs={"class": "govuk-input--width-10"})


class ExerciseForm(VersionedForm):
    """What DCC sets; a region without a number of homes is not asked."""

    first = DateField(label="First day of the horizon", help_text="For example 9 1 2017")
    last = DateField(label="Last day of the horizon", help_text="For example 9 6 2017")
    weekends = forms.BooleanField(label="Allow Saturdays and Sundays", required=False)
    bank_holidays = forms.BooleanField(label="Allow bank holidays", required=False)
    deployment_on = DateField(
        label="Deployment begins on", help_text="Before the nights: it does not disturb homes. Activation is scheduled."
    )
    closes_at = UkDateTimeField(label="Statements are taken until", help_text="For example 16 1 2017 at 17:00")

    def __init__(self, *args: Any, stated: Mapping[str, Capacity] = {}, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for region in Region:
            self.fields[f"capacity_{region.value}"] = forms.IntegerField(
                label=f"Homes a night in {region.label}",
                required=False,
                min_value=0,
                max_value=MOST,
                widget=NARROW,
                help_text=f"{_what_is_stated(stated.get(region.value))} Leave it empty where the region is not asked.",
            )
        self.order_fields(["first", "last", *(f"capacity_{region.value}" for region in Region)])

    @property
    def terms(self) -> Terms:
        """What was answered, as the verbs take it."""
        chosen = self.cleaned_data
        stated = {region.value: chosen.get(f"capacity_{region.value}") for region in Region}
        return Terms(
            first=chosen["first"],
            last=chosen["last"],
            capacity={region: homes for region, homes in stated.items() if homes is not None},
            weekends=chosen["weekends"],
            bank_holidays=chosen["bank_holidays"],
            deployment_on=chosen["deployment_on"],
            closes_at=chosen["closes_at"],
        )


def _what_is_stated(one: Capacity | None) -> str:
    if one is None:
        return "What its CSP can activate in one night."
    return f"{one.stated_by} states {one.homes:,} homes; enter fewer where other releases share the nights."


def first_capacity(stated: Mapping[str, Capacity], homes: Mapping[str, int]) -> dict[str, int]:
    """Return what its CSP states for each region in which there are homes, as first answers of `ExerciseForm`."""
    return {f"capacity_{region}": one.homes for region, one in stated.items() if one.homes and homes.get(region)}


def first_terms(exercise: Exercise) -> dict[str, Any]:
    """Return the terms of an exercise as they stand, for `ChangeForm`."""
    names = ("first", "last", "weekends", "bank_holidays", "deployment_on", "closes_at")
    capacity = {f"capacity_{region}": homes for region, homes in exercise.capacity.items()}
    return {name: getattr(exercise, name) for name in names} | capacity | {"seen": exercise.version}


class ChangeForm(ExerciseForm):
    """Other terms, with the reason; of an exercise that is closed the closing time is not asked."""

    why = forms.CharField(label="Why it changes", max_length=LONGEST, widget=TEXT, help_text="Every party reads it.")

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        super().__init__(*args, initial=first_terms(exercise), **kwargs)
        if exercise.state != ExerciseState.OPEN:
            self.fields["closes_at"].disabled = True
            self.fields["closes_at"].widget = forms.HiddenInput()


class StatementForm(VersionedForm):
    """What one party states."""

    firm = forms.CharField(
        label="Days you rule out, with the reason",
        required=False,
        max_length=20_000,
        widget=TEXT,
    )
    soft = forms.CharField(
        label="Days you would rather avoid",
        required=False,
        max_length=20_000,
        widget=TEXT,
        help_text="One period a line, in the same way; a reason is not needed. The schedule avoids them where it can.",
    )
    preferred = forms.MultipleChoiceField(
        label="Weeks that suit you best", required=False, widget=forms.CheckboxSelectMultiple
    )
    shares_reasons = forms.BooleanField(
        label="Share our reasons with the other parties",
        required=False,
        help_text="Others see how many nights you rule out in any case. DCC always reads the reasons.",
    )
    remark = forms.CharField(label="Anything else for DCC", required=False, max_length=LONGEST, widget=TEXT)

    def __init__(self, *args: Any, exercise: Exercise, homes: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weeks = [(week.isoformat(), f"Week of {words(week)}") for week in exercise.frame.weeks()]
        self.offer("preferred", weeks)
        self.fields["firm"].help_text = f"{_one_a_line(exercise)} None of your homes there is activated on these days."
        for region in exercise.capacity:
            self.fields[f"limit_{region}"] = forms.IntegerField(
                label=f"Most homes a night in {Region(region).label}",
                required=False,
                min_value=0,
                max_value=MOST,
                widget=NARROW,
                help_text=f"You have {homes.get(region, 0):,} homes there. Leave it empty for no limit.",
            )
        self.regions = list(exercise.capacity)
        self.order_fields(["firm", "soft", "preferred", *(f"limit_{region}" for region in self.regions)])

    def has_seen(self, version: int) -> None:
        """Send with the page shown again that it has shown this version of what stands."""
        self.data = {name: self.data[name] for name in self.data} | {"seen": str(version)}

    def clean(self) -> dict[str, Any]:
        """Read the lines; each that cannot be read is named."""
        chosen = dict(super().clean() or self.cleaned_data)
        for name in ("firm", "soft"):
            chosen[name], wrong = lines.read(chosen.get(name, ""), firm=name == "firm")
            for sentence in wrong:
                self.add_error(name, sentence)
        return chosen

    @property
    def wishes(self) -> Wishes:
        """What was answered, as the verb takes it."""
        chosen = self.cleaned_data
        limits = {region: chosen[f"limit_{region}"] for region in self.regions}
        return Wishes(
            blackouts=[*chosen["firm"], *chosen["soft"]],
            preferred=[date.fromisoformat(week) for week in chosen["preferred"]],
            limits={region: homes for region, homes in limits.items() if homes is not None},
            shares_reasons=chosen["shares_reasons"],
            remark=chosen["remark"],
        )


def _one_a_line(exercise: Exercise) -> str:
    """How blackouts are written, each with its region where there is a choice."""
    how = f"One period a line, like “{lines.EXAMPLE}”."
    if len(exercise.capacity) == 1:
        return how
    one = f"{lines.PERIOD} in {exercise.regions[-1]}: install peak"
    return f"{how} It holds in every region, {named(list(exercise.capacity))}, unless you name one: “{one}”."


def stated(wishes: Wishes) -> dict[str, Any]:
    """Return what a party stated as the first answers of `StatementForm`."""
    limits = {f"limit_{region}": homes for region, homes in wishes.limits.items()}
    return limits | {
        "firm": lines.write(one for one in wishes.blackouts if one.firm),
        "soft": lines.write(one for one in wishes.blackouts if not one.firm),
        "preferred": [week.isoformat() for week in wishes.preferred],
        "shares_reasons": wishes.shares_reasons,
        "remark": wishes.remark,
    }


class ReasonForm(VersionedForm):
    why = forms.CharField(label="Reason", max_length=LONGEST, widget=TEXT, help_text="Every party reads it.")


class ReopenForm(ReasonForm):
    closes_at = UkDateTimeField(label="Statements are taken until", help_text="For example 18 1 2017 at 17:00")
    field_order = ["closes_at", "why"]


class ExerciseFilter(GovForm):
    """What the list of exercises shows."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *ExerciseState.choices])
    release = forms.CharField(label="Release reference", required=False, max_length=20)
