"""Forms of the pages about questions and content requests."""

from typing import Any

from django import forms

from portal.pages.forms import GovForm, VersionedForm
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.said import LONGEST
from releases.publishing.models import Release, UrgencyClass
from releases.publishing.template import template_of
from releases.questions import queries
from releases.questions.states import QuestionState, RequestState

TEXT = forms.Textarea(attrs={"rows": 5})


class ForForm(GovForm):
    """For which organisation somebody acts; not asked where there is only one."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="For which organisation", empty_label="Choose an organisation"
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = queries.asking_for(actor)
        self.offer("organisation", own)
        self.initial.setdefault("organisation", own[0] if len(own) == 1 else None)


class AskForm(ForForm):
    text = forms.CharField(
        label="Your question",
        max_length=LONGEST,
        widget=TEXT,
        help_text="All who may read the release see it and the answer; only DCC sees who asked.",
    )
    section = forms.ChoiceField(label="About which section of the notes", required=False)
    field_order = ["organisation", "text", "section"]

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = [section.title for section in template_of(release)]
        self.offer("section", [("", "None in particular"), *((title, title) for title in titles)])


class AnswerForm(VersionedForm):
    text = forms.CharField(label="Answer", max_length=LONGEST, widget=TEXT, help_text="Markdown.")


class AddForm(VersionedForm):
    """Where in the notes the answer goes."""

    section = forms.ChoiceField(label="Section of the notes")

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("section", [(section.title, section.title) for section in template_of(release)])


class RequestForm(ForForm):
    title = forms.CharField(label="What the section would be called", max_length=100)
    wanted = forms.CharField(label="What it should tell you, and what for", max_length=LONGEST, widget=TEXT)
    field_order = ["organisation", "title", "wanted"]


class AcceptForm(VersionedForm):
    title = forms.CharField(label="Title of the section", max_length=100)
    guidance = forms.CharField(
        label="What belongs there", max_length=500, widget=TEXT, help_text="Shown to whoever writes the notes."
    )
    required_for = forms.MultipleChoiceField(
        label="Required for",
        required=False,
        choices=UrgencyClass.Name.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="For releases announced from now on. None: offered to all, required of none.",
    )


class ReasonForm(VersionedForm):
    why = forms.CharField(label="Reason", max_length=LONGEST, widget=TEXT)


class QuestionFilter(GovForm):
    """What the list of questions shows."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *QuestionState.choices])
    release = forms.CharField(label="Release reference", required=False, max_length=20)
    mine = forms.BooleanField(label="Asked by us", required=False)


class RequestFilter(GovForm):
    """What the list of content requests shows."""

    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any"), ("open", "Not decided"), *RequestState.choices]
    )
    mine = forms.BooleanField(label="Asked for by us", required=False)
