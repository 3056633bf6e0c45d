"""What the journeys share: the demonstration's world on a small fleet, its people, and hands to move its clock."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from devices.demonstration import desk, world
from devices.demonstration.scripts import Script
from devices.demonstration.stage import Stage, Story
from portal.people.demo_accounts import BY_KEY, PASSWORD
from portal.workflow.models import ClockSetting
from portal.working_days import LONDON
from releases.products.models import HubModel
from releases.publishing import queries, scope
from releases.publishing.models import Release
from tests.journeys.browser import Visit, look

HUBS = 12_000
START = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)  # a Monday
PATIENCE = 60_000  # milliseconds a worker may take, on a machine with other things to do


@dataclass
class Road:
    """A journey's ground: the people by account key or name, and the time on the portal's clock when it was laid."""

    stage: Stage
    visit: Visit
    pages: dict[str, Page] = field(default_factory=dict)

    def who(self, key: str) -> Page:
        """Return the browser of somebody, who signs in on first mention."""
        if key not in self.pages:
            email = BY_KEY[key].email if key in BY_KEY else self.stage.players.users[key].email
            self.pages[key] = self.visit(email, PASSWORD)
        return self.pages[key]

    def announced(self, script: Script, *, wait: int = 2) -> Release:
        """Return a release announced a moment ago and served on everybody, by the verbs and without a page."""
        self.play(desk.publish(self.stage, script, self.stage.now, wait=wait))
        release = Release.objects.get(firmware_version=script.version)
        self.is_served(release)
        return release

    def is_served(self, release: Release) -> None:
        """Wait until the worker has served everybody, for whoever is served later has notice till later."""
        limit = monotonic() + PATIENCE / 1_000
        notice = queries.notice_in_force(release)
        everybody = set(scope.recipients(release).values_list("pk", flat=True))
        while missing := everybody - queries.served(notice).keys():
            assert monotonic() < limit, f"{len(missing)} of {len(everybody)} are not served"
            sleep(0.2)

    def play(self, story: Story) -> None:
        """Play a story of the demonstration to its end and set the portal's clock to where it leads."""
        for moment in story:
            self.stage.at = moment
        self.it_is(self.stage.at)

    def it_is(self, at: datetime) -> None:
        """Set portal time, before anybody looks."""
        self.stage.now = self.stage.at = at
        ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": at})


def lay(visit: Visit, *, hubs: int = HUBS) -> Road:
    """Make the world and set the clock."""
    call_command("ensure_defaults", verbosity=0)
    road = Road(world.build(hubs=hubs, seed=1, now=START, history=timedelta(days=30)), visit)
    road.it_is(START)
    return road


def move_clock(page: Page, to: datetime) -> None:
    """Move the portal's clock by the control on its page, as anybody may in the demonstration."""
    page.goto("/")
    page.get_by_role("link", name="Move the clock").click()
    when(page, "Move to", to)
    page.get_by_role("button", name="Advance to this time").click()
    expect(page.get_by_text("The portal clock now shows")).to_be_visible()


def when(page: Page, legend: str, at: datetime) -> None:
    """Fill the four boxes of a date and time."""
    local = at.astimezone(LONDON)
    group = page.get_by_role("group", name=re.compile(f"^{legend}( \\(optional\\))?$"))
    for label, value in (
        ("Day", local.day),
        ("Month", local.month),
        ("Year", local.year),
        ("Time, 24-hour", f"{local:%H:%M}"),
    ):
        group.get_by_label(label).fill(str(value))


def until(page: Page, shown: Callable[[Page], object], *, patience: int = PATIENCE) -> None:
    """Load the page again until it shows what the worker is to bring about."""
    waited = 0
    while True:
        try:
            shown(page)
        except AssertionError as error:
            if waited >= patience:
                error.add_note(page.locator("main").inner_text()[:2_000])  # why it stands still is said there
                raise
        else:
            return
        page.wait_for_timeout(1_000)
        waited += 1_000
        page.reload()


def says(text: str) -> Callable[[Page], object]:
    """Return a look for words in the main part of a page."""
    return lambda page: expect(page.locator("main")).to_contain_text(text, timeout=100)


def is_in(state: str) -> Callable[[Page], object]:
    """Return a look for the state beside the title of a page."""
    return lambda page: expect(page.locator(".app-page-head, main").first.locator(".govuk-tag").first).to_have_text(
        state, timeout=100
    )


def image(script: Script) -> dict[str, object]:
    """Return the release's OTA file as the upload box takes it."""
    model = HubModel.objects.get(name=script.model)
    return {
        "name": f"{script.version}.ota",
        "mimeType": "application/octet-stream",
        "buffer": desk.image(model, script),
    }


def vote(page: Page, ballot: str, option: str, reason: str, *, name: str = "") -> None:
    """Declare no interest, fill the paper, check it and cast it; with a name, look at each page."""
    page.goto(f"/ballots/{ballot}/")
    page.get_by_role("button", name="Declare an interest or none").first.click()
    page.get_by_label("I have no interest in this matter").check()
    if name:
        look(page, f"{name}-declare")
    page.get_by_role("button", name="Declare an interest or none").click()
    page.get_by_role("button", name="Vote", exact=True).click()
    page.get_by_role("radio", name=option, exact=True).check()
    page.get_by_label("Reason for your vote").fill(reason)
    if name:
        look(page, f"{name}-paper")
    page.get_by_role("button", name="Check your vote").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your vote")
    page.get_by_role("button", name="Cast your vote").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your vote was received")
    if name:
        look(page, f"{name}-receipt")
