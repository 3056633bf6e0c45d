"""Forms of the catalogue of test cases."""

from typing import Any

from django import forms

from portal.pages.forms import GovForm
from releases.testing.catalogue import CaseFacts
from releases.testing.models import TestCase
from releases.testing.verbs.cases import LONGEST_TITLE


def _why(label: str) -> forms.CharField:
    return forms.CharField(max_length=2000, label=label, widget=forms.Textarea(attrs={"rows": 3}))


class ReviseCaseForm(GovForm):
    """The next edition of a case."""

    title = forms.CharField(max_length=LONGEST_TITLE, label="Title")
    purpose = forms.CharField(label="What it is for", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    steps = forms.CharField(
        label="Steps", max_length=5000, help_text="One a line.", widget=forms.Textarea(attrs={"rows": 6})
    )
    why = _why("Why the catalogue changes")

    def facts(self, code: str = "") -> CaseFacts:
        """Return the answers as the value the verb takes."""
        answers = self.cleaned_data
        return CaseFacts.of(code or answers["code"], answers["title"], answers["purpose"], answers["steps"])

    @staticmethod
    def answers_of(case: TestCase) -> dict[str, Any]:
        """Return the first values: those of the edition in force."""
        return {"title": case.title, "purpose": case.purpose, "steps": case.steps}


class AddCaseForm(ReviseCaseForm):
    """A case that is new."""

    code = forms.CharField(
        max_length=12,
        label="Code",
        help_text="Short, in capital letters; it stays through all editions.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    field_order = ["code"]


class RetireCaseForm(GovForm):
    """Why a case leaves the catalogue."""

    why = _why("Why the case is retired")
