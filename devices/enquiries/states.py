"""The life of a file of hubs that somebody asks about."""

from enum import StrEnum

from portal.workflow.state_machine import StateMachine, table


class FileState(StrEnum):
    """Where the answers to a file stand."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


FILE = StateMachine(
    "hub enquiry",
    states=FileState,
    moves=table(queued="running failed", running="done failed", done="expired", failed="", expired=""),
    owners={"queued": "the portal", "running": "the portal", "done": "nobody", "failed": "nobody", "expired": "nobody"},
    initial=FileState.QUEUED,
)
UNDER_WAY = (FileState.QUEUED, FileState.RUNNING)
