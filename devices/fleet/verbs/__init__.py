"""Every change of the fleet, one function each."""

from devices.fleet.verbs.cells import cells_stay, list_target_cells, move_homes
from devices.fleet.verbs.living import Change, pass_day
from devices.fleet.verbs.seeding import MOST_HUBS, seed

__all__ = ["MOST_HUBS", "Change", "cells_stay", "list_target_cells", "move_homes", "pass_day", "seed"]
