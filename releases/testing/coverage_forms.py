"""What the coverage page shows and advises."""

from typing import Any

from django import forms

from portal.pages.forms import GovForm

SLOTS, MOST_SLOTS = 3, 20
OWN, ALL = "own", "all"


class WeightForm(GovForm):
    """For how many slots advice is wanted, and by whose homes everything is weighed; what does not fit is left out."""

    slots = forms.IntegerField(
        label="Slots",
        min_value=1,
        max_value=MOST_SLOTS,
        required=False,
        help_text="Each tests one combination in all its open cases.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
    )
    homes = forms.ChoiceField(
        label="Weighed by", required=False, choices=[(OWN, "Homes of the suppliers you act for"), (ALL, "All homes")]
    )

    def __init__(self, data: Any, *, has_own: bool) -> None:
        first = {"slots": str(SLOTS), "homes": OWN if has_own else ALL}
        super().__init__({**first, **{name: data[name] for name in first if name in data}})
        if not has_own:
            del self.fields["homes"]
        self.is_valid()

    @property
    def chosen_slots(self) -> int:
        """The slots asked for."""
        return self.cleaned_data.get("slots") or SLOTS

    @property
    def by_own_homes(self) -> bool:
        """Whether the homes of the own suppliers weigh."""
        return bool(self.cleaned_data.get("homes", ALL) != ALL)
