import pytest

from tests.factories.memory import remembered
from tests.factories.releases import make_catalogue
from tests.factories.rollouts import Road, make_hubs, make_road, make_served


@pytest.fixture
def catalogue(world, defaults):
    return remembered("catalogue", lambda: make_catalogue(world))


@pytest.fixture
def served(world, catalogue):
    """A release whose notice everybody has; 350 alder hubs stand in homes."""
    make_hubs()
    return make_served(world, catalogue)


@pytest.fixture
def road(world, served) -> Road:
    return make_road(world, served)
