"""The rollout halts by itself, and a person lets it go on: a bad image, and a fault of one part of the homes."""

import re

import pytest
from playwright.sync_api import Page, expect

from devices.demonstration.scripts import CLOCK_DRIFT
from devices.rollouts.models import Rollout
from portal.journal.models import Entry
from tests.factories.rollouts import assert_counts_agree
from tests.journeys.browser import look
from tests.journeys.road import Road, is_in, lay, move_clock, until
from tests.journeys.rolling import activate, deploy, plan

SCRIPT = CLOCK_DRIFT
WHY = "The failed hubs keep their old version; the cause is found and the others are not concerned."


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit, hubs=36_000)


def test_a_bad_image_halts_by_threshold_and_is_resumed(road: Road):
    release = road.announced(SCRIPT, wait=0)
    dcc, operator = road.who("release_manager"), road.who("csp_north")
    move_clock(dcc, release.planned_activation_at)
    dcc.goto(f"/releases/{release.reference}/")
    until(dcc, is_in("Cleared"))
    rollout = plan(road, release, canary=600, reports=200, limit=7, scenario="bad_image")
    deploy(road, rollout)
    activate(road, rollout, until_it_is="Halted")

    dcc.goto(rollout)
    expect(dcc.get_by_text(re.compile("over the limit of 7.0%")).first).to_be_visible()
    look(dcc, "rollout-halted")
    dcc.goto(f"/releases/{release.reference}/")
    expect(dcc.locator(".govuk-tag").nth(1)).to_have_text("Halted")
    look(dcc, "release-halted")
    operator.goto(rollout)
    expect(operator.get_by_role("button", name="Resume")).to_have_count(0)
    look(operator, "rollout-halted-operator")

    dcc.goto(rollout)
    dcc.get_by_role("button", name="Resume").click()
    expect(dcc.get_by_text("Give the reason.").first).to_be_visible()
    dcc.goto(rollout)
    dcc.get_by_label("Why resume?").fill(WHY)
    dcc.get_by_role("button", name="Resume").click()
    dcc.goto("/clock/")
    dcc.get_by_role("button", name="A minute a second").click()
    dcc.goto(rollout)
    until(dcc, is_in("Halted"))  # the second wave is judged by the same threshold
    resumed_to_the_end(dcc)
    look(dcc, "rollout-finished-after-halt")
    dcc.goto(f"/releases/{release.reference}/")
    until(dcc, is_in("Hypercare"))

    counts = {state.word: number for state, number in assert_counts_agree(Rollout.objects.get()).items()}
    assert counts["failed"] > counts["activated"] / 14
    verbs = list(Entry.objects.filter(verb__in=("halt", "resume"), subject_kind="rollouts.rollout").order_by("at"))
    halts = len(verbs) // 2
    assert halts >= 2
    assert [entry.verb for entry in verbs] == ["halt", "resume"] * halts


def resumed_to_the_end(dcc: Page) -> None:
    """Resume as often as what comes after halts it again: with such an image that is a matter of the draw."""
    over = re.compile("^(Halted|Finished)$")
    while True:
        dcc.get_by_label("Why resume?").fill(WHY)
        dcc.get_by_role("button", name="Resume").click()
        tag = dcc.locator(".app-page-head, main").first.locator(".govuk-tag").first
        until(dcc, lambda _, tag=tag: expect(tag).to_have_text(over, timeout=100))
        if "Finished" in tag.inner_text():
            return


def test_a_fault_of_one_part_halts_and_exactly_its_homes_are_held(road: Road):
    release = road.announced(SCRIPT, wait=0)
    dcc = road.who("release_manager")
    move_clock(dcc, release.planned_activation_at)
    dcc.goto(f"/releases/{release.reference}/")
    until(dcc, is_in("Cleared"))
    rollout = plan(road, release, canary=700, reports=200, limit=25, scenario="regressing_cohort")
    deploy(road, rollout)
    activate(road, rollout, until_it_is="Halted")

    dcc.goto(rollout)
    expect(dcc.get_by_text("Failures over the limit of 25.0% in a part").first).to_be_visible()
    look(dcc, "rollout-part-at-fault")
    dcc.get_by_role("link", name="Hold exactly the homes of a part").click()
    look(dcc, "rollout-hold-part")
    dcc.get_by_role("radio", name=re.compile("^Wave 1, activation")).first.check()
    dcc.get_by_role("button", name="Show its effect first").click()
    expect(dcc.get_by_text("What this hold would do now")).to_be_visible()
    look(dcc, "rollout-hold-part-effect")
    dcc.get_by_role("button", name="Place the hold").click()
    expect(dcc.get_by_role("heading", level=1)).to_contain_text("H-")
    expect(dcc.get_by_text("Automatic detection").first).to_be_visible()

    dcc.goto(rollout)
    dcc.get_by_label("Why resume?").fill("The part is held; the others are not concerned.")
    dcc.get_by_role("button", name="Resume").click()
    dcc.goto("/clock/")
    dcc.get_by_role("button", name="A minute a second").click()
    dcc.goto(rollout)
    until(dcc, is_in("Finished"))
    counts = {state.word: number for state, number in assert_counts_agree(Rollout.objects.get()).items()}
    assert counts["excluded"] > counts["failed"]  # most of the part was spared
    assert not Entry.objects.filter(verb="halt", subject_kind="rollouts.rollout")[1:]
