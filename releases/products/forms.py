"""Forms of the product pages."""

from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.db import models

from portal.pages.forms import DateField, GovForm, GovMixin, VersionedForm
from portal.pages.uploads import too_large
from releases.products import queries
from releases.products.columns import LAYOUTS
from releases.products.fingerprints import fingerprint
from releases.products.models import Fate, FirmwareVersion, HubModel, ValidityPeriod
from releases.products.signatures import LONGEST
from releases.products.tables import MAX_BYTES

M = TypeVar("M", bound=models.Model)


class HexField(forms.CharField):
    """Hexadecimal digits, in whichever case they are typed."""

    def __init__(self, *, digits: int, lower: bool = False, **kwargs: Any) -> None:
        attrs = {"class": "app-mono", "autocapitalize": "characters", "spellcheck": "false"}
        super().__init__(max_length=digits, widget=forms.TextInput(attrs=attrs), **kwargs)
        self.lower = lower

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        return text.lower() if self.lower else text.upper()


class HexNumberField(forms.IntegerField):
    """A 16-bit number written in four hexadecimal digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=0xFFFF, widget=forms.TextInput(attrs={"class": "app-mono"}), **kwargs)

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip().removeprefix("0x")
        try:
            return int(text, 16) if text else None
        except ValueError:
            raise forms.ValidationError("Give four hexadecimal digits, such as 0101.") from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:04X}" if isinstance(value, int) else value


class EntryForm(GovMixin, forms.ModelForm[M]):
    """An entry of a product list; `seen` is the fingerprint of the entry the page was made from."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["seen"] = fingerprint(self.instance)

    def _post_clean(self) -> None:
        """Leave what is wrong with the entry itself to the verb, which says it for pages and API alike."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        for name, value in chosen.items():
            setattr(self.instance, name, value)


class HubModelForm(EntryForm[HubModel]):
    manufacturer = HexField(digits=4, label="Manufacturer code", help_text="Four hexadecimal digits.")
    model = HexField(digits=8, label="Model and hardware version", help_text="Eight hexadecimal digits: four and four.")
    image_type = HexNumberField(label="ZigBee OTA image type")
    hardware_min = HexNumberField(label="Lowest hardware version in images")
    hardware_max = HexNumberField(label="Highest hardware version in images", help_text="0000 to FFFF: not compared.")

    class Meta:
        model = HubModel
        fields = ("name", "manufacturer_name", "manufacturer", "model", "image_type", "hardware_min", "hardware_max")


class VersionForm(EntryForm[FirmwareVersion]):
    hub_model = forms.ModelChoiceField(HubModel.objects.all(), label="Hub model", empty_label="Choose a hub model")
    version = HexField(digits=8, label="Firmware version", help_text="Eight hexadecimal digits, such as 0A010200.")
    image_hash = HexField(
        digits=64,
        lower=True,
        required=False,
        label="Image hash",
        help_text="SHA-256 of the image, 64 hexadecimal digits.",
    )
    chts = forms.CharField(max_length=12, label="CHTS version")
    gbcs = forms.CharField(max_length=12, label="GBCS version")
    status = forms.ChoiceField(choices=FirmwareVersion.Status.choices, label="Status", widget=forms.RadioSelect)
    listed_on = DateField(label="Listed on")
    removed_on = DateField(required=False, label="Removed on")

    class Meta:
        model = FirmwareVersion
        fields = ("hub_model", "version", "chts", "gbcs", "image_hash", "status", "listed_on", "removed_on")


class ValidityForm(EntryForm[ValidityPeriod]):
    specification = forms.ChoiceField(
        choices=[("CHTS", "CHTS"), ("GBCS", "GBCS")], label="Specification", widget=forms.RadioSelect
    )
    version = forms.CharField(max_length=12, label="Version")
    installation_from = DateField(label="Installation from")
    installation_to = DateField(required=False, label="Installation to", help_text="Leave empty while it is open.")
    maintenance_to = DateField(required=False, label="Maintenance to")
    applicability_to = DateField(required=False, label="GBCS applicability to")

    class Meta:
        model = ValidityPeriod
        fields = (
            "specification",
            "version",
            "installation_from",
            "installation_to",
            "maintenance_to",
            "applicability_to",
        )


class FilterForm(GovForm):
    """Filters of the Central Products List; their state is in the address."""

    search = forms.CharField(required=False, label="Model, version or hash", max_length=80)
    manufacturer = forms.ChoiceField(required=False, label="Manufacturer")
    hub_model = forms.ModelChoiceField(
        HubModel.objects.all(), required=False, label="Hub model", empty_label="Every hub model"
    )
    chts = forms.CharField(required=False, label="CHTS version", max_length=12)
    gbcs = forms.CharField(required=False, label="GBCS version", max_length=12)
    status = forms.MultipleChoiceField(
        choices=FirmwareVersion.Status.choices, required=False, label="Status", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("manufacturer", [("", "Every manufacturer"), *queries.manufacturers()])


def not_too_large_an_image(file: Any) -> None:
    """Raise ValidationError for a file over the limit of images."""
    if file.size > settings.IMAGE_MAX_BYTES:
        raise forms.ValidationError(too_large())


def not_too_large_a_signature(file: Any) -> None:
    """Raise ValidationError for what is far longer than any signature."""
    if file.size > LONGEST:
        raise forms.ValidationError("This is not an Ed25519 signature: it is far too long.")


def not_too_large(file: Any) -> None:
    """Raise ValidationError for a list larger than is read."""
    if file.size > MAX_BYTES:
        raise forms.ValidationError(f"The file is larger than {MAX_BYTES // 1024**2} MB. Divide it.")


class CheckImportForm(GovForm):
    """A list as CSV."""

    kind = forms.ChoiceField(
        choices=[(one.kind, one.title) for one in LAYOUTS.values()], label="Which list is it?", widget=forms.RadioSelect
    )
    file = forms.FileField(
        label="CSV file",
        help_text="In UTF-8, with the columns named in the first row. Nothing is changed yet.",
        allow_empty_file=True,
        validators=[not_too_large],
    )


class WriteImportForm(VersionedForm):
    """The version of the import that was on the page."""


class FateForm(GovForm):
    """Which rows of an import are shown."""

    fate = forms.MultipleChoiceField(
        choices=Fate.choices, required=False, label="Fate", widget=forms.CheckboxSelectMultiple
    )


class RegisterKeyForm(GovForm):
    """A manufacturer's public key."""

    manufacturer = HexField(digits=4, label="Manufacturer code", help_text="Four hexadecimal digits.")
    name = forms.CharField(max_length=80, label="Name of the key", help_text="What the manufacturer calls it.")
    public_key = forms.CharField(
        max_length=LONGEST,
        label="Public key (Ed25519)",
        help_text="32 bytes in hexadecimal or Base64, or PEM. Compare its fingerprint with the manufacturer’s.",
        widget=forms.Textarea(attrs={"rows": 4, "class": "app-mono", "spellcheck": "false"}),
    )
    valid_from = DateField(label="Valid from")
    valid_to = DateField(required=False, label="Valid to", help_text="Leave empty while no end is agreed.")


class RevokeKeyForm(GovForm):
    why = forms.CharField(max_length=2000, label="Why it is revoked", widget=forms.Textarea(attrs={"rows": 3}))
