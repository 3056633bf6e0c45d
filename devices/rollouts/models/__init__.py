"""Rows of rollouts: the plan, its waves and batches, and one narrow row per hub beside them."""

from devices.rollouts.models.hubs import ActivationBlock, Batch, HubUpdate, HubUpdateEvent, MovedHome
from devices.rollouts.models.nights import Night, NightlyCapacity
from devices.rollouts.models.rollout import ExitReport, Programme, Rollout, Wave

__all__ = [
    "ActivationBlock",
    "Batch",
    "ExitReport",
    "HubUpdate",
    "HubUpdateEvent",
    "MovedHome",
    "Night",
    "NightlyCapacity",
    "Programme",
    "Rollout",
    "Wave",
]
