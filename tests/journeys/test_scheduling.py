"""A scheduling exercise: opened with a keyboard, answered by three parties, closed, and its dates read by each."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.workflow.models import ClockSetting
from releases.publishing.models import Release
from releases.scheduling import verbs
from releases.scheduling.models import Exercise
from releases.scheduling.problem import Placement
from tests.factories.exercises import CLOSES
from tests.factories.releases import OLD, make_catalogue, make_draft
from tests.factories.world import PASSWORD, World
from tests.journeys.browser import look
from tests.journeys.keyboard import Keyboard


@pytest.fixture
def release(world: World, defaults: None) -> Release:
    """A draft that concerns Heron Power, Osprey Gas and Fernlight Energy."""
    catalogue = make_catalogue(world)
    ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": world.at})
    models = list(catalogue.models.values())
    starts = [catalogue.versions[f"{name} {OLD}"] for name in ("alder", "birch")]
    nothing = {"planned_deployment_at": None, "planned_activation_at": None}
    return make_draft(world, catalogue, approach="scheduling", hub_models=models, from_versions=starts, **nothing)


@pytest.fixture
def enter(visit: Callable[..., Page]) -> Callable[..., Page]:
    return lambda who, **options: visit(f"{who}@portal.example", PASSWORD, **options)


def open_by_keyboard(page: Page, release: Release) -> None:
    """Open the exercise; a network too small for the horizon is explained, and mended."""
    keys = Keyboard(page)
    page.goto(f"/releases/{release.reference}/")
    keys.push("Open a scheduling exercise")
    keys.date("First day of the horizon", date(2017, 1, 25))
    keys.date("Last day of the horizon", date(2017, 2, 10))
    keys.type("Homes a night in North (optional)", "5")
    keys.type("Homes a night in Central (optional)", "100")
    keys.type("Homes a night in South (optional)", "100")
    keys.date("Deployment begins on", date(2017, 1, 18))
    keys.date("Statements are taken until", CLOSES)
    keys.push("Open the exercise")
    expect(page.get_by_text("100 homes at 5 a night take 20 nights").first).to_be_visible()
    look(page, "exercise-impossible")
    keys.type("Homes a night in North (optional)", "100")
    keys.push("Open the exercise")
    expect(page.get_by_text("13 nights from 25 January 2017")).to_be_visible()


def respond(page: Page, exercise: Exercise, slug: str, *, firm: str = "", soft: str = "") -> None:
    page.goto(f"/scheduling/{exercise.reference}/for/{slug}/")
    page.get_by_label("Days you rule out, with the reason").fill(firm)
    page.get_by_label("Days you would rather avoid").fill(soft)
    page.get_by_role("button", name="State this").click()


def test_from_opening_to_what_each_party_got(world, release, enter):
    dcc = enter("manager")
    open_by_keyboard(dcc, release)
    exercise = Exercise.objects.get()
    look(dcc, "exercise-open")

    heron = enter("supplier")
    respond(heron, exercise, "heron-power", firm="25 January 2017 to 10 February 2017: moratorium")
    expect(heron.get_by_text("Your firm blackouts leave no night of the horizon").first).to_be_visible()
    look(heron, "statement-impossible")
    heron.get_by_label("Days you rule out, with the reason").fill("30 January 2017 to 1 February 2017: install peak")
    heron.get_by_label("Week of 6 February 2017").check()
    heron.get_by_role("button", name="State this").click()
    expect(heron.get_by_text("“install peak”")).to_be_visible()
    osprey, fernlight = enter("other_supplier"), enter("small_supplier")
    respond(osprey, exercise, "osprey-gas", soft="2017-02-06")
    respond(fernlight, exercise, "fernlight-energy", firm="2017-02-09: system change")
    expect(osprey.get_by_role("cell", name="Nothing stated")).to_have_count(1)  # its page is from before the last one
    expect(osprey.get_by_text("install peak")).to_have_count(0)
    look(fernlight, "exercise-stated")

    dcc.reload()
    expect(dcc.get_by_text("install peak")).to_be_visible()
    dcc.get_by_role("button", name="Close statements now").click()
    expect(dcc.get_by_role("button", name="Take statements again")).to_be_visible()
    nights = {group.number: group.homes for group in exercise.groups.all()}
    days = (date(2017, 2, 7), date(2017, 2, 2), date(2017, 2, 8), date(2017, 2, 7))
    schedule = tuple(Placement(number - 1, days[number - 1], min(homes, 100)) for number, homes in nights.items())
    rest = tuple(
        Placement(number - 1, date(2017, 2, 10), homes - 100) for number, homes in nights.items() if homes > 100
    )
    exercise.refresh_from_db()
    verbs.confirm(exercise, schedule + rest, why="The fairest one.", by=world.actor("manager"), at=world.at)
    heron.reload()
    expect(heron.get_by_text("The fairest one.")).to_be_visible()
    heron.get_by_text("The nights", exact=True).click()
    expect(heron.get_by_role("rowheader", name="10 February 2017")).to_be_visible()
    look(heron, "exercise-confirmed")
