"""A release that hurts some homes: the committee excludes them, and the others are activated. And one it rejects."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from devices.demonstration.scripts import METER_REPLACEMENT
from devices.rollouts.models import HubUpdate, Rollout
from devices.rollouts.states import HubState
from releases.ballots.models import Ballot, Objection
from releases.holds.models import Hold
from releases.products.cohorts import Cohort, cells
from releases.publishing.models import Release
from tests.factories.rollouts import assert_counts_agree
from tests.journeys.browser import look
from tests.journeys.hearing import MEMBERS, before_the_panel
from tests.journeys.road import START, Road, is_in, lay, move_clock, until, vote, when
from tests.journeys.rolling import activate, deploy, plan


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit)


def test_one_cohort_is_excluded_and_the_rest_is_activated(road: Road):
    release = road.announced(METER_REPLACEMENT, wait=6)
    address = f"/releases/{release.reference}/"
    raised(road, release)
    lodged(road, release)
    ballot = contested(road, release)
    opened(road, ballot)
    voted(road, ballot)
    ballot.refresh_from_db()
    secretary, supplier = road.who("secretary"), road.who("large_supplier")
    move_clock(secretary, ballot.closes_at + timedelta(minutes=1))
    published(secretary, ballot)
    supplier.goto(f"/ballots/determinations/{ballot.determination.reference}/")
    expect(supplier.get_by_text("The list names the meter.")).to_have_count(5)
    look(supplier, "determination")
    supplier.goto(address)
    expect(supplier.get_by_text("Proceed with exclusions").first).to_be_visible()

    dcc = road.who("release_manager")
    release.refresh_from_db()
    move_clock(dcc, release.planned_activation_at + timedelta(minutes=1))
    dcc.goto(address)
    until(dcc, is_in("Cleared"))
    look(dcc, "release-cleared-after-ballot")
    rollout = plan(road, release, canary=100, reports=30, limit=20)
    deploy(road, rollout)
    activate(road, rollout, until_it_is="Finished")
    dcc.goto(address)
    until(dcc, is_in("Hypercare"))
    look(dcc, "release-hypercare-with-exclusion")

    held = set(cells(Cohort.of(Hold.objects.get())).values_list("number", flat=True))
    counts = {state.word: count for state, count in assert_counts_agree(Rollout.objects.get()).items()}
    hubs = HubUpdate.objects.filter(cell__in=held)
    assert not hubs.filter(state=HubState.ACTIVATED).exists()  # not one home of the cohort runs the new version
    assert 0 < hubs.filter(state=HubState.EXCLUDED).count() == counts["excluded"]  # and nobody else was left out
    assert counts["activated"] > 0


def raised(road: Road, release: Release) -> None:
    """A supplier raises an issue on the homes with one meter, and a second one reproduces it."""
    supplier = road.who("large_supplier")
    supplier.goto(f"/releases/{release.reference}/")
    supplier.get_by_role("button", name="Raise an issue").first.click()
    supplier.get_by_label("What is wrong, in a few words").fill("Exchanged meters stop reporting")
    supplier.get_by_label("Description").fill("Seven days after an exchange the new meter is gone from the join list.")
    supplier.get_by_label("Category").select_option("Faulty meter replacement")
    supplier.get_by_label("3:").check()
    supplier.get_by_text(re.compile("^Electricity meters: ")).click()
    supplier.get_by_label("Merlin M1").check()
    look(supplier, "raise-issue-on-cohort")
    supplier.get_by_role("button", name="Raise the issue").click()
    expect(supplier.get_by_text("is raised. DCC has been told.")).to_be_visible()


def lodged(road: Road, release: Release) -> None:
    supplier = road.who("large_supplier")
    supplier.goto(f"/releases/{release.reference}/")
    supplier.get_by_role("button", name="Object", exact=True).click()
    supplier.get_by_label("Supplier that objects").select_option("Heron Power")
    supplier.get_by_label(re.compile("Exchanged meters stop reporting")).check()
    supplier.get_by_label(re.compile("As in I-")).check()
    supplier.get_by_label("Activation of the whole release").check()
    supplier.get_by_label("Evidence", exact=True).fill("Join lists before and after the seventh day, from nine homes.")
    supplier.get_by_label(re.compile("^Hold")).check()
    look(supplier, "lodge-objection")
    supplier.get_by_role("button", name="Lodge the objection").click()
    expect(supplier.get_by_text("is lodged. SECAS answers next.")).to_be_visible()
    supplier.goto(f"/releases/{release.reference}/")
    expect(supplier.locator(".govuk-tag").nth(1)).to_have_text("Disputed")
    look(supplier, "release-disputed")


def contested(road: Road, release: Release) -> Ballot:
    """SECAS admits, DCC contests, SECAS drafts a ballot and gives notice of it."""
    secretary, dcc = road.who("secretary"), road.who("release_manager")
    objection = Objection.objects.get()
    secretary.goto("/")
    look(secretary, "home-secretary")
    secretary.get_by_role("link", name=re.compile(f"^Admit or return.*{objection.reference}")).click()
    look(secretary, "objection-lodged")
    secretary.get_by_role("button", name="Admit", exact=True).click()
    look(secretary, "admit-objection")
    secretary.get_by_role("button", name="Admit", exact=True).click()
    dcc.goto("/")
    dcc.get_by_role("link", name=re.compile(f"^Answer objection {objection.reference}")).click()
    dcc.get_by_role("button", name="Contest", exact=True).click()
    dcc.get_by_label("DCC’s statement").fill("An exchange is rare, and an inventory update recovers the home.")
    look(dcc, "contest-objection")
    dcc.get_by_role("button", name="Contest", exact=True).click()
    expect(dcc.get_by_text("The objection is contested: a committee will vote.")).to_be_visible()
    look(dcc, "objection-contested")

    secretary.goto(f"/releases/{release.reference}/")
    secretary.get_by_role("button", name="Prepare a ballot").click()
    secretary.get_by_label("Committee", exact=True).select_option("Panel")
    secretary.get_by_label(re.compile(objection.reference)).check()
    secretary.get_by_label("Question").fill("May it be activated in homes with a Merlin M1?")
    when(secretary, "Date to which “defer” would defer", START + timedelta(days=120))
    look(secretary, "draft-ballot")
    secretary.get_by_role("button", name="Draft the ballot").click()
    secretary.get_by_role("button", name="Give notice").click()
    secretary.get_by_role("button", name="Give notice").click()
    expect(secretary.get_by_text("Notice is given.")).to_be_visible()
    look(secretary, "ballot-noticed")
    return Ballot.objects.get()


def opened(road: Road, ballot: Ballot) -> None:
    secretary, dcc = road.who("secretary"), road.who("release_manager")
    move_clock(secretary, ballot.opens_at + timedelta(hours=9))
    secretary.goto(f"/ballots/{ballot.reference}/")
    secretary.get_by_role("button", name="Open voting").click()
    secretary.get_by_role("button", name="Open voting").click()
    expect(secretary.get_by_text("Voting is open.")).to_be_visible()
    dcc.goto(f"/ballots/{ballot.reference}/")
    dcc.get_by_role("button", name="Add a statement").click()
    dcc.get_by_label("DCC", exact=True).check()
    dcc.get_by_label("Statement", exact=True).fill("We offer to write to the homes concerned.")
    dcc.get_by_role("button", name="Add a statement").click()
    expect(dcc.get_by_text("We offer to write to the homes concerned.")).to_be_visible()


def voted(road: Road, ballot: Ballot) -> None:
    """Six members vote; the first looks at every page, changes a vote, and reads it again."""
    reason = "The list names the meter."
    first = road.who(MEMBERS[0])
    first.goto("/")
    look(first, "home-member")
    vote(first, ballot.reference, "Proceed", "An exchange is rare.", name="vote")
    first.goto(f"/ballots/{ballot.reference}/")
    first.get_by_role("button", name="Change your vote").click()
    first.get_by_role("radio", name="Proceed with exclusions", exact=True).check()
    first.get_by_label("Reason for your vote").fill(reason)
    first.get_by_role("button", name="Check your vote").click()
    look_at_check(first)
    first.get_by_role("button", name="Cast your vote").click()
    first.get_by_role("button", name="Show me how I voted").click()
    expect(first.get_by_text(reason)).to_be_visible()
    for who in MEMBERS[1:5]:
        vote(road.who(who), ballot.reference, "Proceed with exclusions", reason)
    last = road.who(MEMBERS[5])
    vote(last, ballot.reference, "Defer to a date", "Wait for the corrected image.")
    last.goto(f"/ballots/{ballot.reference}/")
    expect(last.get_by_role("status")).to_contain_text("6 of 10 entitled have voted")
    look(last, "ballot-open")


def look_at_check(page: Page) -> None:
    """The check page answers a form, so its address is the paper's: nothing on it may be asked for again."""
    expect(page.get_by_text("It replaces the vote you cast")).to_be_visible()


def published(secretary: Page, ballot: Ballot) -> None:
    """The worker closes voting by the clock; the secretary publishes what took effect."""
    secretary.goto(f"/ballots/{ballot.reference}/")
    until(secretary, is_in("Decided"))
    look(secretary, "ballot-decided")
    secretary.get_by_role("button", name="Publish the determination").click()
    secretary.get_by_label("The committee’s reasons").fill("The fault is confined to one meter model.")
    secretary.get_by_label("The minority’s statement").fill("One member would have waited for the corrected image.")
    look(secretary, "publish-determination")
    secretary.get_by_role("button", name="Publish the determination").click()
    expect(secretary.get_by_text("The determination is published.")).to_be_visible()


def test_a_release_is_rejected(road: Road):
    ballot = before_the_panel(road)
    secretary, dcc = road.who("secretary"), road.who("release_manager")
    for number, who in enumerate(MEMBERS):
        option = "Defer to a date" if number == 0 else "Reject"
        vote(road.who(who), ballot.reference, option, "Engineers would be sent to homes that worked.")
    ballot.refresh_from_db()
    move_clock(secretary, ballot.closes_at + timedelta(minutes=1))
    published(secretary, ballot)
    address = f"/releases/{ballot.release.reference}/"
    dcc.goto(address)
    until(dcc, is_in("Rejected"))
    expect(dcc.get_by_role("button", name="Plan a rollout")).to_have_count(0)
    look(dcc, "release-rejected")
    observer = road.who("observer")
    observer.goto("/ballots/determinations/")
    look(observer, "determinations")
    observer.get_by_role("link", name=ballot.determination.reference).click()
    expect(observer.get_by_text("Engineers would be sent to homes that worked.").first).to_be_visible()
    look(observer, "determination-rejected")
