"""What the form templates ask of a bound field. Pages do not need to load this: ``{{ form }}`` does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
    Select,
    Textarea,
)
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.workflow import once as keys

register = template.Library()


@dataclass(frozen=True)
class Option:
    """One radio or checkbox of a field."""

    id: str
    value: str
    label: str
    hint: str
    checked: bool
    disabled: bool


@dataclass(frozen=True)
class Mistake:
    """One entry of the error summary: the sentence and the element it leads to."""

    sentence: str
    target: str


@register.simple_tag
def once(*, alone: bool = False) -> SafeString:
    """Return the hidden one-time key of a form: sent twice, it is done once."""
    name = keys.FIELD_ALONE if alone else keys.FIELD
    return format_html('<input type="hidden" name="{}" value="{}">', name, keys.new_key())


@register.filter
def kind(field: BoundField) -> str:
    """Return which markup the field takes: hidden, checkbox, radios, checkboxes, parts or input."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxSelectMultiple):
        return "checkboxes"
    if isinstance(widget, RadioSelect):
        return "radios"
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    return "parts" if widget.use_fieldset else "input"


@register.filter
def control(field: BoundField) -> SafeString:
    """Return the field's widget with the class of its kind, after any class of its own."""
    widget = field.field.widget
    name = "input"
    if isinstance(widget, Textarea):
        name = "textarea"
    elif isinstance(widget, FileInput):
        name = "file-upload"
    elif isinstance(widget, Select):
        name = "select"
    classes = [f"govuk-{name}", str(widget.attrs.get("class", ""))]
    if field.errors:
        classes.append(f"govuk-{name}--error")
    return field.as_widget(attrs={"class": " ".join(part for part in classes if part)})


@register.filter
def options(field: BoundField) -> Iterator[Option]:
    """Yield the radios or checkboxes of a field; hints come from the field's ``option_hints`` mapping."""
    hints = getattr(field.field, "option_hints", {})
    for bound in field.subwidgets:
        data = bound.data
        value = str(data["value"])
        yield Option(
            id=data["attrs"].get("id", f"{field.html_name}-{value}"),
            value=value,
            label=data["label"],
            hint=hints.get(value, ""),
            checked=bool(data["selected"]),
            disabled=bool(data["attrs"].get("disabled")),
        )


@register.filter
def get_part(attrs: dict[str, Any], name: str) -> Any:
    """Return one attribute of a widget whose name has a hyphen."""
    return attrs.get(name, "")


@register.filter
def first_id(field: BoundField) -> str:
    """Return the id of the control that the error summary leads to."""
    several = kind(field) in ("radios", "checkboxes", "parts")
    return f"{field.auto_id}_0" if several else str(field.id_for_label or field.auto_id)


@register.filter
def mistakes(form: BaseForm) -> list[Mistake]:
    """Return the error summary of a form: every sentence with the control it is about."""
    shown = form.visible_fields()
    first = first_id(shown[0]) if shown else ""
    rows = [Mistake(str(sentence), first) for sentence in form.non_field_errors()]
    for field in form:
        target = first if field.is_hidden else first_id(field)
        rows.extend(Mistake(str(sentence), target) for sentence in field.errors)
    return rows
