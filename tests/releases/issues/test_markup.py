"""The markup of every page of testing, holds and issues is valid, forms with errors included."""

import pytest
from django.urls import reverse

from releases.holds.models import Hold
from releases.issues import verbs
from releases.testing import queries as testing
from releases.testing import verbs as windows
from tests.factories.findings import make_issue, make_window
from tests.html import mistakes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(world, announced, catalogue, sign_in_then):
    """A release with a window, results, issues, comments and a hold; the signed-in client of DCC."""
    window = make_window(world, announced, where="dcc-lab")
    found = [
        windows.Found(catalogue.combinations["dual"], case, outcome, "0A010200", "A note.")
        for case, outcome in zip(testing.cases(), ("pass", "fail", "blocked"), strict=False)
    ]
    windows.report_results(window, found, by=world.actor("supplier"), at=window.starts_at)
    issue, other = make_issue(world, announced), make_issue(world, announced)
    by = world.actor("manager")
    verbs.mark_duplicate(other, issue, by=by, at=world.at)
    verbs.comment(issue, audience="all", text="Seen <again>.", by=by, at=world.at)
    verbs.hold_cohort(issue, stage="both", by=by, at=world.at)
    return window, issue, sign_in_then


def addresses(window, issue) -> list[str]:
    release, hold = [issue.release.reference], [Hold.objects.get().reference]
    return [
        reverse("testing:windows"),
        reverse("testing:cases"),
        reverse("testing:coverage", args=release),
        reverse("testing:window", args=[window.reference]),
        reverse("issues:issues"),
        reverse("issues:issue", args=[issue.reference]),
        reverse("issues:raise_issue", args=release),
        reverse("issues:hold_cohort", args=[issue.reference]),
        reverse("issues:mark_duplicate", args=[issue.reference]),
        reverse("holds:holds"),
        reverse("holds:place"),
        reverse("holds:hold", args=hold),
        reverse("publishing:release", args=release),
    ]


def test_every_page_is_valid(scene):
    window, issue, enter = scene
    client = enter("manager")
    for address in addresses(window, issue):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert mistakes(answer.content.decode()) == [], address


@pytest.mark.parametrize(
    ("who", "name", "of"),
    [
        ("supplier", "testing:book", "release"),
        ("supplier", "testing:report_results", "window"),
        ("supplier", "issues:raise_issue", "release"),
        ("small_supplier", "issues:confirm_reproduced", "issue"),
        ("manager", "issues:mark_duplicate", "issue"),
        ("manager", "issues:hold_cohort", "issue"),
        ("manager", "holds:place", ""),
    ],
)
def test_every_form_with_errors_is_valid(scene, set_clock, who, name, of):
    window, issue, enter = scene
    client = enter(who)
    if of == "window":
        set_clock(window.starts_at)
    row = {"release": issue.release, "window": window, "issue": issue}.get(of)
    answer = client.post(reverse(name, args=[row.reference] if row else []), {"seen": "1"})
    assert answer.status_code == 400
    assert mistakes(answer.content.decode()) == []
