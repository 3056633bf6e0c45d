"""Forms of the pages of proposed holds."""

from typing import Any

from django import forms

from devices.detection.models import Proposal
from portal.pages.forms import VersionedForm
from releases.holds.models import Stage


class AcceptForm(VersionedForm):
    """What the hold stops."""

    stage = forms.ChoiceField(label="What it stops", choices=Stage.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, initial={"seen": proposal.version, "stage": Stage.ACTIVATION}, **kwargs)


class DeclineForm(VersionedForm):
    """Why nobody is held."""

    why = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, initial={"seen": proposal.version}, **kwargs)
