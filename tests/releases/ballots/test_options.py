"""What each option is forecast to do: homes held and delayed, days lost, validity periods at risk."""

from datetime import date

import pytest

from releases.ballots.options import option_effects
from releases.ballots.queries import heard
from releases.products.models import FirmwareVersion, ValidityPeriod
from releases.publishing.models import Release
from releases.publishing.readiness import release_timetable
from tests.factories import ballots as make
from tests.factories.releases import OLD

ENDS = date(2017, 2, 15)  # after the planned activation on 30 January, before the deferral to 1 March


@pytest.fixture(autouse=True)
def maintenance(matter):
    """Maintenance of the version that the homes run ends between the plan and the deferral."""
    FirmwareVersion.objects.filter(version=OLD).update(chts="1.0")
    ValidityPeriod.objects.create(
        specification="CHTS", version="1.0", installation_from=date(2015, 1, 1), maintenance_to=ENDS
    )


def told(matter, ballot):
    ballot.refresh_from_db()
    return {
        str(one.option): (one.proceeding, one.held, one.delayed, one.days, one.at_risk)
        for one in option_effects(ballot, heard(ballot), matter.at)
    }


def test_homes_days_and_validity_of_every_option(matter):
    ballot = make.open_ballot(matter)
    again = release_timetable(matter.release, at=ballot.closes_at).earliest_activation
    planned = Release.objects.get().planned_activation_at
    assert told(matter, ballot) == {
        "proceed": (350, 0, 0, 0, 0),
        "proceed_with_exclusions": (250, 100, 0, 0, 100),
        "defer": (0, 0, 350, 30, 350),
        "retest": (0, 0, 350, max((again - planned).days, 0), 0),
        "reject": (0, 350, 0, 0, 350),
    }


def test_safeguarded_homes_stay_held_whatever_is_chosen(matter):
    matter.issue.severity, matter.issue.state = 2, "accepted"
    matter.issue.save()
    found = told(matter, make.open_ballot(matter))
    assert found["proceed"] == (250, 100, 0, 0, 100)
    assert found["defer"] == (0, 100, 250, 30, 350)


def test_against_a_release_under_way_the_rest_goes_on(matter):
    ballot = make.open_ballot(matter)
    Release.objects.update(state="active")
    assert told(matter, ballot) == {
        "proceed": (350, 0, 0, 0, 0),
        "proceed_with_exclusions": (250, 100, 0, 0, 100),
        "defer": (250, 0, 100, 30, 100),
        "retest": (250, 100, 0, 0, 100),
        "reject": (250, 100, 0, 0, 100),
    }


def test_homes_on_the_new_version_are_at_no_risk_and_without_a_plan_nobody_knows_the_days(matter):
    ballot = make.open_ballot(matter)
    Release.objects.update(planned_activation_at=None, firmware_version=OLD)
    assert told(matter, ballot)["defer"] == (0, 0, 350, None, 0)
