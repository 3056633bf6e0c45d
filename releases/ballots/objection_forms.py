"""Forms in which the parties speak: an objection, one that joins it, and their files of evidence."""

from collections.abc import Sequence
from typing import Any

from django import forms

from portal.pages.forms import UkDateTimeField, VersionedForm
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from releases.ballots import queries
from releases.ballots.forms import LONG, StepForm
from releases.ballots.models import Objection, Remedy
from releases.ballots.verbs import Grounds
from releases.issues.models import Issue
from releases.products.cohorts import Cohort, words
from releases.publishing.documents import ALLOWED
from releases.publishing.models import Release

WHOLE = "release"


def suppliers_of(actor: Actor) -> Any:
    """The suppliers this person may act for today."""
    return Organisation.objects.filter(pk__in=actor.suppliers).order_by("name")


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"multiple": True})


class FilesField(forms.FileField):
    """Any number of files of evidence; the verb judges them. Cleans to a list."""

    widget = FilesInput

    def __init__(self, *, label: str = "Files of evidence", required: bool = False) -> None:
        said = f"Each at most 20 MB: {ALLOWED}. Its content is checked. A page that is shown again forgets them."
        super().__init__(label=label, required=required, help_text=said)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check each file as one is checked."""
        given = data if isinstance(data, Sequence) else [data] if data else []
        if not given and self.required:
            return super().clean(None)
        return [super(FilesField, self).clean(one) for one in given]


class JoinForm(StepForm):
    supplier = forms.ModelChoiceField(
        Organisation.objects.none(), label="Supplier that joins", empty_label="Choose a supplier"
    )
    statement = forms.CharField(label="Statement", widget=LONG, required=False)
    exhibits = FilesField()

    def prepare(self) -> None:
        field = forms.ModelChoiceField(
            suppliers_of(self.actor), label="Supplier that joins", empty_label="Choose a supplier"
        )
        self.fields["supplier"] = field


class EvidenceForm(StepForm):
    """Files of a party beside the text of an objection."""

    row: Objection
    supplier = forms.ModelChoiceField(Organisation.objects.none(), label="On behalf of", empty_label=None)
    exhibits = FilesField(required=True)

    def prepare(self) -> None:
        joined = self.row.joinders.values("organisation")
        own = suppliers_of(self.actor)
        self.offer("supplier", own.filter(pk=self.row.organisation_id) | own.filter(pk__in=joined))


class LodgeForm(VersionedForm):
    """An objection: what is cited, which homes, evidence, remedy."""

    supplier = forms.ModelChoiceField(Organisation.objects.none(), label="Supplier that objects")
    issues = forms.ModelMultipleChoiceField(Issue.objects.none(), label="Issues cited")
    cohort = forms.ChoiceField(label="Homes concerned", widget=forms.RadioSelect)
    own_homes = forms.BooleanField(label="Only homes of this supplier", required=False)
    is_limited = forms.TypedChoiceField(
        label="What must wait until this is settled?",
        choices=[("no", "Activation of the whole release"), ("yes", "Activation in these homes only")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    evidence = forms.CharField(
        label="Evidence", widget=LONG, help_text="What was seen, where, how often, how to see it."
    )
    exhibits = FilesField()
    remedy = forms.ChoiceField(label="Remedy sought", choices=Remedy.choices, widget=forms.RadioSelect)
    defer_to = UkDateTimeField(label="Defer to", required=False, help_text="Only where you ask for a deferral.")

    def __init__(self, *args: Any, release: Release, actor: Actor, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": release.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.citable = list(queries.citable(release, actor))
        self.fields["supplier"] = forms.ModelChoiceField(
            suppliers_of(actor), label="Supplier that objects", empty_label="Choose a supplier"
        )
        self.fields["issues"] = forms.ModelMultipleChoiceField(
            queries.citable(release, actor), label="Issues cited", widget=forms.CheckboxSelectMultiple
        )
        like = [(str(issue.pk), f"As in {issue.reference}: {words(Cohort.of(issue))}") for issue in self.citable]
        self.fields["cohort"] = forms.ChoiceField(
            label="Homes concerned",
            choices=[*like, (WHOLE, "Every home of this release")],
            widget=forms.RadioSelect,
        )

    def grounds(self) -> Grounds:
        """What the objector says, as the verb takes it."""
        answers = self.cleaned_data
        chosen = next((issue for issue in self.citable if str(issue.pk) == answers["cohort"]), None)
        axes = Cohort.of(chosen).as_json() if chosen else {}
        if answers["own_homes"]:
            axes["suppliers"] = [answers["supplier"].pk]
        return Grounds(
            issues=list(answers["issues"]),
            cohort=Cohort.from_json(axes),
            evidence=answers["evidence"],
            remedy=answers["remedy"],
            defer_to=answers["defer_to"],
            is_limited=answers["is_limited"],
        )
