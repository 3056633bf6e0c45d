"""The machines of a rollout: what may follow what, and who owns each state. Tables only."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from portal.workflow.state_machine import StateMachine, table


class RolloutState(StrEnum):
    """Where a rollout stands; deployment and activation are two programmes, each started by a person."""

    PREPARING = "preparing"
    PLANNED = "planned"
    APPROVED = "approved"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    ACTIVATING = "activating"
    PAUSED = "paused"
    HALTED = "halted"
    FINISHING = "finishing"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    REPORTED = "reported"


ROLLOUT = StateMachine(
    "rollout",
    states=RolloutState,
    moves=table(
        preparing="planned cancelled",
        planned="approved cancelled",
        approved="deploying cancelled",
        deploying="deployed paused halted stopping",
        deployed="activating stopping",
        activating="finishing paused halted stopping",
        paused="deploying activating halted stopping",
        halted="deploying activating stopping",
        finishing="finished",
        stopping="stopped",
        finished="reported",
        stopped="finished",
        cancelled="",
        reported="",
    ),
    owners={
        "preparing": "the portal",
        "planned": "DCC",
        "approved": "DCC",
        "deploying": "the network",
        "deployed": "DCC",
        "activating": "the network",
        "paused": "DCC",
        "halted": "DCC",
        "finishing": "the portal",
        "stopping": "the portal",
        "finished": "DCC",
        "stopped": "DCC",
        "cancelled": "nobody",
        "reported": "nobody",
    },
    initial=RolloutState.PREPARING,
)

RUNNING = frozenset({RolloutState.DEPLOYING, RolloutState.ACTIVATING})
STANDING_STILL = frozenset({RolloutState.PAUSED, RolloutState.HALTED})
WINDING_UP = frozenset({RolloutState.FINISHING, RolloutState.STOPPING})
LIVE = RUNNING | STANDING_STILL | WINDING_UP
OVER = frozenset({RolloutState.FINISHED, RolloutState.STOPPED, RolloutState.CANCELLED, RolloutState.REPORTED})


class WaveState(StrEnum):
    """Where a wave stands."""

    WAITING = "waiting"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    ACTIVATING = "activating"
    ACTIVATED = "activated"


WAVE = StateMachine(
    "wave",
    states=WaveState,
    moves=table(waiting="deploying", deploying="deployed", deployed="activating", activating="activated", activated=""),
    owners={state: "the rollout" for state in WaveState},
    initial=WaveState.WAITING,
)


class HubPath(StrEnum):
    """Where one hub stands on its path, in words (Per-hub path)."""

    SCHEDULED = "scheduled"
    DISTRIBUTING = "distributing"
    DEPLOYED = "deployed"
    ACTIVATING = "activating"
    ACTIVATED = "activated"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    EXCLUDED = "excluded"


HUB = StateMachine(
    "hub update",
    states=HubPath,
    moves=table(
        scheduled="distributing excluded",
        distributing="deployed failed unreachable expired",
        deployed="activating excluded",
        activating="activated failed unreachable expired",
        unreachable="distributing activating expired scheduled deployed",
        activated="",
        failed="",
        expired="",
        excluded="",
    ),
    owners={
        "scheduled": "the rollout",
        "distributing": "the network",
        "deployed": "the rollout",
        "activating": "the network",
        "unreachable": "the rollout",
        "activated": "nobody",
        "failed": "nobody",
        "expired": "nobody",
        "excluded": "nobody",
    },
    initial=HubPath.SCHEDULED,
)


class HubState(IntEnum):
    """The same places as small numbers: the database keeps one of them for each of millions of hubs."""

    SCHEDULED = 0
    DISTRIBUTING = 1
    DEPLOYED = 2
    ACTIVATING = 3
    ACTIVATED = 4
    FAILED = 5
    UNREACHABLE = 6
    EXPIRED = 7
    EXCLUDED = 8

    @property
    def word(self) -> str:
        """The state as people read it."""
        return HubPath[self.name].value


HUB_NEXT: dict[HubState, frozenset[HubState]] = {
    state: frozenset(HubState[to.upper()] for to in HUB.moves[state.word]) for state in HubState
}
HUB_FINAL = frozenset(state for state in HubState if not HUB_NEXT[state])
