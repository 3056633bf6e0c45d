"""The same form sent twice at the same moment, on the real database, with the key taken out as a control."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from releases.issues.models import Comment, Issue
from tests.factories.ballots import make_matter, set_clock
from tests.factories.fixtures import BACKEND
from tests.factories.world import World, make_world
from tests.races.threads import together

KEY = "0123456789abcdef" * 2


@pytest.fixture
def world(transactional_db) -> World:
    call_command("ensure_defaults", verbosity=0)
    return make_world()


def send_twice(world: World, key: str) -> int:
    """Comment twice at once with this key; return how many comments there are then."""
    matter = make_matter(world)
    set_clock(matter.at)
    issue = Issue.objects.earliest("pk")
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(world.users["supplier"], backend=BACKEND)
    url = reverse("issues:comment", args=[issue.reference])
    post = {"text": "Seen again.", "audience": "all", "once": key}
    outcomes = together(*(lambda client=client: client.post(url, post) for client in clients))
    assert [one.value.status_code for one in outcomes] == [302, 302], outcomes
    assert outcomes[0].value["Location"] == outcomes[1].value["Location"]
    return Comment.objects.filter(issue=issue).count()


def test_two_at_once_make_one(world):
    assert send_twice(world, KEY) == 1


def test_without_the_key_they_make_two(world):
    """The negative control: nothing but the key prevents it."""
    assert send_twice(world, "") == 2
