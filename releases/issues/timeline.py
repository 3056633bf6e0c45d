"""The timeline of an issue: acts from the journal and comments, in the order in which they happened."""

from dataclasses import dataclass
from datetime import datetime

from portal.journal import queries as journal
from portal.workflow.actor import Actor
from portal.workflow.transitions import subject_of
from releases.issues import queries
from releases.issues.models import Issue

_WORDS = {
    "raise_issue": "Raised",
    "acknowledge": "Acknowledged",
    "investigate": "Investigation began",
    "accept": "Accepted as a known issue",
    "reject": "Rejected",
    "mark_duplicate": "Marked as a duplicate",
    "resolve": "Resolved",
    "close": "Closed",
    "reopen": "Reopened",
    "confirm_reproduced": "Reproduced by a second organisation",
    "escalate": "Acknowledgement late: escalated",
    "hold_cohort": "Cohort held",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line: what happened, when, by whom, and what was said."""

    title: str
    at: datetime
    by: str
    text: str = ""


def timeline(issue: Issue, actor: Actor) -> list[Event]:
    """Return what happened to an issue, as far as this actor may read it, oldest first."""
    entries = journal.timeline(*subject_of(issue)[:2])
    events = [
        Event(_WORDS[entry.verb], entry.at, _signed(entry.actor_name, entry.organisation_name), entry.why)
        for entry in entries
        if entry.verb in _WORDS
    ]
    for one in queries.comments(issue, actor):
        by = _signed(one.author_name, one.organisation.name)
        events.append(Event(f"Comment, {one.get_audience_display().lower()}", one.at, by, one.text))
    return sorted(events, key=lambda event: event.at)


def _signed(name: str, organisation: str) -> str:
    return f"{name}, {organisation}" if organisation else name
