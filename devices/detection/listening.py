"""One watch over the hubs of a rollout: what the network heard of them, counted by cell. Nothing is kept by hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from devices.gateway import NO_HOME, Bytes, Gateway, Numbers, Sign, Watched
from devices.rollouts import path
from devices.rollouts.models import Rollout
from devices.rollouts.network import gateway_to, image_number
from devices.rollouts.states import HubState

SIDES, CODES = 2, len(Sign) + 1  # not running the image yet, running it; nothing heard, or a sign
_WAITING = [HubState.DEPLOYED, HubState.ACTIVATING]
_AT_A_TIME = 8  # batches in memory


@dataclass(frozen=True, slots=True)
class Counted:
    """Cells in order of number; hubs of each by side and by what was heard of them (cells x sides x codes)."""

    cells: Numbers
    heard: NDArray[np.int64]

    @property
    def watched(self) -> NDArray[np.int64]:
        """Hubs by cell and side."""
        hubs: NDArray[np.int64] = self.heard.sum(axis=2)
        return hubs

    @property
    def signs(self) -> NDArray[np.int64]:
        """Signs by cell, side and kind."""
        return self.heard[:, :, 1:]

    @property
    def totals(self) -> list[int]:
        """Hubs and every sign of all cells, by side; flat."""
        signs = self.signs.sum(axis=0)
        return [int(n) for n in np.concatenate([self.watched.sum(axis=0)[:, None], signs], axis=1).ravel()]


def hear(rollout: Rollout, watch: int) -> Counted:
    """Listen to every hub in a home that has the image, whether it runs it yet or not."""
    gateway, image = gateway_to(rollout), image_number(rollout)
    present = {number for row in rollout.batches.values_list("cell_numbers", flat=True) for number in row}
    cells = np.array(sorted(present - {NO_HOME}), dtype=np.uint32)
    heard = np.zeros(len(cells) * SIDES * CODES, dtype=np.int64)
    with transaction.atomic():  # one moment of all batches, a few of them in memory
        for vectors in _batches(rollout):
            heard += count_batch(gateway, image, watch, cells, *vectors)
    return Counted(cells, heard.reshape(len(cells), SIDES, CODES))


def _batches(rollout: Rollout) -> Iterator[tuple[Numbers, Numbers, Bytes, Bytes]]:
    rows = rollout.batches.order_by("number").values_list("hubs", "cells", "regions", "places")
    for hubs, cells, regions, places in rows.iterator(chunk_size=_AT_A_TIME):
        yield (
            np.frombuffer(hubs, np.uint32),
            np.frombuffer(cells, np.uint32),
            np.frombuffer(regions, np.uint8),
            path.states(np.frombuffer(places, np.uint8)),
        )


def count_batch(
    gateway: Gateway, image: int, watch: int, known: Numbers, hubs: Numbers, cells: Numbers, regions: Bytes, now: Bytes
) -> NDArray[np.int64]:
    """Listen to the hubs of a batch, given with their states; return them by known cell, side and code, flat."""
    activated = now == HubState.ACTIVATED
    chosen = (activated | np.isin(now, _WAITING)) & np.isin(cells, known)
    watched = Watched(image, watch, hubs[chosen], cells[chosen], regions[chosen], activated[chosen])
    flat = np.searchsorted(known, watched.cells) * SIDES + watched.activated
    return np.bincount(flat * CODES + gateway.listen(watched), minlength=len(known) * SIDES * CODES)
