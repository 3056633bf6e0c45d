"""Where homes go when their hub runs the new version: from each cell to its twin on the target version."""

from datetime import datetime

import numpy as np

from devices.fleet import verbs as fleet
from devices.gateway import NO_HOME
from devices.rollouts import path
from devices.rollouts.models import Rollout
from devices.rollouts.states import HubState
from releases.products.models import FirmwareVersion


def list_twins(rollout: Rollout, *, at: datetime) -> None:
    """Put the twin of every cell of the plan on the rollout (not saved); lists the target version where it is new."""
    release = rollout.release
    targets = {}
    for model in release.hub_models.all():
        targets[model.pk], _ = FirmwareVersion.objects.get_or_create(
            hub_model=model,
            version=release.firmware_version,
            defaults={
                "chts": release.chts,
                "gbcs": release.gbcs,
                "image_hash": release.image.sha256 if release.image else "",
                "listed_on": at.date(),
            },
        )
    sources = {cell for cells in rollout.batches.values_list("cell_numbers", flat=True) for cell in cells}
    twins = fleet.list_target_cells(sorted(sources), targets)
    rollout.source_cells, rollout.target_cells = list(twins), list(twins.values())


def move_activated_homes(rollout: Rollout) -> None:
    """Move the homes of all activated hubs of a rollout to the twin cells, in the product list's counts.

    A hub taken down since is in no home: its successor's stays where it is.
    """
    twins = dict(zip(rollout.source_cells, rollout.target_cells, strict=True))
    moved: dict[tuple[int, int], int] = {}
    for places, cells in rollout.batches.values_list("places", "cells"):
        homed = np.frombuffer(cells, np.uint32)
        activated = (path.states(np.frombuffer(places, np.uint8)) == HubState.ACTIVATED) & (homed != NO_HOME)
        numbers, homes = np.unique(homed[activated], return_counts=True)
        for number, count in zip(numbers.tolist(), homes.tolist(), strict=True):
            pair = (number, twins[number])
            moved[pair] = moved.get(pair, 0) + count
    fleet.move_homes(moved)
