"""Which network carries a rollout: the simulated one, under the conditions kept with the rollout."""

import numpy as np

from devices.gateway import Gateway
from devices.rollouts.models import Rollout
from devices.simulator.network import SimulatedNetwork
from devices.simulator.scenarios import SCENARIOS


def image_number(rollout: Rollout) -> int:
    """Return the number by which the network knows the image: of its content, not of its row."""
    image = rollout.release.image
    return int(image.sha256[:16], 16) if image else 0


def gateway_to(rollout: Rollout) -> Gateway:
    """Return the gateway to the hubs of a rollout."""
    return SimulatedNetwork(
        seed=rollout.network_seed,
        scenario=SCENARIOS[rollout.scenario],
        regressing=np.array(rollout.regressing_cells, dtype=np.uint32),
    )
