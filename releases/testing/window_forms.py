"""Forms about a window after it is booked."""

from typing import Any

from django import forms

from portal.pages.forms import UkDateTimeField, VersionedForm
from releases.testing import facilities
from releases.testing.forms import REASON, SmallCheckboxes, rig_words
from releases.testing.models import Environment, TestWindow


class RescheduleForm(VersionedForm):
    """Where and when the window is to be instead."""

    environment = forms.ModelChoiceField(Environment.objects.all(), label="Environment", empty_label=None)
    start = UkDateTimeField(label="From")
    end = UkDateTimeField(label="To")
    rigs = SmallCheckboxes(label="Rigs", required=False, coerce=int, widget=forms.CheckboxSelectMultiple)
    why = forms.CharField(label="Why", required=False, widget=REASON)

    def __init__(self, *args: Any, window: TestWindow, own: bool, **kwargs: Any) -> None:
        initial = {
            "seen": window.version,
            "environment": window.environment_id,
            "start": window.starts_at,
            "end": window.ends_at,
            "rigs": [rig.pk for rig in window.rigs.all()],
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["why"].help_text = "" if own else "The booker reads it."
        self.known_rigs = {rig.pk: rig for rig in facilities.rigs_for(window.release)}
        self.offer("rigs", [(pk, rig_words(rig)) for pk, rig in self.known_rigs.items()])
        if not self.known_rigs:
            del self.fields["rigs"]

    def answers(self) -> dict[str, Any]:
        """Return what the verb takes."""
        answers = dict(self.cleaned_data)
        if self.known_rigs:
            answers["rigs"] = [self.known_rigs[pk] for pk in answers["rigs"]]
        return answers


class ExtensionForm(VersionedForm):
    """Until when the window should last, and why."""

    until = UkDateTimeField(
        label="Until", help_text="Within the user-test period. The window stays as it is until DCC agrees."
    )
    why = forms.CharField(label="Why", widget=REASON)


class AnswerForm(VersionedForm):
    """DCC's answer, or a note on what it records."""

    why = forms.CharField(required=False, widget=REASON)
