"""The forms of a hub enquiry."""

from typing import Any

from django import forms

from devices.enquiries.asked import MOST, MOST_IN_FILE, Asked, read_many
from devices.enquiries.listing import Chosen, rollouts
from devices.rollouts.models import Rollout
from devices.rollouts.states import LIVE, HubState
from portal.pages.forms import GovForm
from portal.workflow.actor import Actor
from releases.products.models import FirmwareVersion, HubModel, Region

MAX_BYTES = 10 * 1024**2


class EnquiryForm(GovForm):
    """One hub or several."""

    hubs = forms.CharField(
        label="Hubs to ask, by EUI-64",
        max_length=MOST * 40,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "app-mono"}),
        help_text=f"Of the CHF or of the GPF. Up to {MOST:,}: one a line, or a column pasted from a spreadsheet.",
        error_messages={"required": "Enter at least one EUI-64: eight pairs of hexadecimal digits."},
    )

    def asked(self) -> list[Asked]:
        """Return what was asked for."""
        return read_many(self.cleaned_data["hubs"])


def not_too_large(file: Any) -> None:
    """Raise ValidationError for a file larger than is read."""
    if file.size > MAX_BYTES:
        raise forms.ValidationError(f"The file is larger than {MAX_BYTES // 1024**2} MB. Divide it.")


class FileForm(GovForm):
    """A file of hubs."""

    file = forms.FileField(
        label="CSV file",
        help_text=f"In UTF-8, one EUI-64 at the beginning of each row, up to {MOST_IN_FILE:,} rows; a heading does no "
        "harm. Every row has its place in the result, also one that repeats another or is no EUI-64.",
        allow_empty_file=True,
        validators=[not_too_large],
    )


class ListForm(GovForm):
    """What the list of hubs shows, for pages and API alike. A state or a wave alone means the rollout under way."""

    rollout = forms.ModelChoiceField(
        Rollout.objects.none(),
        required=False,
        label="Rollout",
        to_field_name="reference",
        empty_label="Any, or none",
        error_messages={"invalid_choice": "No such rollout is known to you: choose one of the list."},
    )
    state = forms.MultipleChoiceField(
        required=False,
        label="State in it",
        choices=[(state.word, state.word.capitalize()) for state in HubState],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "A hub has no state “%(value)s”: choose of the list."},
    )
    wave = forms.IntegerField(required=False, label="Wave in it", min_value=1, max_value=10_000)
    version = forms.ModelChoiceField(
        FirmwareVersion.objects.none(),
        required=False,
        label="Running version",
        empty_label="Any",
        error_messages={"invalid_choice": "No such version is listed: choose one of the list."},
    )
    region = forms.MultipleChoiceField(
        required=False, label="Region", choices=Region.choices, widget=forms.CheckboxSelectMultiple
    )
    hub_model = forms.ModelMultipleChoiceField(
        HubModel.objects.none(), required=False, label="Hub model", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rollouts = rollouts(actor)
        self.offer("rollout", self.rollouts)
        self.offer(
            "version", FirmwareVersion.objects.select_related("hub_model").order_by("hub_model__name", "version")
        )
        self.offer("hub_model", HubModel.objects.order_by("name"))

    def clean(self) -> dict[str, Any]:
        """Take the rollout under way where only a state or a wave was chosen."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if (given.get("state") or given.get("wave")) and not given.get("rollout") and "rollout" not in self.errors:
            given["rollout"] = self.rollouts.filter(state__in=LIVE).first() or self.rollouts.first()
            if given["rollout"] is None:
                self.add_error("rollout", "There is no rollout yet: choose no state and no wave.")
        if given.get("rollout") and given.get("version"):
            self.add_error("version", "Choose a rollout or a running version, not both.")
        return given

    @property
    def chosen(self) -> Chosen:
        """What was chosen, once the form is valid."""
        given = self.cleaned_data
        return Chosen(
            rollout=given["rollout"],
            states=frozenset(HubState[word.upper()] for word in given["state"]),
            wave=None if given["wave"] is None else given["wave"] - 1,
            regions=tuple(given["region"]),
            hub_models=tuple(model.pk for model in given["hub_model"]),
            version=given["version"],
        )
