"""Forms of the issue pages."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from portal.pages.forms import GovForm, UkDateTimeField, VersionedForm
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from releases.holds.models import Stage
from releases.issues import queries
from releases.issues.models import Category, Comment, Issue
from releases.issues.states import IssueState
from releases.issues.verbs import Correction, Finding
from releases.products.cohort_forms import CohortForm
from releases.publishing.documents import ALLOWED
from releases.publishing.models import Release

TEXT = forms.Textarea(attrs={"rows": 6})
REASON = forms.Textarea(attrs={"rows": 3})
SEVERITIES = {
    1: ("1: loss of supply, or safety", "DCC acknowledges within 4 hours."),
    2: ("2: severe for many customers", "DCC acknowledges within 1 Working Day."),
    3: ("3: a function fails, with a way round", "DCC acknowledges within 3 Working Days."),
    4: ("4: a nuisance", ""),
    5: ("5: cosmetic", ""),
}


def evidence_field() -> forms.FileField:
    """Return the field for a file of evidence; the verb judges the file."""
    return forms.FileField(
        label="Evidence", required=False, help_text=f"At most 20 MB: {ALLOWED}. Its content is checked."
    )


class FilterForm(GovForm):
    """What the list of issues shows."""

    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any"), ("open", "Not ended"), *IssueState.choices]
    )
    category = forms.ChoiceField(label="Category", required=False, choices=[("", "Any"), *Category.choices])
    severity = forms.TypedChoiceField(
        label="Severity",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Any"), *((number, words) for number, (words, _) in SEVERITIES.items())],
    )
    release = forms.CharField(label="Release reference", required=False, max_length=20)
    words = forms.CharField(label="Words in it", required=False, max_length=100)
    mine = forms.BooleanField(label="Raised by us", required=False)
    followed = forms.BooleanField(label="That I follow", required=False)


class RaiseForm(CohortForm):
    """What was found, and in which homes."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="Raised for", empty_label="Choose an organisation"
    )
    title = forms.CharField(label="What is wrong, in a few words", max_length=160)
    description = forms.CharField(
        label="Description", widget=TEXT, help_text="What happens, how often, and how to see it."
    )
    category = forms.ChoiceField(label="Category", choices=[("", "Choose a category"), *Category.choices])
    severity = forms.TypedChoiceField(
        label="Severity",
        coerce=int,
        widget=forms.RadioSelect,
        choices=[(number, words) for number, (words, _) in SEVERITIES.items()],
    )
    file = evidence_field()
    field_order = ["organisation", "title", "description", "category", "severity", "file"]
    first = ("organisation", "title", "description")

    def __init__(self, *args: Any, release: Release, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, hub_models=release.hub_models.values_list("pk", flat=True), **kwargs)
        own = queries.raising_for(actor)
        self.offer("organisation", own)
        self.initial.setdefault("organisation", own[0] if len(own) == 1 else None)
        self.fields["file"].help_text += " Choose it last: a page that is shown again forgets it."
        self.order_fields(self.field_order)
        hints = {str(number): hint for number, (_, hint) in SEVERITIES.items() if hint}
        self.fields["severity"].option_hints = hints  # type: ignore[attr-defined]  # read by the field template

    def words(self) -> str:
        """Return what was said so far, to find issues that are alike."""
        return " ".join(str(self.cleaned_data.get(name) or "") for name in ("title", "description"))

    def finding(self) -> Finding:
        """Return the answers as the verb takes them."""
        answers = self.cleaned_data
        names = ("title", "description", "category", "severity")
        return Finding(**{name: answers[name] for name in names}, cohort=self.cohort())


class CorrectForm(CohortForm):
    """What DCC finds to be right: category, severity and homes, with the reason."""

    category = forms.ChoiceField(label="Category", choices=Category.choices)
    severity = forms.TypedChoiceField(
        label="Severity",
        coerce=int,
        widget=forms.RadioSelect,
        choices=[(number, words) for number, (words, _) in SEVERITIES.items()],
    )
    why = forms.CharField(label="Reason", widget=REASON)
    field_order = ["category", "severity", "why"]

    def __init__(self, *args: Any, issue: Issue, **kwargs: Any) -> None:
        right = Correction.of(issue)
        now = {"category": right.category, "severity": right.severity, "everything": right.cohort.is_everything}
        kwargs["initial"] = {"seen": issue.version, **now, **right.cohort.as_fields()}
        super().__init__(*args, hub_models=issue.release.hub_models.values_list("pk", flat=True), **kwargs)

    def correction(self) -> Correction:
        """Return the answers as the verb takes them."""
        answers = self.cleaned_data
        return Correction(category=answers["category"], severity=answers["severity"], cohort=self.cohort())


class WhyForm(VersionedForm):
    """Why, and the version the person has seen; the verb says where a reason is needed."""

    why = forms.CharField(label="Why", required=False, widget=REASON)


class DuplicateForm(WhyForm):
    original = forms.ModelChoiceField(Issue.objects.none(), label="The issue it repeats", empty_label="Choose an issue")
    field_order = ["original", "why"]

    def __init__(self, *args: Any, issue: Issue, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("original", queries.possible_originals(issue, actor))


class CommentForm(GovForm):
    """A remark, and a file of evidence where there is one; the verb judges the file."""

    text = forms.CharField(label="Comment", widget=REASON)
    file = evidence_field()
    audience = forms.ChoiceField(label="Who may read it", choices=Comment.Audience.choices, widget=forms.RadioSelect)


class IncidentForm(VersionedForm):
    """The number of an issue in a service desk elsewhere."""

    incident = forms.CharField(label="Incident number", required=False, max_length=40)
    incident_url = forms.URLField(
        label="Its address", required=False, assume_scheme="https", help_text="For example https://desk.example/INC-1"
    )
    field_order = ["incident", "incident_url"]


class ReproducedForm(VersionedForm):
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="Reproduced by", empty_label=None)
    why = forms.CharField(label="How it was reproduced", widget=REASON)

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("organisation", organisations)


class HoldForm(VersionedForm):
    """Hold an issue's cohort."""

    stage = forms.ChoiceField(label="What it stops", choices=Stage.choices, widget=forms.RadioSelect)
    review_at = UkDateTimeField(label="Review", required=False, help_text="When DCC looks at it again.")
