"""The form of a new study."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from devices.studies.approaches import APPROACHES
from devices.studies.assumptions import ASSUMPTIONS, GENERAL, OF_PROBLEMS, Assumption
from devices.studies.models import COUNTING, KINDS, Study
from devices.studies.verbs import LEAST_HOMES, MOST_HOMES, MOST_RUNS, MOST_SEED, Question
from portal.pages.forms import GovForm
from releases.publishing.models import Release

FIGURES = tuple(one.key for one in ASSUMPTIONS)


class StudyForm(GovForm):
    """What is asked, then every figure of the model with what is assumed."""

    title = forms.CharField(label="Title of the study", max_length=200)
    release = forms.Field()  # in its place; which releases there are to choose from is known with the person
    approaches = forms.MultipleChoiceField(
        label="Approaches to compare",
        choices=[(one.name, one.words) for one in APPROACHES],
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.ChoiceField(label="Kind of problem", choices=KINDS, required=False)
    runs = forms.IntegerField(
        label="Runs",
        min_value=1,
        max_value=MOST_RUNS,
        help_text=f"Under each approach, at most {MOST_RUNS:,}. 200 take about half a minute.",
    )
    homes = forms.IntegerField(
        label="Homes",
        min_value=LEAST_HOMES,
        max_value=MOST_HOMES,
        required=False,
        help_text="To which the homes are scaled; empty leaves them as they are.",
    )
    counting = forms.ChoiceField(label="Votes on a ballot", choices=COUNTING)
    seed = forms.IntegerField(
        label="Seed", min_value=0, max_value=MOST_SEED, help_text="The same seed gives the same study."
    )

    def __init__(self, *args: Any, releases: QuerySet[Release], like: Study | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {**_initial(like), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["release"] = _release(releases)
        self.fields |= {one.key: _field(one) for one in ASSUMPTIONS}

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the question."""
        return [self[name] for name in self.fields if name not in FIGURES]

    @property
    def figures(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """The fields of the assumptions in two groups: the heading, the fields, whether one has to be put right."""
        groups = (("What is assumed", GENERAL), ("What is assumed of each kind of problem", OF_PROBLEMS))
        return [
            (words, [self[one.key] for one in group], any(one.key in self.errors for one in group))
            for words, group in groups
        ]

    def question(self) -> Question:
        """What the verb takes."""
        answers = dict(self.cleaned_data)
        answers.pop("release")
        figures = {name: answers.pop(name) for name in FIGURES}
        return Question(figures=figures, **answers)


def _release(releases: QuerySet[Release]) -> forms.Field:
    return forms.ModelChoiceField(
        releases,
        label="Release",
        required=False,
        empty_label="None: every home",
        help_text="Its hub models say which homes are studied.",
    )


def _initial(like: Study | None) -> dict[str, Any]:
    defaults = {one.key: one.default for one in ASSUMPTIONS}
    if like is None:
        asked = {"approaches": [one.name for one in APPROACHES], "runs": 200, "seed": 1, "counting": "per_member"}
        return {**asked, **defaults}
    asked = {
        name: getattr(like, name) for name in ("title", "release", "approaches", "kind", "runs", "counting", "seed")
    }
    return {**asked, "homes": like.homes, **defaults, **like.figures}


def _field(one: Assumption) -> forms.Field:
    facts: dict[str, Any] = {"label": one.words, "min_value": one.least, "max_value": one.most}
    facts["help_text"] = f"{one.unit.capitalize()}, from {one.least:,g} to {one.most:,g}. Source: {one.source}."
    return forms.IntegerField(**facts) if one.is_whole else forms.FloatField(**facts)
