"""The small world as fixtures, for every test."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from portal.workflow.models import ClockSetting
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


@pytest.fixture
def set_clock(db: None) -> Callable[[datetime], None]:
    """Return a function that sets portal time, which then runs on."""

    def put(at: datetime) -> None:
        ClockSetting.objects.update_or_create(pk=1, defaults={"real_base": timezone.now(), "portal_base": at})

    return put


@pytest.fixture
def sign_in_then(set_clock: Callable[[datetime], None], sign_in: Callable[[str], Client], world: World):
    """Return a function that signs in as somebody, at the moment the world was made."""
    set_clock(world.at)
    return sign_in
