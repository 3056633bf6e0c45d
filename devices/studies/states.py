"""The life of a study."""

from enum import StrEnum

from portal.workflow.state_machine import StateMachine, table


class StudyState(StrEnum):
    """Where the runs of a study stand."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


STUDY = StateMachine(
    "study",
    states=StudyState,
    moves=table(queued="running cancelled failed", running="done cancelled failed", done="", cancelled="", failed=""),
    owners={
        "queued": "the portal",
        "running": "the portal",
        "done": "nobody",
        "cancelled": "nobody",
        "failed": "nobody",
    },
    initial=StudyState.QUEUED,
)
UNDER_WAY = (StudyState.QUEUED, StudyState.RUNNING)
