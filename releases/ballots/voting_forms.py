"""Forms of voting: the ballot paper and the casting vote."""

from collections.abc import Mapping
from typing import Any

from django import forms

from portal.pages.forms import VersionedForm
from releases.ballots import rulesets
from releases.ballots.forms import LONG
from releases.ballots.models import ABSTAIN, CHOICES, Ballot
from releases.ballots.paper import Kind, Option, Safeguard
from releases.ballots.sealing import REASON_CHARACTERS, Answers
from releases.ballots.tally import from_json
from releases.ballots.verbs import Paper

YES_NO = [("yes", "Yes"), ("no", "No"), ("abstain", "Abstain on this question")]
ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False, "abstain": None, "": None}


class PaperForm(VersionedForm):
    """Answers that are read back on a check page before they are cast."""

    def answers(self) -> list[tuple[str, str]]:
        """Each question with its answer in words."""
        found = []
        for name, field in self.fields.items():
            if name != "seen":
                value = self.cleaned_data[name]
                labels = dict(getattr(field, "choices", ()))
                found.append((str(field.label), str(labels.get(value, value))))
        return found


class VoteForm(PaperForm):
    """The ballot paper. No choice is preset; the questions of the safeguard appear where they are asked."""

    choice = forms.ChoiceField(label="Your vote", choices=CHOICES, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Reason for your vote",
        max_length=REASON_CHARACTERS,
        widget=LONG,
        help_text=f"Sealed with your vote until close. At most {REASON_CHARACTERS:,} characters.",
    )

    def __init__(self, *args: Any, ballot: Ballot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        safeguard = Safeguard(ballot.safeguard)
        share = rulesets.parse(ballot.rules or rulesets.DEFAULT).override_share
        asked = {}
        if safeguard.asks:
            asked["evidence"] = forms.ChoiceField(
                label="Does the evidence show a fault of severity 1 or 2?", choices=YES_NO, widget=forms.RadioSelect
            )
        if safeguard is not Safeguard.NONE:
            asked["override"] = forms.ChoiceField(
                label="Override the minority safeguard, so that this cohort is not held until fixed?",
                help_text=f"It carries only by {share} of the votes cast on this question.",
                choices=YES_NO,
                widget=forms.RadioSelect,
            )
        options = [str(option) for option in Kind(ballot.kind).options]
        choices = [(value, label) for value, label in CHOICES if value in (*options, ABSTAIN)]
        self.fields["choice"] = forms.ChoiceField(label="Your vote", choices=choices, widget=forms.RadioSelect)
        reason = self.fields.pop("reason")
        self.fields |= {**asked, "reason": reason}

    def paper(self) -> Paper:
        """The answers as the verb takes them."""
        answers = self.cleaned_data
        return Paper(
            choice=answers["choice"],
            reason=answers["reason"],
            evidence=ANSWERS[answers.get("evidence", "")],
            override=ANSWERS[answers.get("override", "")],
        )


def in_words(answers: Answers) -> list[tuple[str, str]]:
    """What a voter answered, as the voter's own page shows it."""
    yes_no = {True: "Yes", False: "No", None: "Abstained or not asked"}
    return [
        ("Your vote", dict(CHOICES)[answers.choice]),
        ("Does the evidence show severity 1 or 2?", yes_no[answers.evidence]),
        ("Override the minority safeguard?", yes_no[answers.override]),
        ("Reason", answers.reason),
    ]


class CastingVoteForm(PaperForm):
    """The casting vote: one of the two tied options."""

    choice = forms.ChoiceField(label="Casting vote", widget=forms.RadioSelect)
    reasons = forms.CharField(label="Reasons", widget=LONG)

    def __init__(self, *args: Any, ballot: Ballot, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": ballot.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.between: tuple[Option, ...] = from_json(ballot.tally.result).between
        self.fields["choice"] = forms.ChoiceField(
            label="Casting vote",
            choices=[(option.value, option.words.capitalize()) for option in self.between],
            widget=forms.RadioSelect,
        )
