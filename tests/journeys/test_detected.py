"""A fault that no answer shows: meters fall off the home network while the first wave soaks. A hold is proposed with
its evidence, DCC accepts it by the keyboard, the rollout is resumed, finishes, and is reported on."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from devices.demonstration.scripts import CLOCK_DRIFT
from devices.detection.models import Proposal, Watch
from devices.gateway import Stage
from devices.rollouts.models import ActivationBlock, Batch, Rollout
from devices.rollouts.path import Beat, Phase
from portal.journal.models import Entry
from portal.workflow import clock
from releases.holds.models import Hold
from releases.products.cohorts import Cohort, selection
from releases.products.models import Cell
from tests.factories.rollouts import assert_counts_agree
from tests.journeys.browser import look
from tests.journeys.keyboard import Keyboard
from tests.journeys.road import PATIENCE, Road, is_in, lay, move_clock, until
from tests.journeys.rolling import deploy, plan, run_clock

ASKED = Phase(Stage.ACTIVATION, 0, Beat.COLLECT).number


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit, hubs=36_000)


def test_a_regression_seen_only_in_the_soak_period_is_proposed_held_and_reported(road: Road):
    release = road.announced(CLOCK_DRIFT, wait=0)
    dcc, operator = road.who("release_manager"), road.who("csp_north")
    move_clock(dcc, release.planned_activation_at)
    dcc.goto(f"/releases/{release.reference}/")
    until(dcc, is_in("Cleared"))
    rollout = plan(road, release, canary=700, reports=200, limit=25, scenario="joins_lost", pace="Nightly")
    deploy(road, rollout, speed="An hour a second")
    run_clock(road, "Real time")

    dcc.goto(rollout)
    dcc.get_by_role("button", name="Start activation").click()
    proposed(dcc, rollout)
    expect(dcc.get_by_text("A hold is proposed").first).to_be_visible()
    look(dcc, "rollout-hold-proposed")
    operator.goto(rollout)
    operator.get_by_role("region", name="Holds proposed").get_by_role("link").first.click()
    expect(operator.get_by_text("Device fell off the home network (8F48)").first).to_be_visible()
    expect(operator.get_by_role("button", name="Hold exactly these homes")).to_have_count(0)
    look(operator, "hold-proposed-operator")

    accepted(dcc)
    hold, proposal = Hold.objects.get(cause="detection"), Proposal.objects.get()
    held = set(Cell.objects.filter(selection(Cohort.of(hold))).values_list("combination", flat=True))
    assert proposal.hold == hold
    assert proposal.combination_id in held

    dcc.goto(rollout)
    dcc.get_by_label("Why resume?").fill("These homes are held; the others are not concerned.")
    dcc.get_by_role("button", name="Resume").click()
    run_clock(road, "An hour a second")
    dcc.goto(rollout)
    until(dcc, is_in("Finished"), patience=3 * PATIENCE)
    run_clock(road, "Real time")
    dcc.goto(rollout)
    look(dcc, "rollout-finished-with-a-part-held")
    counts = {state.word: number for state, number in assert_counts_agree(Rollout.objects.get()).items()}
    assert counts["excluded"] > 100  # most of the part was spared

    release.refresh_from_db()
    move_clock(dcc, release.hypercare_until + timedelta(hours=10))
    dcc.goto(f"{rollout}report/")
    dcc.get_by_label("Remarks").fill("One combination is held until its meters' maker has answered.")
    dcc.get_by_role("button", name="Publish the report and close the release").click()
    dcc.goto(f"{rollout}report/")
    expect(dcc.get_by_text("One combination is held")).to_be_visible()
    look(dcc, "exit-report-with-a-part-held")
    assert Entry.objects.filter(verb="propose").count() == 1


def proposed(dcc: Page, rollout: str) -> None:
    """Let the first wave answer, then hour after hour pass: its silent hubs are asked again after four."""
    until(dcc, lambda _: there(Batch.objects.filter(phase=ASKED)))
    move_clock(dcc, clock.now() + timedelta(minutes=20))
    dcc.goto(rollout)
    until(dcc, lambda _: there(ActivationBlock.objects))
    for _ in range(3):
        watches = Watch.objects.count()
        move_clock(dcc, clock.now() + timedelta(hours=1, minutes=1))
        dcc.goto(rollout)
        until(dcc, lambda page, before=watches: heard(before))
        if Proposal.objects.exists():
            break
    until(dcc, is_in("Paused"))


def there(rows: Any) -> None:
    """Fail until the worker has brought them about."""
    assert rows.exists()


def heard(before: int) -> None:
    """Fail until four more watches are kept."""
    assert Watch.objects.count() >= before + 4


def accepted(dcc: Page) -> None:
    """DCC accepts, from the home page on, with the keyboard and nothing else."""
    keys = Keyboard(dcc)
    dcc.goto("/")
    keys.follow("Decide on the hold proposed")
    look(dcc, "hold-proposed")
    keys.push("Hold exactly these homes")
    expect(dcc.get_by_text("What this hold would do now")).to_be_visible()
    look(dcc, "hold-proposed-effect")
    keys.choose("Activation")
    keys.push("Place the hold")
    expect(dcc.get_by_text("is in force. Resume the rollout")).to_be_visible()
