"""Forms of ballots and of the short acts on objections. They ask what the verbs take; the rules are in the verbs."""

from datetime import datetime
from typing import Any

from django import forms

from portal.pages.forms import GovForm, UkDateTimeField, VersionedForm
from portal.people.models import Committee, Organisation
from portal.workflow.actor import Actor
from releases.ballots import queries
from releases.ballots.models import AppealResult, Ballot, Meeting, Objection
from releases.publishing.models import Release
from releases.publishing.working import words as words_at

LONG = forms.Textarea(attrs={"rows": 6})


class MeetingField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument at run time
    """A choice of meetings, each with its time and place."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.reference}, {words_at(obj.starts_at)}, {obj.place}"


class StepForm(VersionedForm):
    """A form of one act on an objection or ballot; `facts` are the verb's arguments."""

    def __init__(self, *args: Any, row: Objection | Ballot, actor: Actor, at: datetime, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": row.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.row, self.actor, self.at = row, actor, at
        self.prepare()

    def prepare(self) -> None:
        """Fill choices that depend on the row or the person."""

    def facts(self) -> dict[str, Any]:
        """What the verb is called with."""
        return dict(self.cleaned_data)

    def effects(self) -> list[str]:
        """What the answers so far would do, in sentences with numbers."""
        return []


class PlainForm(StepForm):
    """Nothing to say: the act alone."""


class UnseenForm(StepForm):
    """The act alone, whatever changed meanwhile."""

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class WhyForm(StepForm):
    why = forms.CharField(label="Reason", widget=LONG)


class ReasonsForm(StepForm):
    reasons = forms.CharField(label="Reasons", widget=LONG)


class AnswerForm(StepForm):
    answer = forms.CharField(label="DCC’s statement", widget=LONG, help_text="The parties and a committee read it.")


class AgendaForm(StepForm):
    row: Ballot
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(), label="Meeting", required=False, empty_label="None: by correspondence"
    )

    def prepare(self) -> None:
        self.fields["meeting"] = MeetingField(
            queries.coming_meetings(self.row.committee, self.at),
            label="Meeting",
            required=False,
            empty_label="None: by correspondence",
            initial=self.row.meeting,
        )


class DeclareForm(UnseenForm):
    has_interest = forms.TypedChoiceField(
        label="Have you an interest in this matter?",
        choices=[("no", "I have no interest in this matter"), ("yes", "I have an interest")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text="Being affected alone is no conflict. Who declares an interest takes no part until the Chair rules.",
    )
    text = forms.CharField(label="What the interest is", widget=forms.Textarea(attrs={"rows": 3}), required=False)


class StatementForm(UnseenForm):
    organisation_id = forms.TypedChoiceField(label="On behalf of", coerce=int, widget=forms.RadioSelect)
    text = forms.CharField(label="Statement", widget=LONG, help_text="It cannot be changed once it is on the page.")

    def prepare(self) -> None:
        own = [one for one in {self.actor.organisation_id, *self.actor.suppliers} if one is not None]
        rows = Organisation.objects.filter(pk__in=own).order_by("name")
        self.fields["organisation_id"] = forms.TypedChoiceField(
            label="On behalf of",
            coerce=int,
            widget=forms.RadioSelect,
            choices=[(row.pk, row.name) for row in rows],
        )


class PublishForm(StepForm):
    reasons = forms.CharField(label="The committee’s reasons", widget=LONG)
    minority_statement = forms.CharField(label="The minority’s statement", widget=LONG, required=False)


class AppealForm(StepForm):
    appellant = forms.CharField(label="Who appeals", max_length=200)
    why = forms.CharField(label="Grounds of the appeal", widget=LONG)


class AppealOutcomeForm(StepForm):
    result = forms.ChoiceField(
        label="What became of the appeal", choices=AppealResult.choices, widget=forms.RadioSelect
    )
    outcome = forms.CharField(
        label="The Authority’s outcome", widget=LONG, help_text="In the Authority’s words: it stands on the notice."
    )


class RulingForm(UnseenForm):
    recused = forms.TypedChoiceField(
        label="Is this member recused?",
        choices=[("yes", "Yes: takes no part, and leaves the base of the quorum"), ("no", "No: may vote")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(label="Reasons for the ruling", widget=LONG)


class DraftForm(VersionedForm):
    """A new ballot on contested objections."""

    committee = forms.ModelChoiceField(
        Committee.objects.order_by("name"), label="Committee", empty_label="Choose a committee"
    )
    recommends = forms.TypedChoiceField(
        label="What does the committee do?",
        choices=[
            ("no", "Determines: what it decides takes effect by itself"),
            ("yes", "Recommends: a Sub-Committee’s vote, on which the Panel determines next"),
        ],
        coerce=lambda value: value == "yes",
        required=False,
        initial="no",
        widget=forms.RadioSelect,
    )
    objections = forms.ModelMultipleChoiceField(Objection.objects.none(), label="Objections heard")
    question = forms.CharField(label="Question", widget=forms.Textarea(attrs={"rows": 3}))
    defer_to = UkDateTimeField(
        label="Date to which “defer” would defer", help_text="It is fixed when the ballot opens."
    )
    replaces = forms.ModelChoiceField(
        Ballot.objects.none(), label="Ballot it replaces", required=False, empty_label="None"
    )

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["objections"] = forms.ModelMultipleChoiceField(
            queries.contested(release), label="Objections heard", widget=forms.CheckboxSelectMultiple
        )
        self.fields["replaces"] = forms.ModelChoiceField(
            queries.replaceable(release), label="Ballot it replaces", required=False, empty_label="None"
        )

    def clean_recommends(self) -> bool:
        """Whether it only recommends; without an answer it determines."""
        return bool(self.cleaned_data["recommends"])


class DraftWaiverForm(GovForm):
    """An expedited ballot on the notice of an Emergency."""

    committee = forms.ModelChoiceField(
        Committee.objects.order_by("name"), label="Committee", empty_label="Choose a committee"
    )
    question = forms.CharField(label="Question", widget=forms.Textarea(attrs={"rows": 3}))


class DraftReviewForm(DraftWaiverForm):
    """A review ballot of an Emergency."""

    defer_to = UkDateTimeField(
        label="Date to which “defer” would hold the homes not yet activated", help_text="It is fixed with the draft."
    )
