"""An objection has homes of its own, chosen as an issue's and a hold's are."""

import pytest
from django.urls import reverse

from releases.ballots.models import Objection
from releases.holds.queries import cells_of
from releases.products import cohorts
from releases.products.cohorts import Cohort
from tests.factories import ballots as make


def answers(matter, **changes) -> dict:
    return {
        "supplier": matter.world.organisations["heron"].pk,
        "issues": [matter.issue.pk],
        "homes": "cited",
        "is_limited": "no",
        "evidence": "Video of ten displays.",
        "remedy": "hold",
        "seen": matter.release.version,
    } | changes


def address(matter, name: str = "lodge") -> str:
    return reverse(f"ballots:{name}", args=[matter.release.reference])


def homes(cohort: Cohort, matter) -> int:
    return cohorts.counts(cells_of(cohort, matter.release)).homes


@pytest.mark.parametrize(
    ("sent", "axes"),
    [
        ({}, {"regions": ["north"], "suppliers": ["heron"]}),
        ({"homes": "lists", "regions": ["north", "south"]}, {"regions": ["north", "south"]}),
        ({"homes": "lists", "regions": ["north"], "own_homes": "on"}, {"regions": ["north"], "suppliers": ["heron"]}),
        ({"homes": "release"}, {}),
        ({"homes": "release", "own_homes": "on"}, {"suppliers": ["heron"]}),
    ],
)
def test_the_homes_are_those_cited_or_chosen_or_every_home(matter, sign_in, sent, axes):
    assert sign_in("supplier").post(address(matter), answers(matter, **sent)).status_code == 302
    found = Cohort.of(Objection.objects.get()).as_json()
    if "suppliers" in axes:
        axes = axes | {"suppliers": [matter.world.organisations["heron"].pk]}
    assert found == axes


def test_several_issues_cited_give_the_smallest_selection_that_holds_each(matter, sign_in):
    south = make.make_issue(matter.world, matter.release, regions=["south"])
    everywhere = make.make_issue(matter.world, matter.release, suppliers=[])
    client = sign_in("supplier")
    client.post(address(matter), answers(matter, issues=[matter.issue.pk, south.pk]))
    client.post(address(matter), answers(matter, issues=[south.pk, everywhere.pk], seen=""))
    first, second = Objection.objects.order_by("pk")
    assert (first.regions, first.suppliers) == (["north", "south"], south.suppliers)
    assert (second.regions, second.suppliers) == (["north", "south"], [])


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"homes": "lists"}, "Choose homes in the lists, or say that it concerns every home"),
        ({"homes": "lists", "regions": ["east"]}, "east is not one of the available choices"),
        ({"homes": "lists", "regions": ["central"]}, "This selection has no homes that the release concerns."),
        ({"homes": "cited", "regions": ["north"]}, "Homes are chosen in the lists below: say that it is those"),
        ({"homes": ""}, "Choose homes concerned."),
    ],
)
def test_what_is_wrong_with_the_homes_is_said_beside_them_and_the_lists_stay_open(matter, sign_in, sent, sentence):
    page = sign_in("supplier").post(address(matter), answers(matter, **sent))
    assert page.status_code == 400 and sentence in page.text and not Objection.objects.exists()
    assert "Video of ten displays." in page.text
    assert ('<details class="govuk-details" open>' in page.text) == (sent["homes"] != "")


def test_homes_are_counted_before_anything_is_lodged(matter, sign_in):
    client, cited = sign_in("supplier"), homes(Cohort.of(matter.issue), matter)
    page = client.post(address(matter), answers(matter, count="yes"))
    assert page.status_code == 200 and not Objection.objects.exists()
    assert "Count the homes" in page.text and f"{cited:,}" in page.text
    counted = client.get(address(matter, "count_homes"), answers(matter)).text
    assert f"{cited:,}" in counted and "Nothing is chosen" not in counted
    assert "Nothing is chosen" in client.get(address(matter, "count_homes")).text
    every = client.get(address(matter, "count_homes"), answers(matter, homes="release")).text
    assert f"{homes(Cohort(), matter):,}" in every and "Nothing is chosen" not in every
