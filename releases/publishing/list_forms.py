"""The filter form of the list of releases."""

from typing import Any

from django import forms

from portal.pages.forms import DateField, GovForm
from portal.workflow.actor import Actor
from releases.products.models import HubModel
from releases.publishing.forms import in_our_years
from releases.publishing.models import Approach, Classification, UrgencyClass
from releases.publishing.states import ReleaseState


class FilterForm(GovForm):
    """Filters of the list; their state is in the address."""

    search = forms.CharField(required=False, label="Words in reference, title or version", max_length=80)
    state = forms.MultipleChoiceField(
        choices=ReleaseState.choices, required=False, label="State", widget=forms.CheckboxSelectMultiple
    )
    urgency_class = forms.MultipleChoiceField(
        choices=UrgencyClass.Name.choices, required=False, label="Urgency class", widget=forms.CheckboxSelectMultiple
    )
    approach = forms.MultipleChoiceField(
        choices=Approach.choices, required=False, label="Approach", widget=forms.CheckboxSelectMultiple
    )
    classification = forms.MultipleChoiceField(
        choices=Classification.choices,
        required=False,
        label="May be read by",
        widget=forms.CheckboxSelectMultiple,
    )
    hub_model = forms.ModelChoiceField(
        HubModel.objects.all(), required=False, label="Hub model", empty_label="Every hub model"
    )
    activation_from = DateField(required=False, label="Activation planned from", validators=[in_our_years])
    activation_until = DateField(required=False, label="Activation planned until", validators=[in_our_years])
    mine = forms.BooleanField(required=False, label="Concerns homes of ours")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not actor.suppliers:
            del self.fields["mine"]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        first, last = answers.get("activation_from"), answers.get("activation_until")
        if first and last and last < first:
            self.add_error("activation_until", "Choose a day on or after the first one.")
        return answers
