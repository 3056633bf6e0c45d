"""Whether a release fits the product lists: warned of in a draft, asked by the gates."""

from datetime import date

import pytest

from releases.gates.conditions import holds
from releases.gates.release_wide import Facts, besides_state
from releases.products.models import FirmwareVersion, ValidityPeriod
from releases.publishing import fitness
from releases.publishing.fitness import MET, NOT_MET, WARNING
from tests.factories.queries import same_queries
from tests.factories.releases import OLD, TARGET, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def periods(catalogue):
    for specification, version in (("CHTS", "1.1"), ("GBCS", "3.2"), ("GBCS", "2.0")):
        ValidityPeriod.objects.create(specification=specification, version=version, installation_from=date(2016, 1, 1))
    return ValidityPeriod.objects


def said(release) -> list[tuple[str, str, str]]:
    return [(one.title, one.state, one.reason) for one in fitness.worth_saying(release)]


def test_a_release_that_fits_has_nothing_to_be_said(periods, draft):
    assert said(draft) == []
    assert {one.state for one in fitness.findings(draft)} == {MET}
    assert len(fitness.findings(draft)) == 5


def test_the_entry_must_be_current_and_of_this_image_and_these_specifications(periods, ready, catalogue):
    entry = FirmwareVersion.objects.filter(pk=catalogue.versions[f"alder {TARGET}"].pk)
    entry.update(image_hash="ab" * 32, chts="1.2")
    assert said(ready)[0][1:] == (
        NOT_MET,
        "The list has another image's SHA-256 for Alder 1. The release states CHTS 1.1; the list has 1.2 for Alder 1.",
    )
    entry.update(status="removed")
    assert said(ready)[0][2] == "0A010200 is not listed as current for Alder 1."
    ready.hub_models.clear()
    assert said(ready)[0][2] == "No hub model is chosen."


def test_from_versions_that_make_no_sense_are_named(periods, world, catalogue):
    both = [catalogue.models["alder"], catalogue.models["birch"]]
    newer = FirmwareVersion.objects.create(
        hub_model=both[0], version="0A010300", chts="1.1", gbcs="3.2", listed_on=date(2017, 1, 1)
    )
    release = make_draft(world, catalogue, hub_models=both, from_versions=[newer])
    assert said(release) == [
        (
            "Permitted from-versions",
            WARNING,
            "No version of Birch 2 is permitted: its hubs stay as they are. "
            "Newer than what the release leads to: Alder 1 0A010300. That would be a rollback.",
        )
    ]
    release.from_versions.set([catalogue.versions[f"alder {TARGET}"]])
    assert said(release)[0][1:] == (NOT_MET, "0A010200 is what the release leads to; take it out.")


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({"maintenance_to": date(2017, 1, 29)}, NOT_MET, "Ends on 29 January 2017, before the planned activation."),
        ({"applicability_to": date(2017, 1, 29)}, NOT_MET, "Ends on 29 January 2017, before the planned activation."),
        ({"installation_to": date(2017, 1, 29)}, WARNING, "Closed on 29 January 2017: new hubs may not be installed"),
    ],
)
def test_the_periods_of_the_target_cover_the_planned_activation(periods, draft, change, state, words):
    periods.filter(specification="GBCS", version="3.2").update(**change)
    assert any(found[1] == state and found[2].startswith(words) for found in said(draft))
    conditions = besides_state(Facts(draft, draft.drafted_at), "deployment")
    assert any(one.reason.startswith(words) and one.standing == state for one in conditions)


def test_without_a_planned_activation_an_end_cannot_be_covered(periods, world, catalogue):
    release = make_draft(world, catalogue, planned_activation_at=None, planned_deployment_at=None)
    periods.filter(specification="CHTS").update(maintenance_to=date(2030, 1, 1))
    assert said(release)[0][2] == "Ends on 1 January 2030; no activation is planned yet."


def test_a_specification_not_stated_or_without_row_is_named(world, catalogue):
    release = make_draft(world, catalogue, chts="")
    assert [reason for _, _, reason in said(release)] == ["No CHTS is stated.", "GBCS 3.2 has no validity row."]


def test_the_end_of_the_old_versions_maintenance_is_a_deadline_and_never_a_block(periods, draft, catalogue):
    FirmwareVersion.objects.filter(pk=catalogue.versions[f"alder {OLD}"].pk).update(gbcs="2.0")
    periods.filter(version="2.0").update(maintenance_to=date(2017, 1, 20))
    ((title, state, reason),) = said(draft)
    assert (title, state) == ("Deadline of an old version", WARNING)
    assert reason == (
        "Maintenance of Alder 1 0A010100 ends on 20 January 2017: move these homes by then. "
        "That is before the planned activation."
    )
    found = [one for one in besides_state(Facts(draft, draft.drafted_at), "deployment") if one.title == title]
    assert len(found) == 1 and holds(found)
    draft.from_versions.clear()
    periods.filter(version="2.0").update(maintenance_to=date(2027, 1, 20))
    assert [reason for _, _, reason in said(draft)] == [
        "Maintenance of Alder 1 0A010100 ends on 20 January 2027: move these homes by then."
    ]


def test_a_draft_shows_it_to_dcc_on_its_page_before_announcing_and_by_api(periods, sign_in_then, draft):
    periods.filter(specification="CHTS").update(maintenance_to=date(2017, 1, 29))
    client = sign_in_then("manager")
    for page in (f"/releases/{draft.reference}/", f"/releases/{draft.reference}/announce/"):
        assert "Ends on 29 January 2017, before the planned activation." in client.get(page).content.decode()
    found = client.get(f"/api/v1/releases/{draft.reference}/fitness/").json()
    assert {"title": "CHTS 1.1 maintenance period", "state": NOT_MET} == {
        name: found[2][name] for name in ("title", "state")
    }


def test_it_costs_the_same_for_one_start_and_for_many(periods, sign_in_then, world, catalogue):
    both = [catalogue.models["alder"], catalogue.models["birch"]]
    few = make_draft(world, catalogue)
    many = make_draft(
        world, catalogue, hub_models=both, from_versions=[catalogue.versions[f"{m} {OLD}"] for m in ("alder", "birch")]
    )
    client = sign_in_then("manager")
    with same_queries() as cost:
        cost.of(lambda: client.get(f"/api/v1/releases/{few.reference}/fitness/"))
        cost.of(lambda: client.get(f"/api/v1/releases/{many.reference}/fitness/"))
