"""The form of a new version of the voting rules."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from django import forms

from portal.pages.forms import DateField, GovForm
from releases.ballots.models import RuleSet
from releases.ballots.rulesets import CLOCKS, Counting
from releases.ballots.verbs import RuleSetFacts
from releases.ballots.verbs.rule_sets import LONGEST, MOST_VOTES

COUNTING = [
    (Counting.PER_MEMBER.value, "Each vote weighs the same"),
    (Counting.PER_CATEGORY.value, "Each category has one voice, split equally among its votes"),
]


class ShareField(forms.CharField):
    """An exact share such as 2/3; cleans to its text in lowest terms."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            share = Fraction(text.replace(" ", ""))
        except (ValueError, ZeroDivisionError):
            share = Fraction(0)
        if not 0 < share <= 1:
            raise forms.ValidationError("Give a share above 0 and at most 1 as a fraction, like 2/3.")
        return str(share)


def _days(label: str, hint: str) -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=LONGEST, label=label, help_text=hint)


class RulesForm(GovForm):
    """A new version of the voting rules."""

    title = forms.CharField(label="Title", max_length=120)
    effective_from = DateField(label="From", help_text="A day after today. The version before it stands until then.")
    counting = forms.ChoiceField(choices=COUNTING, label="Counting", widget=forms.RadioSelect)
    quorum_share = ShareField(label="Quorum: share of the entitled members", help_text="A fraction, like 1/2.")
    quorum_votes = forms.IntegerField(min_value=1, max_value=MOST_VOTES, label="Quorum: votes cast at least")
    override_share = ShareField(
        label="Override of the minority safeguard: share of the votes cast", help_text="At least 2/3, by rule."
    )
    why = forms.CharField(max_length=2000, label="Why the rules change", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, present: RuleSet, **kwargs: Any) -> None:
        clocks = present.rules["clocks"]
        first = {name: present.rules[name] for name in ("counting", "quorum_share", "quorum_votes", "override_share")}
        first |= {f"{name}_{which}": days for name, clock in clocks.items() for which, days in clock.items()}
        super().__init__(*args, initial={"title": present.title, **first}, **kwargs)
        for name, title in CLOCKS.items():
            self.fields[f"{name}_urgent"] = _days(f"{title}: Urgent releases", "Working Days.")
            self.fields[f"{name}_others"] = _days(f"{title}: other releases", "Working Days.")
        self.order_fields([*(name for name in self.fields if name != "why"), "why"])

    def rules(self) -> dict[str, Any]:
        """Return the answers as the object that is stored."""
        answers = self.cleaned_data
        names = ("counting", "quorum_share", "quorum_votes", "override_share")
        return {name: answers[name] for name in names} | {"clocks": dict(self._clocks())}

    def _clocks(self) -> Iterator[tuple[str, dict[str, int]]]:
        for name in CLOCKS:
            yield name, {which: self.cleaned_data[f"{name}_{which}"] for which in ("urgent", "others")}

    def facts(self) -> RuleSetFacts:
        """Return the answers as the value the verb takes."""
        return RuleSetFacts(self.cleaned_data["title"], self.cleaned_data["effective_from"], self.rules())
