"""The scheduling approach to its end: solved, changed by hand, confirmed, and activated by itself on firm nights."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from devices.demonstration import desk
from devices.demonstration.scripts import TARIFF_LABELS
from devices.rollouts.models import Rollout, Wave
from portal.working_days import london_day, start_of
from releases.publishing.models import Release
from releases.scheduling.checker import Breach
from releases.scheduling.editing import Edit, breaches, moved
from releases.scheduling.models import Draft, Exercise, FirmNight
from tests.journeys.browser import look
from tests.journeys.road import PATIENCE, Road, is_in, lay, move_clock, says, until, when
from tests.journeys.rolling import plan, run_clock

CLOSES = datetime(2027, 3, 5, 17, 0, tzinfo=UTC)
FIRST, RULED_OUT, LAST = date(2027, 3, 15), date(2027, 3, 16), date(2027, 3, 19)
BLACKOUT = "Heron Power has a firm blackout"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit)


def test_firm_dates_from_the_exercise_to_the_last_night(road: Road):
    release = desk.complete(road.stage, TARIFF_LABELS, drafted(road))
    dcc = road.who("release_manager")
    exercise = opened(dcc, release)
    responded(road, exercise)
    draft = solved(dcc, exercise)
    edited(dcc, draft)
    confirmed(dcc, draft)
    announced(road, release)
    rollout = plan(road, release, canary=None, reports=100, limit=60)
    look(dcc, "rollout-on-firm-nights")
    runs_on_its_dates(road, release, rollout)
    seen_by_a_supplier(road, rollout)


def drafted(road: Road) -> Release:
    return desk.begin(road.stage, TARIFF_LABELS, approach="scheduling")


def day(page: Page, legend: str, on: date) -> None:
    group = page.get_by_role("group", name=legend, exact=True)
    for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        group.get_by_label(label).fill(str(value))


def opened(dcc: Page, release: Release) -> Exercise:
    """DCC asks about five nights, of which each network needs two."""
    dcc.goto(f"/releases/{release.reference}/")
    dcc.get_by_role("button", name="Open a scheduling exercise").click()
    day(dcc, "First day of the horizon", FIRST)
    day(dcc, "Last day of the horizon", LAST)
    for region in ("North", "Central", "South"):
        dcc.get_by_label(f"Homes a night in {region}").fill("100")
    day(dcc, "Deployment begins on", date(2027, 3, 9))
    when(dcc, "Statements are taken until", CLOSES)
    dcc.get_by_role("button", name="Open the exercise").click()
    expect(dcc.get_by_text("5 nights from 15 March 2027")).to_be_visible()
    return Exercise.objects.get()


def responded(road: Road, exercise: Exercise) -> None:
    """A supplier, another, and an agent for a third say when they can and cannot."""
    for who, slug, firm, soft in (
        ("large_supplier", "heron-power", f"{RULED_OUT}: install peak", ""),
        ("Priya Nair", "osprey-gas", "", f"{LAST}"),
        ("rsa", "fernlight-energy", f"{LAST}: system change", ""),
    ):
        page = road.who(who)
        page.goto(f"/scheduling/{exercise.reference}/for/{slug}/")
        page.get_by_label("Days you rule out, with the reason").fill(firm)
        page.get_by_label("Days you would rather avoid").fill(soft)
        page.get_by_role("button", name="State this").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(exercise.reference)


def solved(dcc: Page, exercise: Exercise) -> Draft:
    dcc.goto(f"/scheduling/{exercise.reference}/")
    dcc.get_by_role("button", name="Close statements now").click()
    dcc.get_by_role("button", name="Draft schedules").click()
    dcc.get_by_role("button", name="Make a draft").click()
    look(dcc, "draft-to-make")
    dcc.get_by_role("button", name="Make the draft").click()
    until(dcc, lambda page: expect(page.get_by_role("button", name="Confirm this schedule")).to_be_visible(timeout=100))
    look(dcc, "draft-schedule")
    return Draft.objects.get()


def edited(dcc: Page, draft: Draft) -> None:
    """A change into a supplier's blackout is refused with the limit; one that keeps every limit is made."""
    wrong = next(
        one for one in edits(draft, to=[RULED_OUT]) if any(BLACKOUT in str(said) for said in broken(draft, one))
    )
    move_homes(dcc, draft, wrong)
    expect(dcc.get_by_text(BLACKOUT).first).to_be_visible()
    look(dcc, "draft-edit-refused")
    first = min(one.day for one in draft.schedule)
    later = [night for night in draft.frozen.days if night > first]
    right = next(one for one in edits(draft, to=later) if not broken(draft, one))
    wanted = moved(draft.schedule, right)
    move_homes(dcc, draft, right)
    until(dcc, says("Changes by hand"))
    assert Draft.objects.get().schedule == wanted
    dcc.goto(f"/scheduling/{draft.exercise.reference}/drafts/")
    look(dcc, "drafts")


def broken(draft: Draft, edit: Edit) -> list[Breach]:
    return breaches(draft.frozen, draft.schedule, edit)


def edits(draft: Draft, *, to: list[date]) -> Iterator[Edit]:
    """Half of the homes that a group has on a night, the most homes first, to each of these nights."""
    for one in sorted(draft.schedule, key=lambda one: (-one.homes, one)):
        yield from (Edit(one.group, one.day, night, -(-one.homes // 2)) for night in to if night != one.day)


def move_homes(dcc: Page, draft: Draft, edit: Edit) -> None:
    dcc.goto(f"/scheduling/drafts/{draft.reference}/groups/{edit.group + 1}/")
    dcc.get_by_label("From", exact=True).select_option(edit.whence.isoformat())
    day(dcc, "To", edit.to)
    dcc.get_by_label("Homes", exact=True).fill(str(edit.homes))
    dcc.get_by_label("Why it is changed").fill("Asked for by telephone.")
    dcc.get_by_role("button", name="Move these homes").click()


def confirmed(dcc: Page, draft: Draft) -> None:
    dcc.goto(f"/scheduling/drafts/{draft.reference}/")
    dcc.get_by_role("button", name="Confirm this schedule").click()
    dcc.get_by_label("Reason").fill("Nobody is worse off than needs be.")
    look(dcc, "draft-confirm")
    dcc.get_by_role("button", name=f"Confirm {draft}").click()
    expect(dcc.get_by_text("The dates are firm.")).to_be_visible()
    look(dcc, "exercise-firm")


def announced(road: Road, release: Release) -> None:
    """The notice is served, on one supplier by courier."""
    dcc = road.who("release_manager")
    dcc.goto(f"/releases/{release.reference}/")
    dcc.get_by_role("button", name="Announce").click()
    dcc.get_by_role("button", name="Serve notice").click()
    until(dcc, is_in("Notified"))
    until(dcc, says("15 of 16"))
    dcc.get_by_role("link", name=f"Served otherwise on {desk.NO_MAIL}").click()
    dcc.get_by_label("Reason").fill("By courier.")
    dcc.get_by_role("button", name=re.compile("Record")).click()
    until(dcc, says("16 of 16"))


def runs_on_its_dates(road: Road, release: Release, rollout: str) -> None:
    """Nobody starts anything: deployment begins on its day, and each wave activates on its own night."""
    dcc = road.who("release_manager")
    release.refresh_from_db()
    move_clock(dcc, release.planned_deployment_at + MINUTE)
    run_clock(road, "A minute a second")
    dcc.goto(rollout)
    until(dcc, is_in("Deployed"), patience=3 * PATIENCE)
    waves = Wave.objects.filter(rollout=Rollout.objects.get()).order_by("number")
    nights = list(waves.values_list("night", flat=True))
    assert nights == sorted(set(FirmNight.objects.values_list("night", flat=True))) and len(nights) > 1
    for number, night in enumerate(nights):
        assert not waves.filter(number__gte=number, activation_opened_at__isnull=False)
        run_clock(road, "Real time")
        move_clock(dcc, start_of(night) + MINUTE)
        run_clock(road, "A minute a second")
        dcc.goto(rollout)
        until(dcc, lambda _, number=number: settled(waves.get(number=number)), patience=3 * PATIENCE)
    until(dcc, is_in("Finished"), patience=3 * PATIENCE)
    run_clock(road, "Real time")
    assert [london_day(wave.activation_opened_at) for wave in waves] == nights
    dcc.goto(rollout)
    look(dcc, "rollout-on-firm-nights-finished")


def settled(wave: Wave) -> None:
    assert wave.state == "activated"


def seen_by_a_supplier(road: Road, rollout: str) -> None:
    """It finds its homes activated, and each wave in the calendar on its night."""
    supplier = road.who("large_supplier")
    supplier.goto(rollout)
    expect(supplier.get_by_role("heading", name="Your homes")).to_be_visible()
    look(supplier, "rollout-on-firm-nights-supplier")
    supplier.goto(f"/calendar/?from={FIRST}")
    for wave in Wave.objects.order_by("number"):
        day_of = supplier.locator("section").filter(has=supplier.locator(f"time[datetime='{wave.night}']"))
        expect(day_of).to_contain_text(f"{wave.rollout}: wave {wave.number + 1}, activation opens")
    look(supplier, "calendar-of-firm-nights")
