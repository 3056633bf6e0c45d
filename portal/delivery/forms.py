"""Forms of the inbox and of what is mailed."""

from typing import Any

from django import forms

from portal.delivery.kinds import title_of
from portal.delivery.messages import DigestReady, catalogue
from portal.pages.forms import GovForm


class InboxForm(GovForm):
    """Which messages are shown."""

    show = forms.ChoiceField(
        required=False,
        label="Show",
        choices=[("", "All messages"), ("unread", "Unread"), ("statutory", "Statutory")],
    )
    kind = forms.ChoiceField(required=False, label="Kind")
    about = forms.CharField(required=False, max_length=40, label="Release", help_text="For example FW-2017-001")
    search = forms.CharField(required=False, max_length=100, label="Search", help_text="Subjects, and texts you opened")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted((title_of(kind), kind) for kind in catalogue if kind != DigestReady.kind)
        self.offer("kind", [("", "Every kind"), *((kind, title) for title, kind in kinds)])

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that can be used."""
        self.is_valid()
        return {name: value.strip() for name, value in self.cleaned_data.items()}
