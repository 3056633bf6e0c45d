"""The timeline of an issue: acts from the journal and comments, in the order in which they happened."""

from dataclasses import dataclass
from datetime import datetime

from portal.journal import queries as journal
from portal.journal.models import Entry
from portal.workflow.actor import Actor
from portal.workflow.transitions import subject_of
from releases.issues import queries
from releases.issues.models import Comment, Issue

_WORDS = {
    "raise_issue": "Raised",
    "acknowledge": "Acknowledged",
    "investigate": "Investigation began",
    "accept": "Accepted as a known issue",
    "reject": "Rejected",
    "mark_duplicate": "Marked as a duplicate",
    "resolve": "Resolved",
    "close": "Closed",
    "withdraw": "Withdrawn by the raiser",
    "correct": "Corrected by DCC",
    "reopen": "Reopened",
    "confirm_reproduced": "Reproduced by a second organisation",
    "escalate": "Acknowledgement late: escalated",
    "hold_cohort": "Cohort held",
    "link_incident": "Linked to an incident",
}
_MERGED = {verb: _WORDS[verb] for verb in ("raise_issue", "mark_duplicate", "confirm_reproduced")}


@dataclass(frozen=True, slots=True)
class Event:
    """One line: what happened, when, by whom, and what was said."""

    title: str
    at: datetime
    by: str
    text: str = ""
    evidence: Comment | None = None


def timeline(issue: Issue, actor: Actor) -> list[Event]:
    """Return what happened to an issue and its duplicates, as far as this actor may read it, oldest first."""
    merged = queries.merged(issue, actor)
    events = [event for one in (issue, *merged) for event in _acts(one, of=issue)]
    events += [_said(one, of=issue) for one in queries.comments(issue, actor, merged=merged)]
    return sorted(events, key=lambda event: event.at)


def _acts(issue: Issue, *, of: Issue) -> list[Event]:
    kept = _WORDS if issue == of else _MERGED
    return [
        Event(
            _on(issue, of, kept[entry.verb]), entry.at, _signed(entry.actor_name, entry.organisation_name), _why(entry)
        )
        for entry in journal.timeline(*subject_of(issue)[:2])
        if entry.verb in kept
    ]


def _why(entry: Entry) -> str:
    """Return what a correction changed, and the reason given."""
    return " ".join(filter(None, (entry.data.get("changes", ""), entry.why)))


def _said(comment: Comment, *, of: Issue) -> Event:
    title = _on(comment.issue, of, f"Comment, {comment.get_audience_display().lower()}")
    by = _signed(comment.author_name, comment.organisation.name)
    return Event(title, comment.at, by, comment.text, comment if comment.file else None)


def _on(issue: Issue, of: Issue, title: str) -> str:
    """Return a title that names the duplicate on which it happened."""
    return title if issue == of else f"{title}, on {issue.reference}"


def _signed(name: str, organisation: str) -> str:
    return f"{name}, {organisation}" if organisation else name
