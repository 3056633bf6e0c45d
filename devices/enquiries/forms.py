"""The form of a hub enquiry."""

from django import forms

from devices.enquiries.asked import MOST, Asked, read_many
from portal.pages.forms import GovForm


class EnquiryForm(GovForm):
    """One hub or several."""

    hubs = forms.CharField(
        label="EUI-64 of a hub, or several",
        max_length=MOST * 40,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "app-mono"}),
        help_text=f"That of the CHF or of the GPF. Up to {MOST:,}: one a line, or a column pasted from a spreadsheet.",
    )

    def asked(self) -> list[Asked]:
        """Return what was asked for."""
        return read_many(self.cleaned_data["hubs"])
