"""Forms of the rollout pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from devices.gateway import Stage
from devices.rollouts import wave_text
from devices.rollouts.models import NightlyCapacity, Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.plans import Plan
from devices.rollouts.strata import AtFault
from devices.rollouts.verdicts import Thresholds
from devices.simulator.scenarios import SCENARIOS
from portal.pages.forms import GovForm, VersionedForm
from releases.holds.models import Stage as HoldStage
from releases.products.models import Region

# Seconds of portal time: from asking to collecting, before silent hubs are asked again, soak of a wave.
PACES: dict[str, tuple[str, tuple[int, int, int]]] = {
    "nightly": ("Nightly: silent hubs are asked again after 4 hours, a wave soaks for an hour", (900, 14_400, 3_600)),
    "weekly": ("Careful: silent hubs are asked again after a day, a wave soaks for a week", (900, 86_400, 604_800)),
    "quick": ("Quick: seconds instead of hours, to watch a whole rollout in minutes", (2, 10, 6)),
}
CONFIDENCES = (("0.9", "90 %"), ("0.95", "95 %"), ("0.99", "99 %"))
WHY = forms.Textarea(attrs={"rows": 3})


def paces() -> list[tuple[str, str]]:
    """Return the paces to choose from; the quick one belongs to the demonstration."""
    return [(name, words) for name, (words, _) in PACES.items() if settings.DEMO or name != "quick"]


class PlanForm(GovForm):
    """What a planner chooses."""

    canary = forms.IntegerField(label="Hubs in the first wave", min_value=1, max_value=1_000_000, initial=1_000)
    shares = forms.CharField(
        label="Later waves, in per cent of all hubs",
        initial="10, 30",
        required=False,
        help_text="Such as 10, 30. A last wave takes the rest.",
    )
    by_region = forms.CharField(
        label="Waves that differ by region",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="In place of the sizes above, one wave a line: 500 North, or 10 %, or 20 % North, 40 % Central and"
        " South. A last wave takes the rest.",
    )
    limit = forms.FloatField(
        label="Halt when more than this share of reported hubs fails, in per cent",
        min_value=0.01,
        max_value=99,
        initial=5,
        help_text="Hubs that never answer until their time runs out count as failed.",
    )
    minimum = forms.IntegerField(label="Reports needed before a wave is judged", min_value=1, initial=200)
    confidence = forms.ChoiceField(label="Confidence of the judgement", choices=CONFIDENCES, initial="0.95")
    turns = forms.IntegerField(label="How often a silent hub is asked", min_value=1, max_value=8, initial=3)
    window_opens = forms.TimeField(
        label="Activation window opens", required=False, help_text="Local time, such as 22:00. Empty: all day."
    )
    window_closes = forms.TimeField(label="Activation window closes", required=False)
    pace = forms.ChoiceField(label="Pace", choices=paces, widget=forms.RadioSelect)
    scenario = forms.ChoiceField(
        label="Simulated nights",
        choices=[(scenario.name, scenario.summary.capitalize()) for scenario in SCENARIOS.values()],
        initial="calm",
        help_text="The network is simulated: choose what its nights and the image are like.",
    )

    def __init__(self, *args: Any, has_firm_nights: bool = False, **kwargs: Any) -> None:
        initial = {"pace": "quick" if settings.DEMO else "nightly", **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **kwargs)
        for name in ("canary", "shares", "by_region") if has_firm_nights else ():
            del self.fields[name]  # each night is a wave with the homes confirmed for it

    def clean_shares(self) -> list[float]:
        """Return the shares as fractions."""
        texts = [
            text.strip(" %") for text in self.cleaned_data["shares"].replace(";", ",").split(",") if text.strip(" %")
        ]
        try:
            shares = [float(text) / 100 for text in texts]
        except ValueError as error:
            raise ValidationError("Give numbers with commas between them, such as 10, 30.") from error
        if any(not 0 < share <= 1 for share in shares) or sum(shares) > 1:
            raise ValidationError("Each share lies between 0 and 100 per cent, and together at most 100.")
        return shares

    def clean_by_region(self) -> list[WaveSpec]:
        """Return the waves written out."""
        try:
            return wave_text.read(self.cleaned_data["by_region"], {region.value: region.value for region in Region})
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Check what goes together."""
        answers = super().clean() or {}
        if bool(answers.get("window_opens")) != bool(answers.get("window_closes")):
            self.add_error("window_closes", "Give both the time the window opens and the time it closes, or neither.")
        return answers

    def waves(self) -> list[WaveSpec]:
        """Return the waves: those written out, or the canary and the shares; and the rest."""
        answers = self.cleaned_data
        if "canary" not in answers:
            return [WaveSpec(share=1.0)]
        if answers["by_region"]:
            return [*answers["by_region"], WaveSpec(share=1.0)]
        later = [WaveSpec(share=share) for share in answers["shares"]]
        return [WaveSpec(hubs=answers["canary"]), *later, WaveSpec(share=1.0)]

    def plan(self) -> Plan:
        """Return the choices as the verb takes them."""
        answers = self.cleaned_data
        answer, retry, soak = PACES[answers["pace"]][1]
        return Plan(
            waves=self.waves(),
            thresholds=Thresholds(answers["limit"] / 100, answers["minimum"], float(answers["confidence"])),
            turns=answers["turns"],
            answer_seconds=answer,
            retry_seconds=retry,
            soak_seconds=soak,
            window_opens=answers["window_opens"],
            window_closes=answers["window_closes"],
            scenario=answers["scenario"],
        )


class CapacityForm(VersionedForm):
    """How many hubs of a region may be asked in one night."""

    deployment = forms.IntegerField(
        label="Hubs a night that may be sent the image", required=False, min_value=0, max_value=100_000_000
    )
    activation = forms.IntegerField(
        label="Hubs a night that may be activated", required=False, min_value=0, max_value=100_000_000
    )

    def __init__(self, *args: Any, capacity: NightlyCapacity | None, **kwargs: Any) -> None:
        now = capacity or NightlyCapacity()
        initial = {"seen": now.version if capacity else 0, "deployment": now.deployment, "activation": now.activation}
        super().__init__(*args, initial=initial, **kwargs)


class ReasonForm(VersionedForm):
    """Why, and the version the person has seen."""

    why = forms.CharField(label="Why", required=False, max_length=2000, widget=WHY)


class HoldPartForm(VersionedForm):
    """Which part at fault is held, and what the hold stops."""

    part = forms.ChoiceField(label="Which homes", widget=forms.RadioSelect)
    stage = forms.ChoiceField(label="What it stops", choices=HoldStage.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, parts: Sequence[AtFault], rollout: Rollout, **kwargs: Any) -> None:
        stage = HoldStage.ACTIVATION if rollout.stage is Stage.ACTIVATION else HoldStage.BOTH
        only = {"part": parts[0].key} if len(parts) == 1 else {}
        super().__init__(*args, initial={"seen": rollout.version, "stage": stage, **only}, **kwargs)
        self.offer("part", [(part.key, capfirst(part.words)) for part in parts])


class ReportForm(VersionedForm):
    """What DCC adds to the figures of an exit report."""

    remarks = forms.CharField(label="Remarks", required=False, max_length=10_000, widget=WHY)
