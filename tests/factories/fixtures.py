"""The small world as fixtures, for every test."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client

from tests.factories.memory import forget_chain, remembered
from tests.factories.world import World, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def nothing_laid_yet() -> None:
    """Each test lays its world from the ground up."""
    forget_chain()


@pytest.fixture
def defaults(db: None) -> None:
    """Classes, rule sets and whatever else every installation has."""
    remembered("defaults", lambda: call_command("ensure_defaults", verbosity=0))


@pytest.fixture
def world(db: None) -> World:
    """The small world of ``tests.factories.world``, fresh for each test."""
    return remembered("world", make_world)


@pytest.fixture
def sign_in(client: Client, world: World) -> Callable[[str], Client]:
    """Return a function that signs the test client in as somebody of the world."""

    def enter(who: str) -> Client:
        client.force_login(world.users[who], backend=BACKEND)
        return client

    return enter
