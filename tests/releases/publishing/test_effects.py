"""What an act does is said in numbers before its button is pressed, by every app that has something to lose."""

from datetime import timedelta

import pytest

from releases.publishing import verbs
from tests.factories.findings import make_hold, make_issue, make_window
from tests.factories.releases import make_announced, make_draft
from tests.html import mistakes

pytestmark = pytest.mark.django_db
ACTS = {"withdraw": "withdraw", "supersede": "supersede", "return": "return_to_draft", "amend": "amend"}


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at + timedelta(minutes=1))


@pytest.fixture
def busy(world, announced):
    make_window(world, announced)
    make_issue(world, announced)
    make_hold(world, announced)
    verbs.acknowledge(
        announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at, test_days_needed=3
    )
    announced.refresh_from_db()
    return announced


def lines(act):
    ends = act in ("withdraw", "supersede")
    if act == "amend":
        return [
            "It stands, and so do its clocks",
            "Kept: 1 acknowledgement, with 3 test days asked for.",
            "Kept: 1 booked test window.",
            "Still in force: 1 hold on it.",
            "Kept open and on record: 1 issue on it.",
            "Going on as before: no open objections and no undecided ballots.",
            "No rollout is planned",
        ]
    return [
        "Notice 1 was sent to 4 organisations and served on 1. "
        + ("It ends; nobody more is served" if ends else "It is void and every clock starts again"),
        "Kept on record only: 1 acknowledgement, with 3 test days asked for.",
        "Cancelled: 1 booked test window of 1 organisation, told so.",
        f"{'Kept on record, stopping nothing more' if ends else 'Still in force'}: 1 hold on it.",
        "Kept open and on record: 1 issue on it.",
        "Ended, and those concerned told so: no open objections and no undecided ballots.",
        "No rollout is planned",
    ]


@pytest.mark.parametrize("page", ACTS)
def test_on_the_page(sign_in, busy, page):
    text = sign_in("manager").get(f"/releases/{busy.reference}/{page}/").content.decode()
    for line in lines(ACTS[page]):
        assert line in text
    assert not mistakes(text)


@pytest.mark.parametrize("act", ACTS.values())
def test_by_the_api(sign_in, busy, act):
    found = sign_in("manager").get(f"/api/v1/releases/{busy.reference}/effects/?act={act}").json()
    said = " ".join(one["text"] for one in found)
    for line in lines(act):
        assert line in said


def test_of_a_draft_nobody_is_told(sign_in, world, catalogue):
    draft = make_draft(world, catalogue)
    text = sign_in("manager").get(f"/releases/{draft.reference}/withdraw/").content.decode()
    assert "No notice is in force: nobody is told." in text


def test_an_unknown_act_is_refused_and_others_do_not_ask(sign_in, world, catalogue):
    release = make_announced(world, catalogue)
    assert sign_in("manager").get(f"/api/v1/releases/{release.reference}/effects/?act=burn").status_code == 400
    assert sign_in("supplier").get(f"/api/v1/releases/{release.reference}/effects/?act=amend").status_code == 403
