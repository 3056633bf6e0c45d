import pytest

from portal.people.models import OrganisationKind, Role
from portal.people.permissions import FITTING, ROLES, Permission, fits, permissions_of


def test_every_role_has_its_facts():
    assert set(ROLES) == set(Role)
    assert all(facts.title and facts.description.endswith(".") for facts in ROLES.values())


def test_every_permission_belongs_to_some_role():
    assert set().union(*(facts.permissions for facts in ROLES.values())) == set(Permission)


def test_every_kind_of_organisation_says_which_roles_fit():
    assert set(FITTING) == set(OrganisationKind)


def test_roles_add_up_and_unknown_ones_carry_nothing():
    assert permissions_of(["observer", "no such role"]) == {"read_portal", "audit_record"}
    assert permissions_of(["observer", "organisation_manager"]) == {"read_portal", "manage_own_people", "audit_record"}


@pytest.mark.parametrize(
    "permission",
    [
        Permission.MANAGE_RELEASES,
        Permission.APPROVE_EMERGENCY,
        Permission.ADMIT_OBJECTIONS,
        Permission.RUN_BALLOTS,
        Permission.PUBLISH_DETERMINATIONS,
        Permission.MANAGE_ROLLOUTS,
        Permission.OBJECT,
    ],
)
def test_an_administrator_decides_nothing(permission):
    """Rule: the administrator cannot vote, publish or read sealed votes (Who)."""
    assert permission not in ROLES[Role.ADMINISTRATOR].permissions


def test_who_publishes_does_not_close_ballots():
    assert not ROLES[Role.RELEASE_MANAGER].permissions & {
        Permission.RUN_BALLOTS,
        Permission.ADMIT_OBJECTIONS,
        Permission.PUBLISH_DETERMINATIONS,
    }


def test_an_agent_appoints_no_agent():
    assert ROLES[Role.SUPPLIER_USER].permissions - ROLES[Role.RSA_USER].permissions == {Permission.APPOINT_AGENTS}


def test_a_role_fits_its_kind_of_organisation_only():
    assert fits("release_manager", "dcc")
    assert not fits("release_manager", "supplier")
    assert all(fits("organisation_manager", kind) for kind in OrganisationKind.values)
