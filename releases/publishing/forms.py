"""Forms of the release pages."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.text import slugify

from portal.pages.forms import DateField, GovForm, UkDateTimeField, VersionedForm
from portal.people.models import Membership, Organisation, User
from releases.products.forms import not_too_large_a_signature, not_too_large_an_image
from releases.products.models import FirmwareVersion, HubModel
from releases.publishing.documents import ALLOWED, kind_of, why_refused
from releases.publishing.models import EVERY_REGION, Approach, Classification, Evidence, Release, UrgencyClass
from releases.publishing.notes import LONGEST, Section, Written
from releases.publishing.states import BEFORE_ACTIVATION, ReleaseState
from releases.publishing.verbs import EvidenceFacts, Facts, Readership

_CLASS_HINTS = {
    "emergency": "Security, safety, loss of supply. Needs a second approver and a cited issue.",
    "urgent": "A service-affecting defect.",
    "routine": "Fixes, uplift of a maintenance validity period.",
    "major": "A new CHTS or GBCS version, or a new feature.",
}
_APPROACH_HINTS = {
    "consultation": "Notice, user tests, issues, objections, and a ballot if contested.",
    "scheduling": "Dates are agreed in a scheduling exercise; then there is no objection stage.",
    "notice_only": "The arrangement of 2017. Live use needs a determination.",
}

OWN_CLASSIFICATIONS = [("", "Whoever may read the release"), *Classification.choices]


def in_our_years(value: date) -> None:
    """Raise ValidationError for a day or a time outside the years whose bank holidays and classes are known."""
    if not 2016 <= value.year < 2100:
        raise forms.ValidationError("Choose a date between 2016 and 2099.")


def in_our_time(value: datetime) -> None:
    """Raise ValidationError as for a day."""
    in_our_years(value)


class ChoicesWithHints(forms.ChoiceField):
    """Radios with a hint under each option."""

    def __init__(self, *, option_hints: dict[str, str], **kwargs: Any) -> None:
        super().__init__(widget=forms.RadioSelect, **kwargs)
        self.option_hints = option_hints


class FactsForm(VersionedForm):
    """What DCC says about a release while it is a draft."""

    title = forms.CharField(max_length=120, label="Title", help_text="What it is about, in a few words.")
    hub_models = forms.ModelMultipleChoiceField(
        HubModel.objects.all(), label="Hub models", widget=forms.CheckboxSelectMultiple
    )
    firmware_version = forms.CharField(
        max_length=8, label="Firmware version", help_text="Eight hexadecimal digits, such as 0A010200."
    )
    from_versions = forms.ModelMultipleChoiceField(
        FirmwareVersion.objects.select_related("hub_model"),
        required=False,
        label="Permitted from-versions",
        help_text="Hubs on other versions are left alone. None chosen: hubs on any other version.",
        widget=forms.CheckboxSelectMultiple,
    )
    chts = forms.CharField(max_length=12, required=False, label="CHTS version")
    gbcs = forms.CharField(max_length=12, required=False, label="GBCS version")
    urgency_class = ChoicesWithHints(
        choices=UrgencyClass.Name.choices, label="Urgency class", option_hints=_CLASS_HINTS
    )
    emergency_reason = forms.CharField(
        required=False,
        label="Why it is an Emergency",
        help_text="Only for an Emergency.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    emergency_citation = forms.CharField(
        max_length=200, required=False, label="Issue cited", help_text="Severity 1 or security; only for an Emergency."
    )
    approach = ChoicesWithHints(choices=Approach.choices, label="Approach", option_hints=_APPROACH_HINTS)
    approach_authority = forms.CharField(max_length=200, required=False, label="Determination that permits notice only")
    classification = forms.ChoiceField(
        choices=Classification.choices, label="Who may read it", widget=forms.RadioSelect
    )
    readers = forms.ModelMultipleChoiceField(
        Organisation.objects.filter(is_active=True),
        required=False,
        label="Named organisations",
        help_text="Only for Amber.",
        widget=forms.CheckboxSelectMultiple,
    )
    named_people = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True, pk__in=Membership.objects.values("user")).order_by("name"),
        required=False,
        label="Named people",
        help_text="Only for Red.",
        widget=forms.CheckboxSelectMultiple,
    )
    planned_deployment_at = UkDateTimeField(
        required=False,
        label="Planned deployment",
        help_text="The what-if shows the earliest dates.",
        validators=[in_our_time],
    )
    planned_activation_at = UkDateTimeField(required=False, label="Planned activation", validators=[in_our_time])

    def clean_firmware_version(self) -> str:
        return str(self.cleaned_data["firmware_version"]).upper()

    def facts(self) -> Facts:
        """Return the answers as the value the verbs take."""
        answers = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        for name in ("hub_models", "from_versions", "readers", "named_people"):
            answers[name] = list(answers[name])
        return Facts(**answers)

    @classmethod
    def answers_of(cls, release: Release) -> dict[str, Any]:
        """Return the first values of the form for a draft."""
        names = [name for name in cls.base_fields if name not in ("seen", "urgency_class")]
        answers: dict[str, Any] = {name: getattr(release, name) for name in names}
        for name in ("hub_models", "from_versions", "readers", "named_people"):
            answers[name] = list(answers[name].all())
        return answers | {"urgency_class": release.urgency_class.name, "seen": release.version}


class WhatIfForm(GovForm):
    """Another class, approach or day of announcement, to see its dates."""

    urgency_class = forms.ChoiceField(choices=UrgencyClass.Name.choices, label="Urgency class")
    approach = forms.ChoiceField(choices=Approach.choices, label="Approach")
    announced_at = UkDateTimeField(label="Announced at", validators=[in_our_time])
    planned_deployment_at = UkDateTimeField(required=False, label="Deployment planned for", validators=[in_our_time])
    planned_activation_at = UkDateTimeField(required=False, label="Activation planned for", validators=[in_our_time])
    release = forms.CharField(required=False, widget=forms.HiddenInput)


class ImageForm(VersionedForm):
    file = forms.FileField(
        label="ZigBee OTA image",
        help_text="At most 64 MB. Its header is checked against the hub models.",
        allow_empty_file=True,
        validators=[not_too_large_an_image],
    )
    signature = forms.FileField(
        required=False,
        label="Detached signature (Ed25519)",
        help_text="64 bytes over the whole file, or the same in hexadecimal or Base64.",
        allow_empty_file=True,
        validators=[not_too_large_a_signature],
    )

    def uploads(self) -> dict[str, Any]:
        """Return the answers as the verb takes them."""
        signature = self.cleaned_data["signature"]
        return {"signature": signature.read() if signature else None, "seen": self.cleaned_data["seen"]}


class NotesForm(GovForm):
    """A box for each section of the notes; none must be filled to save, so that work can be interrupted."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, sections: Sequence[Section], written: Written, based_on: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self.initial["based_on"] = based_on
        for section in sections:
            lines = written.get(section.title, "").splitlines()
            rows = max(3, min(24, sum(len(line) // 80 + 1 for line in lines) + 1))
            self.fields[box(section.title)] = forms.CharField(
                required=False,
                label=section.title,
                help_text=section.guidance,
                initial=written.get(section.title, ""),
                max_length=LONGEST,
                strip=False,
                widget=forms.Textarea(attrs={"rows": rows}),
            )

    def written(self) -> dict[str, str]:
        """Return the text of each section by its title, as it was typed."""
        return {one.title: self.cleaned_data.get(box(one.title), "").replace("\r\n", "\n") for one in self.sections}


def box(title: str) -> str:
    """Return the name of the box of a section."""
    return f"section-{slugify(title, allow_unicode=True)}"


class CompareForm(GovForm):
    """Which two revisions of the notes are compared."""

    older = forms.TypedChoiceField(label="Compare", coerce=int)
    newer = forms.TypedChoiceField(label="with", coerce=int)


class EvidenceForm(VersionedForm):
    title = forms.CharField(max_length=160, label="Title")
    region = forms.ChoiceField(label="Region", widget=forms.RadioSelect)
    environment = forms.CharField(max_length=60, label="Environment", help_text="For example the DCC test laboratory.")
    signatory = forms.CharField(max_length=120, label="Signed by")
    signed_on = DateField(label="Signed on")
    summary = forms.CharField(label="What it shows", widget=forms.Textarea(attrs={"rows": 4}))
    classification = forms.ChoiceField(
        choices=OWN_CLASSIFICATIONS,
        required=False,
        label="May be read by",
        help_text="Never more widely than the release. Amber and Red are for those named on the release.",
    )
    replaces = forms.ModelChoiceField(
        Evidence.objects.none(),
        required=False,
        label="Replaces",
        empty_label="No document",
        help_text="The older document is kept and marked as replaced.",
    )
    file = forms.FileField(
        required=False, label="Document", help_text=f"At most 20 MB: {ALLOWED}. Its content is checked."
    )

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Evidence._meta.get_field("region").choices or []
        self.fields["region"] = forms.ChoiceField(
            choices=list(choices), label="Region", widget=forms.RadioSelect, initial=EVERY_REGION
        )
        self.offer("replaces", release.evidence.filter(replaced_by=None).order_by("region", "pk"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        refused = why_refused(file, kind_of(file)) if file is not None else None
        if refused:
            raise forms.ValidationError(refused)
        return file

    def facts(self) -> EvidenceFacts:
        """Return the answers as the value the verb takes."""
        return EvidenceFacts(**{name: value for name, value in self.cleaned_data.items() if name != "seen"})


class ReclassifyForm(VersionedForm):
    """Who may read a release and its notes, and the names that Amber and Red refer to."""

    classification = forms.ChoiceField(choices=Classification.choices, label="Release", widget=forms.RadioSelect)
    notes_classification = forms.ChoiceField(
        choices=OWN_CLASSIFICATIONS, required=False, label="Notes", help_text="Never more widely than the release."
    )
    readers = forms.ModelMultipleChoiceField(
        Organisation.objects.filter(is_active=True).order_by("name"),
        required=False,
        label="Organisations named (Amber)",
        widget=forms.CheckboxSelectMultiple,
    )
    named_people = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True, pk__in=Membership.objects.values("user")).order_by("name"),
        required=False,
        label="People named (Red)",
        widget=forms.CheckboxSelectMultiple,
    )
    why = forms.CharField(max_length=2000, label="Reason", widget=forms.Textarea(attrs={"rows": 3}))

    def readership(self) -> Readership:
        """Return the answers as the value the verb takes."""
        answers = self.cleaned_data
        names = list(answers["readers"]), list(answers["named_people"])
        return Readership(answers["classification"], answers["notes_classification"], *names)

    @classmethod
    def answers_of(cls, release: Release) -> dict[str, Any]:
        """Return the first values of the form for a release."""
        names = {"readers": list(release.readers.all()), "named_people": list(release.named_people.all())}
        plain = {name: getattr(release, name) for name in ("classification", "notes_classification")}
        return {**plain, **names, "seen": release.version}


class AcknowledgeForm(VersionedForm):
    """For which organisation, and how many test days it needs. `seen` is the number of the notice."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="On behalf of", empty_label=None)
    test_days_needed = forms.IntegerField(
        min_value=0, max_value=250, initial=0, label="Days of testing you need", help_text="0 if you will not test."
    )
    remark = forms.CharField(required=False, max_length=2000, label="Remark", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = forms.ModelChoiceField(organisations, label="On behalf of", empty_label=None)


class ReasonForm(VersionedForm):
    """A reason that everybody concerned will read."""

    why = forms.CharField(max_length=2000, label="Reason", widget=forms.Textarea(attrs={"rows": 3}))


class SupersedeForm(ReasonForm):
    successor = forms.ModelChoiceField(Release.objects.none(), label="Superseded by", empty_label="Choose a release")
    field_order = ("successor", "why")

    def __init__(self, release: Release, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [*BEFORE_ACTIVATION, ReleaseState.ACTIVE, ReleaseState.HALTED]
        self.offer("successor", Release.objects.filter(state__in=states).exclude(pk=release.pk))


class DatesForm(VersionedForm):
    planned_deployment_at = UkDateTimeField(label="Deployment from", validators=[in_our_time])
    planned_activation_at = UkDateTimeField(label="Activation from", validators=[in_our_time])


class AmendForm(DatesForm):
    why = forms.CharField(max_length=2000, label="Why the dates move", widget=forms.Textarea(attrs={"rows": 3}))


def whatif_answers(at: datetime, release: Release | None = None) -> dict[str, Any]:
    """Return the first values of the what-if: the plan of a release, else a Routine one, announced now."""
    if release is None:
        return {"urgency_class": "routine", "approach": Approach.CONSULTATION, "announced_at": at}
    return {
        "urgency_class": release.urgency_class.name,
        "approach": release.approach,
        "announced_at": at,
        "planned_deployment_at": release.planned_deployment_at,
        "planned_activation_at": release.planned_activation_at,
        "release": release.reference,
    }
