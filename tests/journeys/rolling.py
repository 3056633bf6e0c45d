"""Planning, approving and running a rollout by its pages."""

import re

from playwright.sync_api import expect

from releases.publishing.models import Release
from tests.journeys.browser import look
from tests.journeys.road import PATIENCE, Road, is_in, until


def plan(
    road: Road,
    release: Release,
    *,
    canary: int | None,
    reports: int,
    limit: int = 5,
    scenario: str = "calm",
    pace: str = "Quick",
    name: str = "",
) -> str:
    """Let DCC plan a rollout in two waves, or on its firm nights, and a second manager approve it; return the address
    of its page.

    Who is in the first wave is drawn anew each time: choose a limit so far from the scenario's share of failures
    that no draw of this many hubs comes near it, or the wave waits for a person now and then.
    """
    dcc, second = road.who("release_manager"), road.who("second_release_manager")
    dcc.goto(f"/releases/{release.reference}/")
    dcc.get_by_role("button", name="Plan a rollout").click()
    if canary is not None:
        dcc.get_by_label("Hubs in the first wave").fill(str(canary))
        dcc.get_by_label("Later waves, in per cent of all hubs").fill("")
    dcc.get_by_label("Halt when more than this share").fill(str(limit))
    dcc.get_by_label("Reports needed before a wave is judged").fill(str(reports))
    dcc.get_by_label("Simulated nights").select_option(scenario)
    dcc.get_by_label(pace).check()
    dcc.get_by_role("button", name="Show its waves first").click()
    expect(dcc.get_by_text("Waves of this plan")).to_be_visible()
    dcc.get_by_role("button", name="Make the plan").click()
    until(dcc, is_in("Planned"))
    expect(dcc.get_by_text("You made this plan")).to_be_visible()
    if name:
        look(dcc, f"{name}-planned")
    second.goto("/")
    second.get_by_role("link", name=re.compile("Approve rollout")).click()
    assert second.url == dcc.url
    if name:
        look(second, f"{name}-to-approve")
    second.get_by_role("button", name="Approve the plan").click()
    until(second, is_in("Approved"))
    return dcc.url


def run_clock(road: Road, speed: str) -> None:
    """Let portal time run at this speed from now on, by its button."""
    dcc = road.who("release_manager")
    dcc.goto("/clock/")
    dcc.get_by_role("button", name=speed, exact=True).click()


def deploy(road: Road, rollout: str, *, speed: str = "A minute a second", name: str = "") -> None:
    """Start deployment and wait until every wave is deployed. Time runs at this speed from now on."""
    dcc = road.who("release_manager")
    run_clock(road, speed)
    dcc.goto(rollout)
    dcc.get_by_role("button", name="Start deployment").click()
    if name:
        look(dcc, f"{name}-deploying")
    until(dcc, is_in("Deployed"), patience=3 * PATIENCE)


def activate(road: Road, rollout: str, *, until_it_is: str) -> None:
    """Start activation and wait until the rollout is in this state; then time is real again."""
    dcc = road.who("release_manager")
    dcc.goto(rollout)
    dcc.get_by_role("button", name="Start activation").click()
    until(dcc, is_in(until_it_is))
    run_clock(road, "Real time")
