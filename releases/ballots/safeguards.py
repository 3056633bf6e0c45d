"""How the minority safeguard stands for objections: from the issues they cite."""

from collections.abc import Iterable

from releases.ballots.models import Ballot, Objection
from releases.ballots.paper import Safeguard
from releases.issues.models import Issue
from releases.issues.states import IssueState

GRAVE = 2
"""Severities 1 and 2 are grave: they allow a late objection and call for the minority safeguard."""
KNOWN = (IssueState.ACCEPTED, IssueState.RESOLVED)
Standings = dict[str, list[int]]


def is_established(issue: Issue) -> bool:
    """Whether DCC accepted this grave issue, or an organisation other than the raiser's reproduced it.

    Rule: evidence of severity 1 or 2 accepted by DCC, or reproduced by a second organisation or the DCC lab.
    """
    if issue.severity > GRAVE:
        return False
    reproduced = issue.reproduced_by_id is not None and issue.reproduced_by_id != issue.organisation_id
    return issue.state in KNOWN or reproduced


def standings(objections: Iterable[Objection]) -> Standings:
    """The numbers of the objections whose grave evidence is established, and of those where the paper asks."""
    found: Standings = {"established": [], "asked": []}
    for objection in objections:
        grave = [issue for issue in objection.issues.all() if issue.severity <= GRAVE]
        if grave:
            found["established" if any(map(is_established, grave)) else "asked"].append(objection.pk)
    return found


def standing(found: Standings) -> Safeguard:
    """The one word for the paper."""
    if found["established"] and found["asked"]:
        return Safeguard.PARTLY
    if found["established"]:
        return Safeguard.ESTABLISHED
    return Safeguard.ASKED if found["asked"] else Safeguard.NONE


def protected(ballot: Ballot, *, evidence_accepted: bool) -> list[int]:
    """The numbers of the objections whose cohort the safeguard holds, as frozen when the ballot opened."""
    frozen: Standings = ballot.safeguard_objections
    return [*frozen["established"], *(frozen["asked"] if evidence_accepted else [])]
