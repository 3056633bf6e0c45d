"""Forms of the hold pages."""

from typing import Any

from django import forms

from portal.pages.forms import GovForm, UkDateTimeField, VersionedForm
from releases.holds.can import ENDS_BY
from releases.holds.models import Cause, Ground, Hold, Stage
from releases.holds.states import HoldState
from releases.products.cohort_forms import CohortForm
from releases.publishing.models import Release

REASON = forms.Textarea(attrs={"rows": 3})
BY_PEOPLE = (Ground.EVIDENCE, Ground.CONDITION, Ground.DCC)  # the others come with the act that settles the matter


class FilterForm(GovForm):
    """What the list of holds shows."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *HoldState.choices])
    stage = forms.ChoiceField(label="Stops", required=False, choices=[("", "Anything"), *Stage.choices])
    cause = forms.ChoiceField(label="Cause", required=False, choices=[("", "Any"), *Cause.choices])
    release = forms.CharField(label="Release reference", required=False, max_length=20)


class PlaceForm(CohortForm):
    """A hold by DCC's own decision."""

    release = forms.ModelChoiceField(
        Release.objects.none(), label="Release", required=False, empty_label="Every release"
    )
    stage = forms.ChoiceField(label="What it stops", choices=Stage.choices, widget=forms.RadioSelect)
    cause_text = forms.CharField(label="What it is for", max_length=300, widget=REASON)
    review_at = UkDateTimeField(label="Review", required=False, help_text="When DCC looks at it again.")
    field_order = ["release", "stage", "cause_text", "review_at"]

    def __init__(self, *args: Any, releases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("release", releases)


class ReasonForm(VersionedForm):
    """Why, and the version the person has seen."""

    why = forms.CharField(label="Why", widget=REASON)


class ReviewForm(ReasonForm):
    """Why a hold still stands, and when that is asked again."""

    review_at = UkDateTimeField(label="Next review")
    field_order = ["why", "review_at"]


class LiftForm(ReasonForm):
    """The ground on which a hold ends, of those its cause allows."""

    ground = forms.ChoiceField(label="Why it ends", widget=forms.RadioSelect)
    why = forms.CharField(label="Reason, with the evidence", widget=REASON)
    field_order = ["ground", "why"]

    def __init__(self, *args: Any, hold: Hold, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": hold.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.offer("ground", [(ground.value, ground.label) for ground in grounds(hold)])


def grounds(hold: Hold) -> list[Ground]:
    """Return the grounds on which a person may end a hold of this cause."""
    return [ground for ground in ENDS_BY[hold.cause] if ground in BY_PEOPLE]
