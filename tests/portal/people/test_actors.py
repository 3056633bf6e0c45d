from datetime import timedelta

from portal.people import verbs
from portal.people.actors import actor_for
from portal.people.models import Role
from portal.workflow.actor import ANONYMOUS, Channel
from tests.factories.world import SEED


def test_nobody_and_the_closed_account_are_the_public(world):
    user = world.users["supplier"]
    user.is_active = False
    assert actor_for(None, at=world.at) is ANONYMOUS
    assert actor_for(user, at=world.at) is ANONYMOUS


def test_a_supplier_user_acts_for_the_own_supplier(world):
    actor = world.actor("supplier")
    assert actor.organisation_name == "Heron Power"
    assert actor.kind == "supplier"
    assert actor.suppliers == {world.organisation("heron").pk}
    assert actor.has("object")


def test_an_organisation_manager_alone_does_not_act_as_the_supplier(world):
    assert world.actor("supplier_lead").suppliers == frozenset()


def test_an_agent_acts_for_those_that_appointed_it_and_stops_at_once(world):
    heron = world.organisation("heron")
    assert world.actor("rsa").suppliers == {heron.pk}
    later = world.at + timedelta(hours=1)
    verbs.end_appointment(world.appointment, by=world.actor("supplier"), at=later)
    assert world.actor("rsa", at=later).suppliers == frozenset()


def test_a_lost_role_counts_from_the_next_look(world):
    member = world.users["supplier"]
    membership = member.memberships.get()
    verbs.end_membership(membership, by=SEED, at=world.at)
    actor = world.actor("supplier")
    assert actor.roles == frozenset()
    assert actor.organisation_id is None
    assert actor.permissions == frozenset()
    assert actor.kind == ""


def test_several_organisations_and_the_switch_between_them(world):
    user = world.users["supplier"]
    osprey = world.organisation("osprey")
    verbs.add_membership(osprey, user, role=Role.SUPPLIER_USER, by=SEED, at=world.at + timedelta(days=1))
    later = world.at + timedelta(days=2)
    assert actor_for(user, at=later).organisation_name == "Heron Power"
    assert actor_for(user, at=later, organisation=osprey.pk).suppliers == {osprey.pk}
    foreign = world.organisation("fernlight").pk
    assert actor_for(user, at=later, organisation=foreign).organisation_name == "Heron Power"


def test_a_closed_organisation_gives_no_role(world):
    verbs.change_organisation(world.organisation("heron"), is_active=False, by=SEED, at=world.at)
    assert world.actor("supplier").organisation_id is None
    assert world.actor("rsa").suppliers == frozenset()


def test_seats_give_functions_and_reading_but_no_organisation(world):
    chair = world.actor("chair")
    assert chair.committees == {world.panel.pk: {"chair"}}
    assert chair.permissions == {"read_portal"}
    assert (chair.organisation_id, chair.kind) == (None, "committee")
    assert world.actor("deputy").committees == {world.panel.pk: {"deputy", "member"}}
    assert world.actor("alternate").committees == {world.panel.pk: {"alternate"}}


def test_the_secretary_serves_every_committee(world):
    expected = {world.panel.pk: {"secretary"}, world.security.pk: {"secretary"}}
    assert world.actor("secretary").committees == expected


def test_channel_and_proof_are_kept(world):
    actor = actor_for(world.users["supplier"], at=world.at, channel=Channel.API, proved_at=world.at, token="t")
    assert (actor.channel, actor.proved_at, actor.token) == (Channel.API, world.at, "t")
