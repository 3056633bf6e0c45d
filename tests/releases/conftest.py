"""Releases in their early states, for the tests of every app on this floor."""

import pytest

from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import Release
from tests.factories.memory import remembered
from tests.factories.releases import (
    Catalogue,
    make_announced,
    make_catalogue,
    make_draft,
    make_ready,
)
from tests.factories.world import World


@pytest.fixture
def catalogue(world: World) -> Catalogue:
    """Hub models, versions, combinations and cells, and the urgency classes."""

    def make() -> Catalogue:
        ensure_defaults()
        return make_catalogue(world)

    return remembered("catalogue", make)


@pytest.fixture
def draft(world: World, catalogue: Catalogue) -> Release:
    return remembered("draft", lambda: make_draft(world, catalogue))


@pytest.fixture
def ready(world: World, catalogue: Catalogue) -> Release:
    """A draft that only waits to be announced."""
    return remembered("ready", lambda: make_ready(world, catalogue))


@pytest.fixture
def announced(world: World, catalogue: Catalogue) -> Release:
    """An Urgent release announced on 9 January 2017 at noon; nothing is delivered yet."""
    return remembered("announced", lambda: make_announced(world, catalogue))
