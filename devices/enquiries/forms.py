"""The forms of a hub enquiry."""

from typing import Any

from django import forms

from devices.enquiries.asked import MOST, MOST_IN_FILE, Asked, read_many
from portal.pages.forms import GovForm

MAX_BYTES = 10 * 1024**2


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
