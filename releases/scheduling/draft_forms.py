"""Forms of the pages about draft schedules."""

from datetime import date
from typing import Any

from django import forms

from portal.pages.forms import DateField, VersionedForm
from portal.workflow.said import LONGEST
from releases.scheduling.drafted import Placed
from releases.scheduling.editing import Edit
from releases.scheduling.frames import words
from releases.scheduling.verbs import Choices
from releases.scheduling.verbs.drafting import MOST_SEED

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NARROW = forms.NumberInput(attrs={"class": "govuk-input--width-10"})


class SolveForm(VersionedForm):
    """How a draft is made."""

    avoid = forms.FloatField(
        label="Weight of a night that a party would rather avoid",
        min_value=0,
        max_value=1,
        initial=1,
        help_text="From 0 to 1.",
    )
    outside = forms.FloatField(
        label="Weight of a night outside the weeks that a party prefers",
        min_value=0,
        max_value=1,
        initial=0.25,
        help_text="From 0 to 1. A party that prefers no week has no such nights.",
    )
    left_out = forms.TypedMultipleChoiceField(
        label="Days of the week to leave out",
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Besides those that the exercise does not allow.",
    )
    seed = forms.IntegerField(
        label="Seed", min_value=0, max_value=MOST_SEED, initial=1, help_text="The same seed gives the same schedule."
    )

    @property
    def choices(self) -> Choices:
        """What was answered, as the verb takes it."""
        return Choices(**{name: self.cleaned_data[name] for name in ("seed", "avoid", "outside", "left_out")})


class EditForm(VersionedForm):
    """Homes of one group, from one day to another."""

    whence = forms.TypedChoiceField(label="From", coerce=date.fromisoformat)
    to = DateField(label="To", help_text="For example 9 1 2017")
    homes = forms.IntegerField(label="Homes", min_value=1, widget=NARROW)
    why = forms.CharField(label="Why it is changed", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, group: Placed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.offer("whence", [(one.day.isoformat(), f"{words(one.day)}: {one.homes:,} homes") for one in group.days])

    @property
    def edit(self) -> Edit:
        """What was answered, as the verb takes it."""
        answers = {name: self.cleaned_data[name] for name in ("whence", "to", "homes")}
        return Edit(group=self.group.number - 1, **answers)
