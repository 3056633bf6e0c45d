"""A determination is appealed and the appeal upheld; the record is verified, inside and outside. With keys alone."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from releases.ballots.models import Determination
from releases.holds.models import Hold
from tests.journeys.browser import BASE, look
from tests.journeys.hearing import MEMBERS, before_the_panel, cast, papers
from tests.journeys.keyboard import Keyboard
from tests.journeys.road import Road, is_in, lay, move_clock, says, until


@pytest.fixture
def road(transactional_db, visit, background) -> Road:
    return lay(visit)


def test_an_appeal_is_upheld_and_the_record_agrees(road: Road, tmp_path: Path):
    determination = published(road)
    secretary = Keyboard(road.who("secretary"))
    page, ballot = secretary.page, determination.ballot

    page.goto(f"/ballots/{ballot.reference}/")
    secretary.push("Record an appeal")
    look(page, "record-appeal")
    secretary.push("Record an appeal")  # without a word: asked again
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    secretary.type("Who appeals", "Tidewater Supply")
    secretary.type("Grounds of the appeal", "The logs of twenty homes were not weighed.")
    secretary.push("Record an appeal")
    expect(page.get_by_text("The appeal is recorded.")).to_be_visible()
    assert not Hold.objects.exists()

    page.goto("/")
    secretary.follow(f"Record the outcome of the appeal in ballot {ballot.reference}")
    secretary.push("Record the appeal’s outcome")
    secretary.choose("Upheld: the objected homes are held")
    secretary.type("The Authority’s outcome", "The objected homes wait for the corrected image.")
    look(page, "appeal-outcome")
    secretary.push("Record the appeal’s outcome")
    expect(page.get_by_text("The outcome is recorded and in effect.")).to_be_visible()
    assert Hold.objects.get().state == "placed"

    supplier = road.who("large_supplier")
    supplier.goto(f"/ballots/determinations/{determination.reference}/")
    expect(supplier.get_by_text("Upheld: the objected homes are held").first).to_be_visible()
    expect(supplier.get_by_text("As the Authority ordered").first).to_be_visible()
    look(supplier, "determination-appealed")

    checked_outside(secretary, determination, tmp_path)
    verified(Keyboard(road.who("observer")))


def published(road: Road) -> Determination:
    """The Panel lets the release proceed; the secretary publishes that."""
    ballot = before_the_panel(road, region="north", remedy="hold")
    cast(road, ballot, [*papers(MEMBERS[:4], "proceed"), *papers(MEMBERS[4:6], "proceed_with_exclusions")])
    ballot.refresh_from_db()
    secretary = Keyboard(road.who("secretary"))
    move_clock(secretary.page, ballot.closes_at + timedelta(minutes=1))
    secretary.page.goto(f"/ballots/{ballot.reference}/")
    until(secretary.page, is_in("Decided"))
    secretary.push("Publish the determination")
    secretary.type("The committee’s reasons", "The scan is within the specification.")
    secretary.push("Publish the determination")
    expect(secretary.page.get_by_text("The determination is published.")).to_be_visible()
    return Determination.objects.get()


def checked_outside(keys: Keyboard, determination: Determination, folder: Path) -> None:
    """Take the notice and the decision out of the portal; the script of the documents finds nothing wrong."""
    keys.page.goto(f"/ballots/determinations/{determination.reference}/")
    look(keys.page, "determination-secretary")
    for button, name in (("Download as PDF", "notice.pdf"), ("Download the decision to be checked", "decision.zip")):
        keys.to(keys.page.get_by_role("button", name=button))
        with keys.page.expect_download() as taken:
            keys.press("Enter")
        taken.value.save_as(folder / name)
    assert (folder / "notice.pdf").read_bytes().startswith(b"%PDF-")
    script = BASE / "docs" / "verify_decision.py"
    run = subprocess.run([sys.executable, "-I", script, "decision.zip"], cwd=folder, capture_output=True, text=True)
    assert run.stdout.endswith("decision.zip: everything agrees\n"), run.stdout + run.stderr


def verified(keys: Keyboard) -> None:
    """An observer has the record verified by a worker."""
    keys.page.goto("/")
    keys.follow("The record")
    keys.push("Verify the record now")
    until(keys.page, says("everything agrees"))
    look(keys.page, "record")
