"""Product lists under several hands at once."""

import io

import pytest

from portal.workflow.errors import NotNow
from releases.products.columns import VERSIONS
from releases.products.fingerprints import fingerprint
from releases.products.models import FirmwareVersion, ListImport
from releases.products.verbs import check_import, keep_entry, write_import
from tests.factories.releases import OLD, make_catalogue
from tests.races.threads import together

ROWS = (
    ",".join(VERSIONS.names),
    f"10F2,0000,0001,{OLD},1.1,3.2,,removed,2016-06-01,2017-01-02",
    "10F2,0000,0001,0A010300,1.1,3.2,,current,2017-01-09,",
)
MANY = 4


@pytest.fixture
def catalogue(world):
    return make_catalogue(world)


@pytest.fixture
def checked(world, catalogue) -> ListImport:
    stream = io.BytesIO("\n".join(ROWS).encode())
    return check_import(stream, kind="versions", name="list.csv", by=world.actor("manager"), at=world.at)


def refused(outcomes) -> int:
    assert all(one.ok or isinstance(one.error, NotNow) for one in outcomes), [one.error for one in outcomes]
    return sum(not one.ok for one in outcomes)


def test_an_import_is_written_once(world, checked):
    by = world.actor("manager")
    outcomes = together(*[lambda: write_import(checked, by=by, at=world.at)] * MANY)
    assert refused(outcomes) == MANY - 1
    assert FirmwareVersion.objects.filter(version="0A010300").count() == 1


def test_an_import_and_a_change_of_one_of_its_entries_do_not_mix(world, catalogue, checked):
    by, entry = world.actor("manager"), catalogue.versions[f"alder {OLD}"]
    seen = fingerprint(entry)
    entry.gbcs = "4.0"
    outcomes = together(
        lambda: write_import(checked, by=by, at=world.at),
        lambda: keep_entry(entry, by=by, at=world.at, seen=seen),
    )
    assert refused(outcomes) == 1


def test_two_imports_checked_against_the_same_list_are_not_both_written(world, catalogue, checked):
    stream = io.BytesIO("\n".join(ROWS).encode())
    other = check_import(stream, kind="versions", name="x.csv", by=world.actor("second_manager"), at=world.at)
    outcomes = together(
        *(
            lambda one=one, who=who: write_import(one, by=world.actor(who), at=world.at)
            for one, who in ((checked, "manager"), (other, "second_manager"))
        )
    )
    assert refused(outcomes) == 1
