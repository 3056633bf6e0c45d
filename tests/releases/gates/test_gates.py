"""The gates of a release, condition by condition, on real rows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.workflow.actor import system
from portal.workflow.errors import NotAllowed, NotNow
from releases.gates import can, contributes, verbs
from releases.gates.conditions import Standing
from releases.gates.queries import gate, open_cells
from releases.gates.tasks import clear_all
from releases.products.models import FirmwareVersion, ValidityPeriod
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState
from tests.factories.releases import make_announced, make_catalogue, make_draft

KEEPER = system("Gate keeper")
SERVED = datetime(2017, 1, 9, 12, 30, tzinfo=UTC)
DEPLOY = datetime(2017, 1, 17, tzinfo=UTC)
ACTIVATE = datetime(2017, 1, 30, tzinfo=UTC)
ALL = [1, 2, 3, 4]


@pytest.fixture
def catalogue(world, defaults):
    for specification, version in (("CHTS", "1.1"), ("GBCS", "3.2")):
        ValidityPeriod.objects.create(specification=specification, version=version, installation_from=date(2016, 1, 1))
    return make_catalogue(world)


@pytest.fixture
def release(world, catalogue) -> Release:
    """An Urgent consultation of "alder", announced on Monday 9 January 2017 at noon."""
    return make_announced(world, catalogue)


def serve(world, release, *names: str, at: datetime = SERVED) -> None:
    for name in names:
        publishing.serve_by_other_means(
            release, world.organisations[name], why="By hand.", by=world.actor("manager"), at=at
        )


def standing(release, stage, title, at) -> Standing:
    (found,) = [condition for condition in gate(release, stage, at).conditions if condition.title == title]
    return found.standing


def test_each_hub_waits_only_for_its_own_suppliers(world, release):
    serve(world, release, "heron")

    assert open_cells(release, "deployment", ALL, DEPLOY) == {1, 2}

    serve(world, release, "osprey", at=datetime(2017, 1, 12, 12, tzinfo=UTC))
    assert open_cells(release, "deployment", ALL, DEPLOY) == {1, 2}
    assert open_cells(release, "deployment", ALL, datetime(2017, 1, 20, tzinfo=UTC)) == {1, 2, 3}


def test_only_asked_cells_of_the_release_are_answered(world, release):
    serve(world, release, "heron", "osprey", "fernlight")

    assert open_cells(release, "deployment", [2, 4, 99], DEPLOY) == {2}
    assert open_cells(release, "deployment", [], DEPLOY) == set()


def test_before_the_planned_date_every_cell_is_shut(world, release):
    serve(world, release, "heron", "osprey")

    assert open_cells(release, "deployment", ALL, DEPLOY - timedelta(seconds=1)) == set()
    assert standing(release, "deployment", "Planned deployment date", SERVED) == Standing.NOT_YET


def test_the_page_counts_homes(world, release):
    serve(world, release, "heron")

    found = gate(release, "deployment", DEPLOY)

    assert (found.is_open, found.open_homes, found.all_homes) == (True, 300, 350)
    assert found.by_cell[0].reason == "50 of 350 homes wait; the others pass."


def test_a_draft_is_shut_and_says_why(world, catalogue):
    draft = make_draft(world, catalogue)

    found = gate(draft, "deployment", DEPLOY)
    unmet = {condition.title for condition in found.conditions if condition.standing == Standing.UNMET}

    assert not found.is_open
    assert unmet == {
        "State of the release",
        "Image verified",
        "Test evidence (Section T)",
        "Release notes",
        "Statutory notice",
        "Notice served on the responsible suppliers",
    }


def test_activation_asks_for_the_cleared_state(world, release):
    serve(world, release, "heron", "osprey")

    assert open_cells(release, "activation", ALL, ACTIVATE) == set()
    assert standing(release, "activation", "State of the release", ACTIVATE) == Standing.UNMET

    release = verbs.clear(release, by=KEEPER, at=ACTIVATE)
    assert release.state == ReleaseState.CLEARED
    assert open_cells(release, "activation", ALL, ACTIVATE) == {1, 2, 3}


@pytest.mark.parametrize(
    ("title", "moment"),
    [
        ("User-test period", datetime(2017, 1, 16, 23, 59, tzinfo=UTC)),
        ("Objection window", datetime(2017, 1, 18, 23, 59, tzinfo=UTC)),
        ("Planned activation date", ACTIVATE - timedelta(seconds=1)),
    ],
)
def test_what_the_clock_still_keeps_shut(release, title, moment):
    assert standing(release, "activation", title, moment) == Standing.NOT_YET
    assert standing(release, "activation", title, ACTIVATE) == Standing.MET


def test_a_deferral_shuts_a_cleared_release_again(world, release):
    verbs.clear(release, by=KEEPER, at=ACTIVATE)
    publishing.defer(release, until=ACTIVATE + timedelta(days=9), by=KEEPER, at=ACTIVATE, why="Determined.")

    release = verbs.unclear(release, by=KEEPER, at=ACTIVATE)

    assert release.state == ReleaseState.NOTIFIED
    assert can.clear.why_not(release, at=ACTIVATE).startswith("Deferred date")


def test_no_person_opens_a_gate(world, release):
    with pytest.raises(NotAllowed, match="Only the portal"):
        verbs.clear(release, by=world.actor("manager"), at=ACTIVATE)


def test_clearing_too_early_says_what_is_missing(release):
    with pytest.raises(NotNow, match="Planned deployment date: The date stated"):
        verbs.clear(release, by=KEEPER, at=SERVED)


def test_a_release_that_still_holds_is_not_taken_back(release):
    release = verbs.clear(release, by=KEEPER, at=ACTIVATE)

    with pytest.raises(NotNow, match="still holds"):
        verbs.unclear(release, by=KEEPER, at=ACTIVATE)


def test_the_keeper_clears_by_the_clock(release, time_machine_at):
    time_machine_at(ACTIVATE - timedelta(hours=1))
    clear_all()
    release.refresh_from_db()
    assert release.state == ReleaseState.NOTIFIED

    time_machine_at(ACTIVATE)
    clear_all()
    clear_all()
    release.refresh_from_db()
    assert release.state == ReleaseState.CLEARED


@pytest.mark.parametrize(
    ("change", "title", "expected"),
    [
        ({"maintenance_to": date(2017, 1, 29)}, "CHTS 1.1 maintenance period", Standing.UNMET),
        ({"maintenance_to": date(2017, 1, 30)}, "CHTS 1.1 maintenance period", Standing.MET),
        ({"installation_to": date(2017, 1, 1)}, "CHTS 1.1 installation period", Standing.NOTE),
    ],
)
def test_validity_of_the_target(release, change, title, expected):
    ValidityPeriod.objects.filter(specification="CHTS").update(**change)

    assert standing(release, "deployment", title, DEPLOY) == expected


def test_applicability_of_gbcs_must_cover_the_activation(release):
    ValidityPeriod.objects.filter(specification="GBCS").update(applicability_to=date(2017, 1, 1))

    assert standing(release, "deployment", "GBCS 3.2 applicability", DEPLOY) == Standing.UNMET


def test_a_specification_without_a_row_blocks(release):
    ValidityPeriod.objects.filter(specification="CHTS").delete()

    assert standing(release, "deployment", "CHTS validity", DEPLOY) == Standing.UNMET


def test_a_version_taken_off_the_list_blocks(release):
    listed = FirmwareVersion.objects.filter(version=release.firmware_version)
    assert standing(release, "deployment", "Central Products List", DEPLOY) == Standing.MET

    listed.update(status=FirmwareVersion.Status.REMOVED)

    assert standing(release, "deployment", "Central Products List", DEPLOY) == Standing.UNMET


def test_notice_only_needs_its_authority(world, catalogue):
    release = make_draft(world, catalogue, approach="notice_only")
    assert standing(release, "deployment", "Condition of the approach", DEPLOY) == Standing.UNMET

    release.approach_authority = "DET-2017-001"
    release.save()

    assert standing(release, "deployment", "Condition of the approach", DEPLOY) == Standing.MET
    assert standing(release, "activation", "User-test period", DEPLOY) == Standing.NOT_NEEDED


def test_the_clock_names_when_the_last_responsible_suppliers_notice_is_over(world, release):
    assert list(contributes.due(system("clock"), SERVED)) == []  # nobody is served yet
    serve(world, release, "heron")
    serve(world, release, "osprey", at=SERVED + timedelta(days=2))
    found = {due.text.partition(": ")[2]: due.at for due in contributes.due(system("clock"), SERVED)}
    over = datetime(2017, 1, 19, tzinfo=UTC)  # Wednesday the 11th: 5 Working Days, and 7 clear days
    assert found == {"deployment notice over": over, "activation notice over": over}
    assert list(contributes.due(system("clock"), over)) == []
