"""Forms in which the parties speak: an objection, one that joins it, and their files of evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django import forms

from portal.pages.forms import UkDateTimeField, VersionedForm
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from releases.ballots import queries
from releases.ballots.effects import offering
from releases.ballots.forms import LONG, StepForm
from releases.ballots.models import Objection, Remedy
from releases.ballots.verbs import Grounds
from releases.issues.models import Issue
from releases.products.cohort_forms import CohortForm
from releases.products.cohorts import Cohort, narrowed, spanning, words
from releases.products.models import COHORT_AXES
from releases.publishing.documents import ALLOWED
from releases.publishing.models import Release

CITED, LISTS, WHOLE = "cited", "lists", "release"
SHORT = [(CITED, "As in the issues cited: the smallest selection that holds the homes of each")]
LONG_WAYS = [(LISTS, "Those chosen in the lists below"), (WHOLE, "Every home of this release")]


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


class NarrowForm(StepForm, CohortForm):
    """DCC's statement, and the homes it offers to hold: at first all of the objection's."""

    row: Objection
    answer = forms.CharField(label="DCC’s statement", widget=LONG, help_text="The parties and a committee read it.")
    legend = "Homes you offer to hold"
    advice = "All or a part of the objection’s. Nothing chosen in a list means as the objection has it."
    blamed = ""
    counts = True

    def __init__(self, *args: Any, row: Objection, **kwargs: Any) -> None:
        models = row.release.hub_models.values_list("pk", flat=True)
        super().__init__(*args, row=row, hub_models=models, initial=Cohort.of(row).as_fields(), **kwargs)
        del self.fields["everything"]  # nothing chosen is what the objection has

    def clean(self) -> dict[str, Any]:
        """As sent: the verb judges the homes."""
        return VersionedForm.clean(self) or self.cleaned_data

    def facts(self) -> dict[str, Any]:
        """What the verb is called with."""
        return {"answer": self.cleaned_data["answer"], "seen": self.cleaned_data["seen"], "cohort": self.cohort()}

    def effects(self) -> list[str]:
        """The homes held and let go by what is chosen so far."""
        try:
            part = narrowed(Cohort.of(self.row), to=self.cohort() if self.is_bound else Cohort())
        except Invalid:
            return []  # it is said beside the answers
        return offering(self.row, part)


class LodgeForm(CohortForm):
    """An objection: what is cited, which homes, evidence, remedy.

    Its homes are those of the issues it cites, those of one issue, every home, or what is chosen in the lists.
    """

    supplier = forms.ModelChoiceField(
        Organisation.objects.none(), label="Supplier that objects", empty_label="Choose a supplier"
    )
    issues = forms.ModelMultipleChoiceField(
        Issue.objects.none(), label="Issues cited", widget=forms.CheckboxSelectMultiple
    )
    homes = forms.ChoiceField(label="Homes concerned", initial=CITED, widget=forms.RadioSelect)
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
    field_order = ["supplier", "issues", "homes", "own_homes"]
    first = ("supplier", "issues", "homes", "own_homes")
    blamed = "homes"

    def __init__(self, *args: Any, release: Release, actor: Actor, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": release.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, hub_models=release.hub_models.values_list("pk", flat=True), **kwargs)
        del self.fields["everything"]  # it is one of the answers about the homes
        self.citable = list(queries.citable(release, actor))
        self.offer("supplier", suppliers_of(actor))
        self.offer("issues", queries.citable(release, actor))
        self.offer("homes", [*SHORT, *_like(self.citable), *LONG_WAYS])

    def clean(self) -> dict[str, Any]:
        """Ask for a condition where the homes are those of the lists, and for none where they are others."""
        answers = VersionedForm.clean(self) or self.cleaned_data
        broken = any(axis in self.errors for axis in COHORT_AXES)
        listed = broken or not super().cohort().is_everything
        if answers.get("homes") == LISTS and not listed:
            self.add_error("homes", "Choose homes in the lists, or say that it concerns every home of this release.")
        if answers.get("homes") not in (LISTS, None) and listed:
            self.add_error("homes", "Homes are chosen in the lists below: say that it is those, or clear the lists.")
        return answers

    def cohort(self) -> Cohort:
        """Return the homes as answered so far; nothing answered is every home."""
        answers = self.cleaned_data
        chosen, cited = answers.get("homes"), answers.get("issues") or ()
        like = [issue for issue in self.citable if str(issue.pk) == chosen] if chosen != CITED else cited
        found = super().cohort() if chosen == LISTS else spanning(map(Cohort.of, like))
        supplier = answers.get("supplier")
        own = frozenset({supplier.pk}) if answers.get("own_homes") and supplier else found.suppliers
        return replace(found, suppliers=own)

    @property
    def says_every_home(self) -> bool:
        """Whether every home is meant, and said."""
        return self.cleaned_data.get("homes") == WHOLE

    @property
    def chooses(self) -> bool:
        """Whether the lists stand open: the homes are chosen in them."""
        return self["homes"].value() == LISTS or any(self[axis].value() or self[axis].errors for axis in COHORT_AXES)

    def grounds(self) -> Grounds:
        """What the objector says, as the verb takes it."""
        answers = self.cleaned_data
        return Grounds(
            issues=list(answers["issues"]),
            cohort=self.cohort(),
            evidence=answers["evidence"],
            remedy=answers["remedy"],
            defer_to=answers["defer_to"],
            is_limited=answers["is_limited"],
        )


def _like(issues: Iterable[Issue]) -> list[tuple[str, str]]:
    return [(str(issue.pk), f"As in {issue.reference}: {words(Cohort.of(issue))}") for issue in issues]
