import pytest

from tests.factories.ballots import Matter, make_matter
from tests.factories.memory import remembered
from tests.factories.world import World


@pytest.fixture
def matter(world: World) -> Matter:
    """An announced Urgent release with one issue, in its objection window."""
    return remembered("matter", lambda: make_matter(world))
