"""The form of the webhook page."""

from django import forms

from devices.alerts.addresses import LONGEST
from portal.pages.forms import VersionedForm


class WebhookForm(VersionedForm):
    """Where alerts are sent."""

    url = forms.CharField(
        label="Address of your system",
        max_length=LONGEST,
        help_text="Begins with https:// and is reached from everywhere, such as https://alerts.example.org/hubs.",
    )
