import pytest

from portal.people import verbs as people
from tests.factories.world import SEED


@pytest.fixture
def network(world) -> str:
    """A person of a network operator, by short name."""
    made = people.create_organisation(name="Pennine Wires", kind="network", user_roles=["ED"], by=SEED, at=world.at)
    joined = people.invite(made, name="Wires", email="wires@portal.example", role="observer", by=SEED, at=world.at)
    world.users["wires"] = joined.user
    return "wires"
