"""Forms in the portal's look: the renderer, base forms, and the fields for dates and times.

Markup follows the GOV.UK form conventions: label, hint, the error in words beside the field and again in
the summary at the top of the page, three boxes for a date.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils import timezone

from portal.pages.calendars import Choice
from portal.pages.contributions import KINDS
from portal.workflow.actor import Actor
from portal.workflow.clock import SPEEDS
from portal.workflow.errors import Invalid
from portal.working_days import LONDON

MONTHS = "january february march april may june july august september october november december".split()


class GovFormRenderer(TemplatesSetting):
    """Render every form, formset and field group with the templates under ``forms/``."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"


class GovMixin:
    """What every form of the portal shares; put it before ``forms.Form`` or ``forms.ModelForm``.

    Forms are checked on the server, so that errors are shown in words and answers are kept.
    """

    use_required_attribute = False
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        """Check the answers; every field, also one made after the form, says in its own words that it is missing.

        So it does where a number or a text is beyond its limits.
        """
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _required(name, field)
            for code, sentence in _limits(name, field).items():
                field.error_messages.setdefault(code, sentence)
        super().full_clean()  # type: ignore[misc]  # the form this is mixed into has it

    def offer(self, name: str, options: Any) -> None:
        """Fill what a field made without choices offers: a queryset for rows, else (value, label) pairs."""
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = options
        elif isinstance(field, forms.ChoiceField):
            field.choices = options

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django's form has it."""
        super().add_error(field, error)  # type: ignore[misc]  # the form this is mixed into has it

    def add_refusal(self, refusal: Invalid) -> None:
        """Show what a verb found wrong beside the fields it names; above them its sentence, when it names none of
        these, and what it says of fields that the form does not have."""
        if not refusal.fields.keys() & self.fields.keys():
            self.add_error(None, refusal.reason)
        for name, sentences in refusal.fields.items():
            for sentence in sentences:
                if name in self.fields or sentence != refusal.reason:
                    self.add_error(name if name in self.fields else None, sentence)


def _required(name: str, field: forms.Field) -> str:
    """Return the sentence for a field left empty: what to do, in the field's own words."""
    label = str(field.label or name.replace("_", " "))
    if isinstance(field, forms.BooleanField):
        return f"Tick the box: {label}."
    if isinstance(field, _PartsField):
        return f"{label}: enter {field.asks_for}."
    if label.endswith("?"):
        return f"Answer the question: {label}"
    said = label[:1].lower() + label[1:] if label.split()[0][1:].islower() else label
    return f"{'Choose' if isinstance(field, forms.ChoiceField | forms.FileField) else 'Enter'} {said}."


def _limits(name: str, field: forms.Field) -> dict[str, str]:
    """Return the sentences for a number beyond its limits and a text that is too long, by their codes."""
    label = str(field.label or name.replace("_", " "))
    least, most = getattr(field, "min_value", None), getattr(field, "max_value", None)
    asked = f"at least {least}" if most is None else f"at most {most}"
    span = f"a number from {least} to {most}" if least is not None and most is not None else f"a number of {asked}"
    too_long = f"{label}: write at most %(limit_value)d characters; there are %(show_value)d."
    return dict.fromkeys(("min_value", "max_value"), f"{label}: enter {span}.") | {"max_length": too_long}


class GovForm(GovMixin, forms.Form):
    """Base of the portal's forms."""


def status_of(form: GovForm) -> int:
    """Return the status of a page with this form on it: 400 where the answers sent have to be put right."""
    return 400 if form.errors else 200


class VersionedForm(GovForm):
    """A form about a row that others may change too: carries the version the person has seen."""

    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        required=False,
        error_messages={"invalid": "This page was changed on its way here: open it again and repeat what you wanted."},
    )


class PartsInput(forms.MultiWidget):
    """Several labelled boxes in one fieldset; also takes one ISO text under the field's own name."""

    template_name = "forms/widgets/parts.html"
    use_fieldset = True
    parts: Mapping[str, tuple[str, str, str]] = {}  # suffix: (label, width class, input mode)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            suffix: forms.TextInput(attrs={"inputmode": mode, "data-label": label, "data-width": width})
            for suffix, (label, width, mode) in self.parts.items()
        }
        super().__init__(widgets, attrs)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the boxes' texts as a list, or the ISO text when the field came as one value."""
        if name in data:
            return data[name]
        return super().value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether neither the ISO text nor any box came."""
        return name not in data and super().value_omitted_from_data(data, files, name)

    def decompress(self, value: Any) -> list[str]:
        """Return a stored value as the texts of the boxes."""
        if isinstance(value, str):
            value = _from_iso(value)
        if isinstance(value, datetime):
            local = value.astimezone(LONDON) if timezone.is_aware(value) else value
            texts = [str(local.day), str(local.month), str(local.year), f"{local:%H:%M}"]
        elif isinstance(value, date):
            texts = [str(value.day), str(value.month), str(value.year), ""]
        else:
            texts = [""] * 4
        return texts[: len(self.parts)]


def _from_iso(text: str) -> datetime | date | None:
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(text.strip())
        except ValueError:
            continue
    return None


class DateInput(PartsInput):
    """Day, month and year."""

    parts = {
        "day": ("Day", "2", "numeric"),
        "month": ("Month", "2", "numeric"),
        "year": ("Year", "4", "numeric"),
    }


class DateTimeInput(PartsInput):
    """Day, month, year and time of day."""

    parts = {**DateInput.parts, "time": ("Time, 24-hour", "4", "text")}


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    found = [number for number, name in enumerate(MONTHS, start=1) if len(text) >= 3 and name.startswith(text.lower())]
    return found[0] if found else None


def _date_of(texts: Sequence[str]) -> date:
    """Return the date in the boxes or raise the sentence that says which box is wrong."""
    missing = [name for name, text in zip(("day", "month", "year"), texts, strict=True) if not text]
    if missing:
        raise ValidationError(f"The date must include a {' and a '.join(missing)}.", code="incomplete")
    month = _month(texts[1])
    if not texts[0].isdigit() or month is None or not texts[2].isdigit():
        raise ValidationError("The date must be written in numbers, like 9 1 2017.", code="invalid")
    if len(texts[2]) != 4:
        raise ValidationError("The year must have 4 numbers, like 2017.", code="invalid")
    try:
        return date(int(texts[2]), month, int(texts[0]))
    except ValueError:
        raise ValidationError("The date must be a real date.", code="invalid") from None


_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*([ap])\.?m\.?|(\d{1,2})[:.](\d\d)|(\d\d)(\d\d)", re.IGNORECASE)


def _time_of(text: str) -> time:
    """Return the time somebody wrote: 09:30, 9.30, 0930, 9am or 9:30 pm; a number alone could be either half."""
    if not text:
        raise ValidationError("Enter a time, like 09:30.", code="incomplete")
    found = _TIME.fullmatch(text)
    try:
        if found is None or found[3] and not 1 <= int(found[1]) <= 12:
            raise ValueError(text)
        hours = int(found[1]) % 12 + 12 * (found[3].lower() == "p") if found[3] else int(found[4] or found[6])
        return time(hours, int(found[2] or found[5] or found[7] or 0))
    except ValueError:
        raise ValidationError("The time must be written like 09:30, 17:00 or 5pm.", code="invalid") from None


def in_london(day: date, at: time) -> datetime:
    """Return the moment of a wall-clock time in Europe/London as an aware time.

    An hour that comes twice in October means its first pass; one left out in March raises
    ``ValidationError``.
    """
    local = datetime.combine(day, at, tzinfo=LONDON)
    if local.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValidationError("The clocks go forward then: that time does not exist.", code="invalid")
    return local


class _PartsField(forms.Field):
    """What the date fields share: empty boxes are no answer, an ISO text is an answer too."""

    asks_for = "a date"

    def _texts(self, value: Any) -> list[str]:
        texts = [str(part or "").strip() for part in value]
        return texts if any(texts) else []

    def clean(self, value: Any) -> Any:
        """Check the answer; what is wrong is said with the field's name, for a form may ask for several."""
        try:
            return super().clean(value)
        except ValidationError as error:
            code = getattr(error, "code", None)  # what validators find comes as a list, which has none
            if code in (None, "required") or not self.label:
                raise
            said = error.messages[0]
            raise ValidationError(f"{self.label}: {said[:1].lower()}{said[1:]}", code=code) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the answer differs from the first value."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class DateField(_PartsField):
    """A date in three boxes; ``2017-01-19`` under the field's own name does as well. Cleans to ``date``."""

    widget = DateInput

    def to_python(self, value: Any) -> date | None:
        if value in (None, "", []):
            return None
        if isinstance(value, date):
            return value
        if isinstance(value, str):
            parsed = _from_iso(value)
            if parsed is None:
                raise ValidationError("The date must be a real date, like 2017-01-19.", code="invalid")
            return parsed.date() if isinstance(parsed, datetime) else parsed
        texts = self._texts(value)
        return _date_of(texts) if texts else None


class UkDateTimeField(_PartsField):
    """A date and a time of day in Europe/London, or an ISO text. Cleans to an aware ``datetime``."""

    widget = DateTimeInput
    asks_for = "a date and a time"

    def to_python(self, value: Any) -> datetime | None:
        if value in (None, "", []):
            return None
        if isinstance(value, datetime):
            return value
        if isinstance(value, str):
            return self._from_text(value)
        texts = self._texts(value)
        return in_london(_date_of(texts[:3]), _time_of(texts[3])) if texts else None

    def _from_text(self, text: str) -> datetime:
        try:
            parsed = datetime.fromisoformat(text.strip())
        except ValueError:
            raise ValidationError("The time must be like 2017-01-19T09:30.", code="invalid") from None
        return parsed if timezone.is_aware(parsed) else in_london(parsed.date(), parsed.time())


class CalendarForm(GovForm):
    """Which entries of the calendar are shown; what does not fit is no filter."""

    kind = forms.MultipleChoiceField(
        required=False, label="Kinds", choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple
    )
    release = forms.CharField(required=False, max_length=20, label="Release", help_text="For example FW-2017-001")
    own = forms.BooleanField(required=False, label="Only what concerns my organisation")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from", "month"):  # what is shown stays when a filter is set
            self.fields[name] = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
        if actor.is_anonymous:
            del self.fields["own"]

    @property
    def choice(self) -> Choice:
        """The choice made, each filter that cannot be used left out."""
        self.is_valid()
        chosen = self.cleaned_data
        release = chosen.get("release", "").strip()
        return Choice(frozenset(chosen.get("kind", ())), release, chosen.get("own", False))


class AdvanceForm(GovForm):
    """The time to which the demonstration's clock is to move."""

    to = UkDateTimeField(label="Move to", help_text="A later date and time, for example 27 3 2017 at 09:30")


class SpeedForm(GovForm):
    """How fast the demonstration's clock is to run."""

    speed = forms.TypedChoiceField(choices=[(str(speed), str(speed)) for speed in SPEEDS], coerce=int)
