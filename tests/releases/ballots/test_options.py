"""What each option is forecast to do: homes held and delayed, days lost, validity periods at risk."""

from datetime import date

import pytest

from releases.ballots import verbs
from releases.ballots.options import forecast, option_effects
from releases.ballots.queries import heard
from releases.ballots.verbs.settling import CLERK
from releases.holds.models import Cause
from releases.products.cohorts import Cohort
from releases.products.models import FirmwareVersion, ValidityPeriod
from releases.publishing.models import Release
from releases.publishing.readiness import release_timetable
from tests.factories import ballots as make
from tests.factories.findings import make_hold
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
    ballot = make.notice(matter)
    Release.objects.update(state="active")
    assert told(matter, ballot) == {
        "proceed": (350, 0, 0, 0, 0),
        "proceed_with_exclusions": (250, 100, 0, 0, 100),
        "defer": (250, 0, 100, 30, 100),
        "retest": (250, 100, 0, 0, 100),
        "reject": (250, 100, 0, 0, 100),
    }


def test_homes_on_the_new_version_are_at_no_risk_and_without_a_plan_nobody_knows_the_days(matter):
    ballot = make.notice(matter)
    Release.objects.update(planned_activation_at=None, firmware_version=OLD)
    assert told(matter, ballot)["defer"] == (0, 0, 350, None, 0)


def standing(matter, ballot):
    ballot.refresh_from_db()
    found = forecast(ballot, heard(ballot), matter.at)
    return [hold.reference for hold in found.holds], found.held, [one.newly for one in found.options]


def test_homes_that_other_holds_hold_are_held_whichever_option_wins_and_counted_once(matter):
    ballot = make.notice(matter)
    assert standing(matter, ballot) == ([], 0, [0, 100, 0, 0, 350])
    hold = make_hold(matter.world, matter.release)
    assert standing(matter, ballot) == ([hold.reference], 100, [0, 0, 0, 0, 250])
    everywhere = make_hold(
        matter.world, None, cohort=Cohort(suppliers=frozenset({matter.world.organisations["osprey"].pk}))
    )
    shown = told(matter, ballot)
    homes = standing(matter, ballot)[1]
    assert [hold.reference, everywhere.reference] == standing(matter, ballot)[0]
    assert 100 < homes < 350
    assert shown["proceed"][:2] == shown["proceed_with_exclusions"][:2] == (350 - homes, homes)
    assert shown["defer"][1:3] == (homes, 350 - homes)


def test_what_the_decision_itself_ends_or_placed_does_not_stand(matter):
    """The provisional hold of a late objection, and the holds of earlier determinations on the same one."""
    late = make.contest(matter)
    ballot = make.open_ballot(matter, late)
    make_hold(matter.world, matter.release, cause=Cause.OBJECTION, cause_id=late.pk, by=CLERK)
    assert standing(matter, ballot)[:2] == ([], 0)
    make.vote(matter, ballot, *["proceed_with_exclusions"] * 4)
    ballot = make.close(matter, ballot)
    assert standing(matter, ballot)[:2] == ([], 0)


def test_a_deferral_that_stands_is_counted_in(matter):
    ballot = make.notice(matter)
    Release.objects.update(deferred_until=make.LATER)
    found = forecast(type(ballot).objects.get(), heard(ballot), matter.at)
    assert found.deferred_until == make.LATER
    assert {one.days for one in found.options} == {0}


def test_the_page_says_what_stands_and_names_the_other_ballots(matter, sign_in):
    matter.until(matter.world.at)
    ballot, other = make.notice(matter), make.draft(matter, make.contest(matter))
    page = f"/ballots/{ballot.reference}/"
    assert "Newly held" not in sign_in("member").get(page).text
    hold = make_hold(matter.world, matter.release)
    shown = sign_in("member").get(page).text
    assert "100 homes of this release are held whichever option wins" in shown and hold.reference in shown
    assert other.reference not in shown  # a draft is SECAS's
    assert f"{other.reference}</a> of the Panel (a draft)" in sign_in("secretary").get(page).text
    verbs.notice(other, by=matter.actor("secretary"), at=matter.at)
    assert f"{other.reference}</a> of the Panel" in sign_in("member").get(page).text


def test_voters_judge_by_what_lay_before_them_when_voting_opened(matter):
    ballot = make.open_ballot(matter)
    before = standing(matter, ballot), told(matter, ballot)
    make_hold(matter.world, matter.release)
    Release.objects.update(deferred_until=make.LATER, planned_activation_at=None, state="active")
    assert (standing(matter, ballot), told(matter, ballot)) == before
