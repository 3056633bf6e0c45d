"""Who may raise, answer and follow issues (Issues)."""

from portal.people.models import Organisation, OrganisationKind
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.rules import who
from releases.issues.models import Comment, Issue


def is_dcc(by: Actor) -> bool:
    """Whether the actor acts for DCC."""
    return by.kind == OrganisationKind.DCC


def is_raiser(issue: Issue, by: Actor) -> bool:
    """Whether the actor acts for the organisation that raised it, itself or as the agent that did so for it.

    Rule: the act stays with the supplier; the agent's access ends with its appointment (Objection and ballot).
    """
    if issue.organisation_id == by.organisation_id:
        return True
    return issue.raised_by_organisation_id == by.organisation_id and issue.organisation_id in by.suppliers


def _dcc(by: Actor) -> str | None:
    return None if by.has(Permission.ANSWER_ISSUES) else "Only DCC answers issues."


def _parties(issue: Issue, by: Actor) -> str | None:
    if by.has(Permission.ANSWER_ISSUES) or (by.has(Permission.RAISE_ISSUES) and is_raiser(issue, by)):
        return None
    return "Only the organisation that raised the issue, its agent or DCC may do this."


@who
def raise_issue(organisation: Organisation, *, by: Actor) -> str | None:
    """Rule: for the own organisation, or as an agent for a supplier that has appointed it today (Who)."""
    if not by.has(Permission.RAISE_ISSUES):
        return "Only DCC Users, their agents, CSPs and DCC raise issues."
    if organisation.pk in by.suppliers or (organisation.pk == by.organisation_id and by.kind != OrganisationKind.RSA):
        return None
    if by.kind == OrganisationKind.RSA:
        return "Your organisation is not appointed by this supplier: an agent acts only for those that appointed it."
    return "An issue is raised for the own organisation."


@who
def acknowledge(issue: Issue, *, by: Actor) -> str | None:
    return _dcc(by)


investigate = accept = reject = mark_duplicate = resolve = correct = hold_cohort = acknowledge


@who
def close(issue: Issue, *, by: Actor) -> str | None:
    return _parties(issue, by)


reopen = link_incident = close


@who
def withdraw(issue: Issue, *, by: Actor) -> str | None:
    if by.has(Permission.RAISE_ISSUES) and is_raiser(issue, by):
        return None
    return "Only the organisation that raised the issue, or its agent, withdraws it."


@who
def follow(issue: Issue, *, by: Actor) -> str | None:
    """Whoever sees an issue may follow it; a person, because people stop caring one by one."""
    return None if by.user_id is not None and by.has(Permission.READ_PORTAL) else "Sign in to follow an issue."


unfollow = follow


@who
def comment(issue: Issue, audience: str, *, by: Actor) -> str | None:
    if by.organisation_id is None or not (by.has(Permission.RAISE_ISSUES) or by.has(Permission.ANSWER_ISSUES)):
        return "Only DCC Users, their agents, CSPs and DCC comment on issues."
    if audience == Comment.Audience.PARTIES and not (is_dcc(by) or is_raiser(issue, by)):
        return "Only the raiser and DCC write to the parties: comment to all, or for your organisation only."
    return None


@who
def confirm_reproduced(issue: Issue, organisation: Organisation, *, by: Actor) -> str | None:
    """Rule: reproduced by a second organisation or the DCC test lab (Minority safeguard)."""
    if organisation.pk == issue.organisation_id:
        return "Nobody confirms their own issue: a second organisation or the DCC test lab reproduces it."
    if by.organisation_id == issue.raised_by_organisation_id:
        return "Whoever raised an issue does not confirm it, for another supplier either."
    if is_dcc(by):
        lab = organisation.pk == by.organisation_id and by.has(Permission.ANSWER_ISSUES)
        return None if lab else "DCC confirms for its own test lab."
    if by.has(Permission.RAISE_ISSUES) and organisation.pk in by.suppliers:
        return None
    return "Only suppliers, their agents and the DCC test lab confirm that an issue was reproduced."
