"""Every component on one page, for the people who build pages; in the demonstration and under DEBUG only."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.pages.contributions import Stage
from portal.pages.forms import DateField, GovForm, UkDateTimeField

NOON = datetime(2017, 1, 9, 12, tzinfo=UTC)


class SampleForm(GovForm):
    """One field of each kind."""

    name = forms.CharField(label="Name of the release", help_text="As it will appear in notices.", max_length=80)
    model = forms.ChoiceField(label="Hub model", choices=[("", "Choose one"), ("a", "Alder 3"), ("b", "Birch 1")])
    urgency = forms.ChoiceField(
        label="Urgency class",
        widget=forms.RadioSelect,
        choices=[("urgent", "Urgent"), ("routine", "Routine")],
    )
    regions = forms.MultipleChoiceField(
        label="Regions",
        widget=forms.CheckboxSelectMultiple,
        choices=[("north", "North"), ("central", "Central"), ("south", "South")],
        required=False,
    )
    planned = DateField(label="Planned activation", help_text="For example, 27 3 2017")
    window = UkDateTimeField(label="Window opens", required=False)
    notes = forms.CharField(label="Notes", widget=forms.Textarea(attrs={"rows": 4}), required=False)
    image = forms.FileField(label="Firmware image", widget=forms.FileInput, required=False)
    confirm = forms.BooleanField(label="I have read the consequences")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["urgency"].option_hints = {  # type: ignore[attr-defined]  # read by the form templates
            "urgent": "A defect that affects service: 5 Working Days’ notice before deployment."
        }


def _stages() -> list[Stage]:
    return [
        Stage(10, "Draft", "done", at=NOON),
        Stage(20, "Notice served", "done", at=NOON),
        Stage(30, "User testing", "done", at=datetime(2017, 1, 30, tzinfo=UTC)),
        Stage(40, "Objections", "blocked", planned=datetime(2017, 2, 2, tzinfo=UTC), blocks="1 objection lodged"),
        Stage(50, "Deployment", "current", planned=datetime(2017, 2, 7, tzinfo=UTC), holder="DCC"),
        Stage(60, "Activation", "waiting", planned=datetime(2017, 2, 20, tzinfo=UTC)),
        Stage(70, "Hypercare", "waiting"),
        Stage(80, "Report", "waiting"),
    ]


def _conditions() -> list[dict[str, Any]]:
    return [
        {
            "name": "Image verified",
            "state": "met",
            "date": date(2017, 1, 9),
            "reason": "SHA-256 matches the header.",
        },
        {
            "name": "Notice",
            "state": "waiting",
            "date": date(2017, 2, 7),
            "reason": "20 Working Days run to 6 February.",
        },
        {
            "name": "Objections",
            "state": "not_met",
            "date": None,
            "reason": "One objection is not determined.",
        },
        {
            "name": "Installation period",
            "state": "warning",
            "date": None,
            "reason": "Closed; this only warns.",
        },
        {"name": "Ballot", "state": "not_needed", "date": None, "reason": "No objection was contested."},
    ]


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show each component with an example and the attributes it takes; ``?errors`` shows the form refused."""
    refused = "errors" in request.GET
    form = SampleForm({"planned_day": "31", "planned_month": "2", "planned_year": "2017"}) if refused else SampleForm()
    context = {
        "form": form,
        "stages": _stages(),
        "conditions": _conditions(),
        "noon": NOON,
        "states": "draft notified disputed cleared active halted hypercare closed rejected withdrawn".split(),
        "page_obj": Paginator(range(200), 10).get_page(request.GET.get("page")),
        "hash": "9f2c7a51e0b84d36" * 4,
        "months": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"],
        "lines": [
            ("Deployed", [0, 12_000, 40_000, 72_000, 91_000, 96_000, 98_200, 99_000]),
            ("Activated", [0, 0, 0, 11_000, 45_000, 80_000, 94_000, 97_500]),
            ("Failed", [0, 20, 60, 110, 150, 170, 180, 181]),
        ],
        "bars": [("North", 40_120), ("Central", 29_980), ("South", 29_900)],
        "parts": ["Activated", "Deployed", "Failed", "Excluded"],
        "stacks": [("North", [12_000, 20_000, 120, 3_000]), ("Central", [18_000, 9_000, 80, 2_900])],
        "source": "## Known issues\n\n- *IHD* may need **pairing** again\n\n| Model | State |\n|---|---|\n| A | ok |",
    }
    return render(request, "pages/gallery.html", context)
