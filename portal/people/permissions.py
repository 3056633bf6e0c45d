"""Roles and what each may do, in code, so that a change of either is read in a diff.

A role is held through a membership, in one organisation, while the membership runs. What a person does on a
committee (votes, the Chair's casting vote, standing in) follows from the seat on that committee, never from a role.
Whether an act is allowed on *this* object is asked by each app's ``may`` rules; a permission only says that the
kind of act belongs to the role.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from portal.people.models import OrganisationKind, Role


class Permission(enum.StrEnum):
    """One kind of act. The value is what ``Actor.has`` is asked for."""

    READ_PORTAL = "read_portal"
    MANAGE_RELEASES = "manage_releases"
    APPROVE_EMERGENCY = "approve_emergency"
    MANAGE_ROLLOUTS = "manage_rollouts"
    HALT_ROLLOUTS = "halt_rollouts"
    PACE_ROLLOUTS = "pace_rollouts"
    PLACE_HOLDS = "place_holds"
    ANSWER_ISSUES = "answer_issues"
    ANSWER_OBJECTIONS = "answer_objections"
    ACKNOWLEDGE_NOTICES = "acknowledge_notices"
    BOOK_WINDOWS = "book_windows"
    REPORT_RESULTS = "report_results"
    RAISE_ISSUES = "raise_issues"
    ASK_QUESTIONS = "ask_questions"
    OBJECT = "object"
    STATE_CONSTRAINTS = "state_constraints"
    QUERY_HUBS = "query_hubs"
    APPOINT_AGENTS = "appoint_agents"
    MANAGE_OWN_PEOPLE = "manage_own_people"
    ADMIT_OBJECTIONS = "admit_objections"
    RUN_BALLOTS = "run_ballots"
    PUBLISH_DETERMINATIONS = "publish_determinations"
    MANAGE_COMMITTEES = "manage_committees"
    MANAGE_ORGANISATIONS = "manage_organisations"
    ADMINISTER_SITE = "administer_site"
    AUDIT_RECORD = "audit_record"


@dataclass(frozen=True)
class RoleFacts:
    """A role's title, what it is for in a sentence, and the permissions it carries."""

    title: str
    description: str
    permissions: frozenset[Permission]


_AS_A_SUPPLIER = frozenset(
    {
        Permission.READ_PORTAL,
        Permission.ACKNOWLEDGE_NOTICES,
        Permission.BOOK_WINDOWS,
        Permission.REPORT_RESULTS,
        Permission.RAISE_ISSUES,
        Permission.ASK_QUESTIONS,
        Permission.OBJECT,
        Permission.STATE_CONSTRAINTS,
        Permission.QUERY_HUBS,
    }
)

ROLES: dict[Role, RoleFacts] = {
    Role.RELEASE_MANAGER: RoleFacts(
        "DCC release manager",
        "Drafts releases and notes, serves notice, answers issues and objections, plans and runs rollouts. An Emergency"
        " release needs a second release manager's approval: nobody approves their own work.",
        frozenset(
            {
                Permission.READ_PORTAL,
                Permission.MANAGE_RELEASES,
                Permission.APPROVE_EMERGENCY,
                Permission.MANAGE_ROLLOUTS,
                Permission.HALT_ROLLOUTS,
                Permission.PLACE_HOLDS,
                Permission.ANSWER_ISSUES,
                Permission.ANSWER_OBJECTIONS,
                Permission.RAISE_ISSUES,
                Permission.REPORT_RESULTS,
                Permission.QUERY_HUBS,
            }
        ),
    ),
    Role.CSP_OPERATOR: RoleFacts(
        "CSP operator",
        "Runs the wide-area network of a region: sees, paces and stops rollouts there and states nightly capacity.",
        frozenset(
            {Permission.READ_PORTAL, Permission.PACE_ROLLOUTS, Permission.HALT_ROLLOUTS, Permission.RAISE_ISSUES}
        ),
    ),
    Role.SUPPLIER_USER: RoleFacts(
        "Supplier user",
        "Acknowledges notices, books test windows, reports results, raises issues, objects, says when own homes may be"
        " activated, asks after own hubs and appoints agents.",
        _AS_A_SUPPLIER | {Permission.APPOINT_AGENTS},
    ),
    Role.RSA_USER: RoleFacts(
        "Registered Supplier Agent",
        "Does the same as a supplier user for the suppliers that appointed the agent, and nothing for others.",
        _AS_A_SUPPLIER,
    ),
    Role.ORGANISATION_MANAGER: RoleFacts(
        "Organisation manager",
        "Invites colleagues into the own organisation and ends their memberships.",
        frozenset({Permission.READ_PORTAL, Permission.MANAGE_OWN_PEOPLE}),
    ),
    Role.SECRETARY: RoleFacts(
        "SECAS secretary",
        "Admits objections, opens and closes ballots, publishes determinations and manages the committees.",
        frozenset(
            {
                Permission.READ_PORTAL,
                Permission.ADMIT_OBJECTIONS,
                Permission.RUN_BALLOTS,
                Permission.PUBLISH_DETERMINATIONS,
                Permission.MANAGE_COMMITTEES,
                Permission.AUDIT_RECORD,
            }
        ),
    ),
    Role.OBSERVER: RoleFacts(
        "Observer",
        "Reads what the classification of the material allows (Authority, consumer body, network party), and audits the"
        " record.",
        frozenset({Permission.READ_PORTAL, Permission.AUDIT_RECORD}),
    ),
    Role.ADMINISTRATOR: RoleFacts(
        "Administrator",
        "Runs the site: organisations, users and committees in the administration. Cannot publish, vote or read sealed"
        " votes.",
        frozenset(
            {
                Permission.READ_PORTAL,
                Permission.MANAGE_ORGANISATIONS,
                Permission.MANAGE_COMMITTEES,
                Permission.ADMINISTER_SITE,
                Permission.AUDIT_RECORD,
            }
        ),
    ),
}


# Which roles a person can hold in an organisation of each kind. Everybody may have an organisation manager.
FITTING: dict[str, frozenset[Role]] = {
    OrganisationKind.DCC: frozenset({Role.RELEASE_MANAGER, Role.ORGANISATION_MANAGER}),
    OrganisationKind.CSP: frozenset({Role.CSP_OPERATOR, Role.ORGANISATION_MANAGER}),
    OrganisationKind.SUPPLIER: frozenset({Role.SUPPLIER_USER, Role.ORGANISATION_MANAGER}),
    OrganisationKind.RSA: frozenset({Role.RSA_USER, Role.ORGANISATION_MANAGER}),
    OrganisationKind.NETWORK: frozenset({Role.OBSERVER, Role.ORGANISATION_MANAGER}),
    OrganisationKind.OTHER_USER: frozenset({Role.OBSERVER, Role.ORGANISATION_MANAGER}),
    OrganisationKind.SECAS: frozenset({Role.SECRETARY, Role.ORGANISATION_MANAGER}),
    OrganisationKind.AUTHORITY: frozenset({Role.OBSERVER, Role.ORGANISATION_MANAGER}),
    OrganisationKind.CONSUMER_BODY: frozenset({Role.OBSERVER, Role.ORGANISATION_MANAGER}),
    OrganisationKind.OPERATOR: frozenset({Role.ADMINISTRATOR, Role.ORGANISATION_MANAGER}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Return the values of every permission these roles carry together; unknown roles carry none."""
    by_value = {str(role): facts for role, facts in ROLES.items()}
    known = [by_value[role] for role in roles if role in by_value]
    return frozenset(str(permission) for facts in known for permission in facts.permissions)


def fits(role: str, kind: str) -> bool:
    """Whether a person can hold this role in an organisation of this kind."""
    return role in FITTING[kind]
