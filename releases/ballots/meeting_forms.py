"""Forms of meetings."""

from django import forms

from portal.pages.forms import GovForm, UkDateTimeField, VersionedForm
from portal.people.models import Committee


class MeetingForm(GovForm):
    """Which committee meets, when and where."""

    committee = forms.ModelChoiceField(
        Committee.objects.order_by("name"), label="Committee", empty_label="Choose a committee"
    )
    starts_at = UkDateTimeField(label="Begins")
    ends_at = UkDateTimeField(label="Ends", help_text="Voting on what is on its agenda closes then.")
    place = forms.CharField(label="Where", max_length=200, help_text="A room, or how to join.")


class CancelForm(VersionedForm):
    """Why a meeting is cancelled."""

    why = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}))
