"""Forms of the testing pages."""

from collections.abc import Collection
from typing import Any

from django import forms

from portal.pages.forms import GovForm, UkDateTimeField, VersionedForm
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from releases.products.models import HubModel
from releases.publishing.models import Release
from releases.testing import facilities, queries
from releases.testing.models import Environment, Rig, TestCase, TestResult, TestWindow
from releases.testing.result_forms import NeededField, SeenForm, evidence_field, version_field
from releases.testing.states import WindowState
from releases.testing.verbs import Found

REASON = forms.Textarea(attrs={"rows": 3})
LISTED_COMBINATIONS = 30  # the heaviest; a window without any named takes results on every combination


class FilterForm(GovForm):
    """What the list of windows shows."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *WindowState.choices])
    release = forms.CharField(label="Release reference", required=False, max_length=20)
    environment = forms.ModelChoiceField(
        Environment.objects.all(), label="Environment", required=False, empty_label="Any", to_field_name="slug"
    )


class SmallCheckboxes(forms.TypedMultipleChoiceField):
    """Checkboxes in the small size, for long lists."""

    compact = True


def rig_words(rig: Rig) -> str:
    """Return a rig as a list offers it: "UIT-A: Rig 1 – Alder 1, Birch 2"."""
    return f"{rig.environment}: {rig} – {', '.join(model.name for model in rig.hub_models.all())}"


class BookForm(GovForm):
    """Where and when to test, for whom, and on which combinations."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="Supplier", empty_label="Choose a supplier"
    )
    environment = forms.ModelChoiceField(Environment.objects.all(), label="Environment", empty_label="Choose one")
    start = UkDateTimeField(label="From")
    end = UkDateTimeField(label="To")
    hub_model = forms.ModelChoiceField(
        HubModel.objects.none(), label="Hub model", required=False, empty_label="Any of this release"
    )
    rigs = SmallCheckboxes(
        label="Rigs",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Rigs of the environment you choose. None chosen: a place without a rig.",
    )
    combinations = SmallCheckboxes(
        label="Combinations to test",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="The heaviest first. None chosen: any combination of the hub model.",
    )

    again = forms.BooleanField(label="Book another window for the same at the same time", required=False)

    def __init__(self, *args: Any, release: Release, actor: Actor, asked: Collection[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.another = self.fields["again"]
        if "again" not in self.data:
            del self.fields["again"]  # asked only where there is such a window
        suppliers = queries.suppliers_of(actor)
        self.offer("organisation", suppliers)
        self.initial.setdefault("organisation", suppliers[0] if len(suppliers) == 1 else None)
        self.offer("hub_model", release.hub_models.order_by("name"))
        self.known_rigs = {rig.pk: rig for rig in facilities.rigs_for(release)}
        self.offer("rigs", [(pk, rig_words(rig)) for pk, rig in self.known_rigs.items()])
        if not self.known_rigs:
            del self.fields["rigs"]
        known = queries.combinations(release)
        heaviest = {one.pk for one in known[:LISTED_COMBINATIONS]} | set(asked)
        self.known = {one.pk: one for one in known if one.pk in heaviest}
        self.initial.setdefault("combinations", [pk for pk in self.known if pk in asked])
        homes = [(pk, f"{one} – {one.homes:,} homes") for pk, one in self.known.items()]  # type: ignore[attr-defined]
        self.offer("combinations", homes)

    def answers(self, *, waits: bool) -> dict[str, Any]:
        """Return what the verb takes: that of booking, or that of waiting."""
        answers = {name: value for name, value in self.cleaned_data.items() if name != "again" or not waits}
        chosen = [self.known[pk] for pk in self.cleaned_data["combinations"]]
        rigs = [self.known_rigs[pk] for pk in self.cleaned_data.get("rigs", ())]
        return {**answers, "combinations": chosen, "rigs": rigs}

    def add_refusal(self, refusal: Invalid) -> None:
        """Ask whether a second window is meant, where there is one already."""
        if "again" in refusal.fields:
            self.fields["again"] = self.another
        super().add_refusal(refusal)


class CancelForm(VersionedForm):
    why = forms.CharField(label="Why", required=False, widget=REASON)


class ResultForm(SeenForm, VersionedForm):
    """Results of one combination: an outcome for each case, left empty where nothing is to be said."""

    combination = forms.ChoiceField(label="Combination")
    version_read = version_field()
    remark = NeededField(
        needed="needed for a fail", label="Note", widget=REASON, help_text="It is kept with each result."
    )
    file = evidence_field()

    def __init__(self, *args: Any, window: TestWindow, catalogue: list[TestCase], **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": window.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.known = {row.pk: row for row in queries.combinations_of(window)}
        self.cases = {f"case_{case.pk}": case for case in catalogue}
        choices = [("", "Choose a combination"), *((str(pk), str(row)) for pk, row in self.known.items())]
        self.offer("combination", choices)
        for name, case in self.cases.items():
            self.fields[name] = forms.ChoiceField(
                label=case.title,
                help_text=case.purpose,
                required=False,
                choices=[("", "Nothing to report"), *TestResult.Outcome.choices],
            )
        self.order_fields(["combination", "version_read", *self.cases, "remark", "file"])

    def found(self) -> list[Found]:
        """Return the results as the verb takes them."""
        answers = self.cleaned_data
        combination = self.known[int(answers["combination"])]
        return [
            Found(combination, case, answers[name], answers["version_read"], answers["remark"])
            for name, case in self.cases.items()
            if answers[name]
        ]
