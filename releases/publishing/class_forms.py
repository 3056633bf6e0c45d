"""The form of a new version of an urgency class."""

from typing import Any

from django import forms

from portal.pages.forms import DateField, GovForm
from releases.publishing.models import UrgencyClass
from releases.publishing.verbs import ClassFacts
from releases.publishing.verbs.classes import LONGEST


def _days(label: str, hint: str, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(min_value=0, max_value=LONGEST, label=label, help_text=hint, required=required)


class ClassForm(GovForm):
    """A new version of an urgency class."""

    name = forms.ChoiceField(choices=UrgencyClass.Name.choices, label="Class", widget=forms.HiddenInput)
    effective_from = DateField(label="From", help_text="A day after today. The version before it stands until then.")
    meant_for = forms.CharField(max_length=200, label="Meant for")
    deployment_notice_working_days = _days("Notice before deployment", "Working Days; 0 for none.")
    activation_notice_days = _days("Notice before activation", "Clear days; never below 7.")
    activation_notice_working_days = _days(
        "The same in Working Days", "The longer of the two stands; 0 where clear days are enough."
    )
    test_working_days = _days("User-test period", "Working Days; 0 for none.")
    objection_working_days_after_test = _days(
        "Objections after the user tests", "Working Days; empty where there are none before activation.", required=False
    )
    objection_working_days_before_activation = _days(
        "Objections up to this long before the activation",
        "Working Days before the first planned activation; the later of both ends the window. Empty for none.",
        required=False,
    )
    review_ballot_working_days = _days(
        "Review ballot", "Working Days after the first activation; empty where none is held.", required=False
    )
    hypercare_months = _days("Hypercare", "Months from the first activation.")
    reminder_days = _days("Reminders", "Days between reminders to those who have not acknowledged the notice.")
    least_coverage_percent = forms.IntegerField(
        min_value=0,
        max_value=100,
        label="Coverage by user tests",
        required=False,
        help_text="Percent of homes that must be covered before activation; 0 or empty asks for none.",
    )
    needs_second_approver = forms.BooleanField(required=False, label="A second release manager must approve it")
    why = forms.CharField(max_length=2000, label="Why the class changes", widget=forms.Textarea(attrs={"rows": 3}))

    def clean_least_coverage_percent(self) -> int:
        return self.cleaned_data["least_coverage_percent"] or 0

    def facts(self) -> ClassFacts:
        """Return the answers as the value the verb takes."""
        return ClassFacts(**{name: value for name, value in self.cleaned_data.items() if name != "why"})

    @classmethod
    def answers_of(cls, row: UrgencyClass) -> dict[str, Any]:
        """Return the first values: those of the version in force, without its first day."""
        names = [name for name in cls.base_fields if name not in ("effective_from", "why")]
        return {name: getattr(row, name) for name in names}
