"""What DCC writes into a release that came back to draft is not announced: readers see what they were told."""

from datetime import timedelta

import pytest

from releases.publishing import verbs
from tests.factories.releases import facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def edited(world, catalogue, announced):
    """A release returned to draft and rewritten since."""
    by = world.actor("manager")
    at = world.at + timedelta(days=1)
    verbs.return_to_draft(announced, by=by, at=at, why="The image needs another test.")
    announced.refresh_from_db()
    rewritten = facts(catalogue, title="Secret second thoughts")
    verbs.edit_release(announced, rewritten, by=by, at=at, seen=announced.version)
    announced.refresh_from_db()
    return announced


@pytest.mark.parametrize(
    "address", ["/releases/", "/releases/{}/", "/releases/csv/", "/calendar/", "/search/?q=thoughts", "/gates/{}/", "/"]
)
def test_readers_never_see_it(sign_in_then, edited, address):
    page = sign_in_then("supplier").get(address.format(edited.reference))
    assert "second thoughts" not in page.getvalue().decode()


def test_the_page_shows_what_was_told(sign_in_then, edited):
    page = sign_in_then("supplier").get(f"/releases/{edited.reference}/").text
    assert "Joining after a power cut" in page
    assert "Draft" in page


def test_the_api_has_it_for_dcc_alone(sign_in_then, edited):
    assert sign_in_then("supplier").get(f"/api/v1/releases/{edited.reference}/").status_code == 404
    assert sign_in_then("manager").get(f"/api/v1/releases/{edited.reference}/").json()["title"] == edited.title


def test_dcc_sees_its_draft(sign_in_then, edited):
    client = sign_in_then("manager")
    assert "Secret second thoughts" in client.get("/releases/").text
    assert "Secret second thoughts" in client.get(f"/releases/{edited.reference}/").text
