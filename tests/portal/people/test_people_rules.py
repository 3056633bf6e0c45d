"""Who may and when can: every branch of ``may`` and ``can``."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.people import can, may, verbs
from portal.people.models import ApiToken, Role
from portal.workflow.actor import ANONYMOUS, Channel
from portal.workflow.errors import NotAllowed, NotNow
from tests.factories.world import SEED


def test_organisations_and_accounts_are_the_administrators(world):
    for rule in (may.create_organisation, may.change_user, may.manage_committees):
        rule(by=world.actor("administrator"))
        rule(by=SEED)
        with pytest.raises(NotAllowed):
            rule(by=world.actor("manager"))
    may.manage_committees(by=world.actor("secretary"))


def test_people_are_managed_by_their_organisation(world):
    heron, osprey = world.organisation("heron"), world.organisation("osprey")
    lead = world.actor("supplier_lead")
    for rule in (may.invite, may.add_membership):
        assert rule.why_not(heron, by=lead) is None
        assert rule.why_not(heron, by=world.actor("administrator")) is None
        assert rule.why_not(heron, by=SEED) is None
        assert rule.why_not(osprey, by=lead)
        assert rule.why_not(heron, by=world.actor("supplier"))


def test_nobody_ends_their_own_membership(world):
    own = world.users["supplier_lead"].memberships.get()
    colleague = world.users["supplier"].memberships.get()
    lead = world.actor("supplier_lead")
    assert "their own" in may.end_membership.why_not(own, by=lead)
    assert may.end_membership.why_not(colleague, by=lead) is None


def test_only_the_supplier_appoints_and_ends(world):
    heron = world.organisation("heron")
    for who, allowed in {"supplier": True, "rsa": False, "other_supplier": False, "administrator": False}.items():
        assert (may.appoint_rsa.why_not(heron, by=world.actor(who)) is None) == allowed
        assert (may.end_appointment.why_not(world.appointment, by=world.actor(who)) is None) == allowed
    assert may.appoint_rsa.why_not(heron, by=SEED) is None
    assert may.end_appointment.why_not(world.appointment, by=SEED) is None


def test_keys_are_made_by_members_on_the_page(world):
    actor = world.actor("supplier")
    assert may.create_token.why_not(by=actor) is None
    assert may.create_token.why_not(by=replace(actor, channel=Channel.API))
    assert may.create_token.why_not(by=world.actor("chair"))
    assert may.create_token.why_not(by=ANONYMOUS)


def test_a_key_in_a_seat_is_made_by_who_sits_there(world):
    assert may.create_token.why_not(world.panel, by=world.actor("chair")) is None
    for who in ("secretary", "supplier", "security_member"):
        assert "Only who sits on the Panel" in may.create_token.why_not(world.panel, by=world.actor(who))
    assert may.create_token.why_not(world.panel, by=replace(world.actor("chair"), channel=Channel.API))


def test_keys_are_revoked_by_owner_or_administrator(world):
    token = ApiToken(user=world.users["supplier"], organisation=world.organisation("heron"))
    assert may.revoke_token.why_not(token, by=world.actor("supplier")) is None
    assert may.revoke_token.why_not(token, by=world.actor("administrator")) is None
    assert may.revoke_token.why_not(token, by=world.actor("supplier_lead"))


def test_memberships_need_an_open_organisation_and_account(world):
    heron, user = world.organisation("heron"), world.users["observer"]
    assert can.add_membership.why_not(heron, user, Role.SUPPLIER_USER, at=world.at) is None
    assert can.add_membership.why_not(heron, world.users["supplier"], Role.SUPPLIER_USER, at=world.at)
    user.is_active = False
    assert "account" in can.add_membership.why_not(heron, user, Role.SUPPLIER_USER, at=world.at)
    heron.is_active = False
    assert "closed" in can.add_membership.why_not(heron, user, Role.SUPPLIER_USER, at=world.at)


def test_appointments_need_open_organisations(world):
    fernlight, agent = world.organisation("fernlight"), world.organisation("meterwrights")
    assert can.appoint_rsa.why_not(fernlight, agent, at=world.at) is None
    assert "already" in can.appoint_rsa.why_not(world.organisation("heron"), agent, at=world.at)
    agent.is_active = False
    assert "Meterwrights is closed" in can.appoint_rsa.why_not(fernlight, agent, at=world.at)
    fernlight.is_active = False
    assert "Fernlight Energy is closed" in can.appoint_rsa.why_not(fernlight, agent, at=world.at)


def test_what_is_over_does_not_end_again(world):
    later = world.at + timedelta(days=1)
    membership = verbs.end_membership(world.users["supplier"].memberships.get(), by=SEED, at=later)
    appointment = verbs.end_appointment(world.appointment, by=SEED, at=later)
    seat = verbs.end_seat(world.seats["second_member"], by=SEED, at=later)
    for rule, row in ((can.end_membership, membership), (can.end_appointment, appointment), (can.end_seat, seat)):
        assert rule.why_not(row, at=world.at) is None
        with pytest.raises(NotNow, match="ended already"):
            rule(row, at=later)


def test_one_chair_and_one_seat_a_person(world):
    panel, outsider = world.panel, world.users["observer"]
    assert can.seat_member.why_not(panel, outsider, "member", at=world.at) is None
    assert "Chair" in can.seat_member.why_not(panel, outsider, "chair", at=world.at)
    assert can.seat_member.why_not(world.security, outsider, "chair", at=world.at) is None
    assert "already" in can.seat_member.why_not(panel, world.users["member"], "member", at=world.at)
    outsider.is_active = False
    assert "account" in can.seat_member.why_not(panel, outsider, "member", at=world.at)


def test_keys_are_counted(world):
    actor = world.actor("supplier")
    for number in range(can.MOST_TOKENS):
        token, _ = verbs.create_token(name=str(number), days=1, may_write=False, by=actor, at=world.at)
    assert "revoke one" in can.create_token.why_not(world.users["supplier"], at=world.at)
    assert can.create_token.why_not(world.users["supplier"], at=world.at + timedelta(days=2)) is None
    assert can.revoke_token.why_not(token) is None
    assert can.revoke_token.why_not(verbs.revoke_token(token, by=actor, at=world.at))
