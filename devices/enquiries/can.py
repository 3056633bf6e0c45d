"""When files of hubs are taken, and when their results are there."""

from devices.enquiries.models import FileEnquiry
from devices.enquiries.states import UNDER_WAY, FileState
from portal.workflow.actor import Actor
from portal.workflow.rules import when

MOST_UNDER_WAY = 5
_NO_RESULT = {
    FileState.QUEUED: "This file has not been answered yet.",
    FileState.RUNNING: "This file has not been answered yet.",
    FileState.FAILED: "This file was not answered: send it again.",
    FileState.EXPIRED: "This result was deleted when its time was over: send the file again.",
}


@when
def ask_by_file(*, by: Actor) -> str | None:
    """Rule: five files at a time for one person, so that nobody keeps the others waiting (portal default)."""
    waiting = FileEnquiry.objects.filter(user=by.user_id, state__in=UNDER_WAY).count()
    if waiting < MOST_UNDER_WAY:
        return None
    return f"{waiting} files of yours are still being answered: send the next when one of them is done."


@when
def fetch(row: FileEnquiry) -> str | None:
    """Rule: a result is there once every row is answered, until its time is over."""
    return _NO_RESULT.get(FileState(row.state))
