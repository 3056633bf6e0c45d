"""The acts on an issue that take a reason and nothing else: their words, rules and verb.

The name of an act is the name of its verb, its rules and its address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.workflow.actor import Actor
from releases.issues import can, may, verbs
from releases.issues.models import Issue


@dataclass(frozen=True)
class IssueAct:
    """One act: its button, whether a reason is asked for, and the rules and the verb behind it."""

    name: str
    label: str
    reason: str
    reason_label: str
    done: str
    kind: str = "secondary"

    def verb(self, issue: Issue, *, why: str, by: Actor, at: datetime, seen: int | None) -> Issue:
        """Do it; acts without a reason take none."""
        act: Callable[..., Issue] = getattr(verbs, self.name)
        said = {"why": why} if self.reason else {}
        return act(issue, **said, by=by, at=at, seen=seen)

    def offered(self, issue: Issue, *, by: Actor, at: datetime) -> bool:
        """Whether this person may do it now."""
        if getattr(may, self.name).why_not(issue, by=by) is not None:
            return False
        timed: dict[str, Any] = {"at": at} if self.name == "reopen" else {}
        return getattr(can, self.name).why_not(issue, **timed) is None


ACTS = {
    act.name: act
    for act in (
        IssueAct("acknowledge", "Acknowledge", "", "", "Acknowledged: the raiser has been told.", "primary"),
        IssueAct("investigate", "Start investigating", "", "", "Under investigation."),
        IssueAct("accept", "Accept as a known issue", "required", "What is known", "Accepted: it is in the notes now."),
        IssueAct("reject", "Reject", "required", "Reasons", "Rejected: the raiser has been told."),
        IssueAct("resolve", "Resolve", "required", "How it was put right", "Resolved: the raiser has been told."),
        IssueAct("withdraw", "Withdraw", "required", "Why it is withdrawn", "Withdrawn: DCC has been told."),
        IssueAct("close", "Close", "optional", "Remark", "Closed."),
        IssueAct("reopen", "Reopen", "required", "Why it is not put right", "Reopened."),
    )
}
