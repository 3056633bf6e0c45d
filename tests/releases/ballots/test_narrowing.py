"""DCC offers to hold a part of an objection's homes: the objector sees what is let go, and exactly that is held."""

import pytest
from django.urls import reverse

from portal.workflow.errors import Invalid, NotNow
from releases.ballots import verbs
from releases.ballots.models import Objection
from releases.holds.models import Hold
from releases.holds.queries import cells_of
from releases.products import cohorts
from releases.products.cohorts import Cohort
from tests.factories import ballots as make


def homes(cohort: Cohort, matter) -> int:
    return cohorts.counts(cells_of(cohort, matter.release)).homes


def whole(matter, **changes) -> Objection:
    """An admitted objection on the homes of "heron", wherever they are."""
    heron = matter.world.organisations["heron"].pk
    return make.admit(matter, cohort=Cohort(suppliers=frozenset({heron})), **changes)


def narrow(matter, objection: Objection, **axes: list) -> Objection:
    part = Cohort(**{axis: frozenset(values) for axis, values in axes.items()})
    return verbs.narrow(objection, answer="These.", cohort=part, by=matter.actor("manager"), at=matter.at)


def test_the_objector_agrees_to_a_part_and_exactly_that_is_held(matter, sign_in):
    objection = narrow(matter, whole(matter), regions=["north"])
    part = Cohort(regions=frozenset({"north"}), suppliers=frozenset(objection.suppliers))
    assert (objection.state, objection.offer, objection.offered) == ("narrowed", part, part.as_json())
    kept, let_go = homes(part, matter), homes(Cohort.of(objection), matter) - homes(part, matter)
    assert kept and let_go
    for name in ("objection", "agree"):
        page = sign_in("supplier").get(reverse(f"ballots:{name}", args=[objection.reference])).text
        assert f"region North; supplier Heron Power, {kept:,} homes." in page
        assert f"Let go with the rest of the release: {let_go:,} homes of the objection." in page
    verbs.agree(objection, by=matter.actor("supplier"), at=matter.at)
    assert [Cohort.of(hold) for hold in Hold.objects.all()] == [part]


def test_a_part_refused_is_contested_for_all_of_the_homes(matter):
    objection = narrow(matter, whole(matter), regions=["north"])
    objection = verbs.disagree(objection, why="All of them.", by=matter.actor("supplier"), at=matter.at)
    ballot = make.open_ballot(matter, objection)
    assert [Cohort.from_json(axes) for axes in ballot.exclusion] == [Cohort.of(objection)]


def test_all_of_the_homes_are_offered_where_nothing_less_is_said(matter):
    objection = whole(matter)
    offered = narrow(matter, objection, suppliers=objection.suppliers)
    assert (offered.offered, offered.offer) == (None, Cohort.of(objection))


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ({"regions": ["north", "south"]}, "Take out region South."),
        ({"regions": ["north"], "smets": [1]}, "No home of the objection is in the selection"),
    ],
)
def test_only_homes_of_the_objection_are_offered(matter, axes, sentence):
    with pytest.raises(Invalid, match=sentence) as refusal:
        narrow(matter, make.admit(matter), **axes)
    assert list(refusal.value.fields) == ["cohort"]
    assert Objection.objects.get().state == "admitted"


def test_homes_with_established_evidence_are_held_all_or_contested(matter):
    """Rule: the minority safeguard. Its evidence may be established while the objector thinks."""
    matter.issue = make.make_issue(matter.world, matter.release, severity=2, suppliers=[], regions=[])
    objection = narrow(matter, whole(matter), regions=["north"])
    matter.issue.reproduced_by, matter.issue.reproduced_at = matter.world.organisations["osprey"], matter.at
    matter.issue.save()
    with pytest.raises(NotNow, match="a narrowing holds all of them until fixed"):
        verbs.agree(objection, by=matter.actor("supplier"), at=matter.at)
    objection = verbs.disagree(objection, why="All.", by=matter.actor("supplier"), at=matter.at)
    verbs.withdraw(objection, why="Once more.", by=matter.actor("supplier"), at=matter.at)
    other = whole(matter, issues=[matter.issue])
    with pytest.raises(Invalid, match="a narrowing holds all of them until fixed"):
        narrow(matter, other, regions=["north"])
    assert narrow(matter, other).offered is None


def test_dcc_offers_a_part_by_form_and_sees_what_it_lets_go(matter, sign_in):
    objection = whole(matter)
    client, narrowing = sign_in("manager"), reverse("ballots:narrow", args=[objection.reference])
    page = client.get(narrowing).text
    assert "Homes you offer to hold" in page and "All are held." in page
    sent = {"answer": "These.", "suppliers": objection.suppliers, "regions": ["north"]}
    counted = client.post(narrowing, sent | {"count": "yes"})
    assert counted.status_code == 200 and "Let go with the rest of the release" in counted.text
    wrong = client.post(narrowing, sent | {"suppliers": [matter.world.organisations["osprey"].pk]})
    assert wrong.status_code == 400 and "Take out supplier Osprey Gas" in wrong.text and "These." in wrong.text
    assert Objection.objects.get().state == "admitted"
    assert client.post(narrowing, sent).status_code == 302
    assert Objection.objects.get().offered["regions"] == ["north"]


def test_a_part_by_api(matter, sign_in):
    objection, client = whole(matter), sign_in("manager")
    path = f"/api/v1/objections/{objection.reference}/narrow/"
    body = {"answer": "These.", "cohort": {"regions": ["north"]}}
    answer = client.post(path, body, content_type="application/json")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["offered"] == {"regions": ["north"], "suppliers": objection.suppliers}
