from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from portal.delivery.models import Delivery, Message
from portal.delivery.tasks import deliver_all
from portal.journal.models import Entry
from portal.people import queries, verbs
from portal.people.models import ApiToken, Membership, Organisation, Role, User
from portal.people.tokens import digest, parse
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from tests.factories.world import SEATS, SEED


def last_entry() -> Entry:
    return Entry.objects.latest("id")


def test_an_organisation_is_created_and_journalled(world):
    made = verbs.create_organisation(
        name="Kestrel Grid", kind="network", user_roles=["ED"], by=world.actor("administrator"), at=world.at
    )
    assert (made.slug, made.user_roles, made.party_category) == ("kestrel-grid", ["ED"], "")
    assert (last_entry().verb, last_entry().subject_text) == ("create_organisation", "Kestrel Grid")


@pytest.mark.parametrize(("name", "kind", "field"), [("DCC", "dcc", "name"), ("!", "dcc", "name"), ("X", "no", "kind")])
def test_an_organisation_needs_a_free_name_and_a_kind(world, name, kind, field):
    with pytest.raises(Invalid) as refusal:
        verbs.create_organisation(name=name, kind=kind, by=SEED, at=world.at)
    assert list(refusal.value.fields) == [field]


def test_an_organisation_changes_but_not_its_kind(world):
    heron = world.organisation("heron")
    changed = verbs.change_organisation(heron, notice_address="new@heron.example", by=SEED, at=world.at, seen=1)
    assert (changed.notice_address, changed.version) == ("new@heron.example", 2)
    with pytest.raises(Invalid, match="kind"):
        verbs.change_organisation(heron, kind="dcc", by=SEED, at=world.at)
    with pytest.raises(NotNow, match="Somebody else"):
        verbs.change_organisation(heron, name="Other", by=SEED, at=world.at, seen=1)
    assert [row.notice_address for row in heron.history.all()] == ["new@heron.example", "notices@heron.example"]


def test_a_new_person_is_invited_and_sets_a_password(world, client, settings):
    lead = world.actor("supplier_lead")
    membership = verbs.invite(
        world.organisation("heron"),
        name="O'Neil New",
        email="New.Person@heron.example",
        role=Role.SUPPLIER_USER,
        by=lead,
        at=world.at,
    )
    assert membership.user.email == "new.person@heron.example"
    assert not membership.user.has_usable_password()
    deliver_all()
    letter = mail.outbox[-1]
    assert letter.to == ["new.person@heron.example"]
    link = next(word for word in letter.body.split() if word.startswith(settings.PORTAL_URL))
    page = client.get(link.removeprefix(settings.PORTAL_URL), follow=True)
    chosen = {"password1": "a long new secret", "password2": "a long new secret"}
    answer = client.post(page.redirect_chain[-1][0], chosen)
    assert answer.status_code == 302, answer.context["form"].errors
    assert User.objects.get(pk=membership.user_id).check_password("a long new secret")
    again = client.get(link.removeprefix(settings.PORTAL_URL), follow=True)
    assert "does not work any more" in again.content.decode()


def test_inviting_a_known_person_adds_the_role_and_says_the_same(world):
    membership = verbs.invite(
        world.organisation("heron"),
        name="ignored",
        email="observer@portal.example",
        role=Role.SUPPLIER_USER,
        by=world.actor("supplier_lead"),
        at=world.at,
    )
    assert membership.user == world.users["observer"]
    assert Message.objects.latest("id").kind == "people.membership_added"


def test_inviting_twice_before_the_password_is_set_keeps_one_account(world):
    heron = world.organisation("heron")
    for role in (Role.SUPPLIER_USER, Role.ORGANISATION_MANAGER):
        verbs.invite(heron, name="N", email="n@heron.example", role=role, by=SEED, at=world.at)
    assert Membership.objects.filter(user__email="n@heron.example").count() == 2
    assert Message.objects.filter(kind="people.invited").count() == 2


def test_a_role_must_fit_the_organisation(world):
    with pytest.raises(Invalid) as refusal:
        verbs.invite(
            world.organisation("heron"), name="N", email="n@x.example", role="release_manager", by=SEED, at=world.at
        )
    assert list(refusal.value.fields) == ["role"]
    assert not User.objects.filter(email="n@x.example").exists()


def test_a_role_is_not_given_twice(world):
    with pytest.raises(NotNow, match="already"):
        verbs.add_membership(
            world.organisation("heron"), world.users["supplier"], role="supplier_user", by=SEED, at=world.at
        )


def test_a_membership_ends_and_the_person_is_told(world):
    membership = world.users["supplier"].memberships.get()
    ended = verbs.end_membership(
        membership, by=world.actor("supplier_lead"), at=world.at + timedelta(days=1), seen=1, why="left"
    )
    assert ended.ends_at == world.at + timedelta(days=1)
    assert last_entry().why == "left"
    delivery = Delivery.objects.latest("id")
    assert (delivery.user_id, delivery.message.kind) == (membership.user_id, "people.membership_ended")
    with pytest.raises(NotAllowed):
        verbs.end_membership(membership, by=world.actor("other_supplier"), at=world.at)


def test_an_account_is_renamed_readdressed_and_closed(world):
    user = world.users["observer"]
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    changed = verbs.change_user(user, name="New", email="New@x.example", is_active=False, by=SEED, at=world.at)
    assert (changed.name, changed.email, changed.is_active) == ("New", "new@x.example", False)
    assert not EmailAddress.objects.filter(user=user).exists()
    assert last_entry().data == {"account": "closed"}
    verbs.change_user(user, name="New", email="new@x.example", is_active=True, by=SEED, at=world.at)
    assert last_entry().data == {"account": "open"}
    with pytest.raises(Invalid) as refusal:
        verbs.change_user(user, name="N", email="supplier@portal.example", is_active=True, by=SEED, at=world.at)
    assert list(refusal.value.fields) == ["email"]


def test_an_agent_is_appointed_and_both_are_told(world):
    fernlight, agent = world.organisation("fernlight"), world.organisation("meterwrights")
    verbs.appoint_rsa(fernlight, agent, by=world.actor("small_supplier"), at=world.at)
    told = Delivery.objects.filter(message=Message.objects.latest("id")).values_list("organisation_id", flat=True)
    assert set(told) == {fernlight.pk, agent.pk}
    assert world.actor("rsa").suppliers == {fernlight.pk, world.organisation("heron").pk}


def test_only_agents_are_appointed_and_only_by_suppliers(world):
    with pytest.raises(Invalid) as refusal:
        verbs.appoint_rsa(
            world.organisation("heron"), world.organisation("secas"), by=world.actor("supplier"), at=world.at
        )
    assert list(refusal.value.fields) == ["rsa"]
    with pytest.raises(Invalid, match="no supplier"):
        verbs.appoint_rsa(world.organisation("dcc"), world.organisation("meterwrights"), by=SEED, at=world.at)


def test_an_appointment_ends_now_and_can_begin_again(world):
    later = world.at + timedelta(hours=2)
    ended = verbs.end_appointment(world.appointment, by=world.actor("supplier"), at=later, seen=1)
    assert ended.ends_at == later
    heron, agent = world.organisation("heron"), world.organisation("meterwrights")
    assert verbs.appoint_rsa(heron, agent, by=world.actor("supplier"), at=later).pk != ended.pk


def test_a_committee_is_created_by_the_secretary(world):
    made = verbs.create_committee(name="Testing Group", kind="sub_committee", by=world.actor("secretary"), at=world.at)
    assert made.slug == "testing-group"
    for name, kind, field in (("Panel", "panel", "name"), ("", "panel", "name"), ("X", "no", "kind")):
        with pytest.raises(Invalid) as refusal:
            verbs.create_committee(name=name, kind=kind, by=SEED, at=world.at)
        assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize(
    ("capacity", "stands_in", "ends", "field"),
    [
        ("emperor", False, None, "capacity"),
        ("alternate", False, None, "alternate_for"),
        ("member", True, None, "alternate_for"),
        ("member", False, timedelta(), "ends_at"),
    ],
)
def test_a_seat_must_make_sense(world, capacity, stands_in, ends, field):
    with pytest.raises(Invalid) as refusal:
        verbs.seat_member(
            world.panel,
            world.users["observer"],
            capacity=capacity,
            alternate_for=world.seats["member"] if stands_in else None,
            ends_at=None if ends is None else world.at + ends,
            by=world.actor("secretary"),
            at=world.at,
        )
    assert list(refusal.value.fields) == [field]


def test_places_show_what_is_vacant_and_take_nobodys_seat(world):
    by, places = world.actor("secretary"), {"large_supplier": 3, "gas_network": 1, "consumer": 0}
    panel = verbs.set_places(world.panel, places, by=by, at=world.at, why="A third large supplier.")
    assert panel.places == {"large_supplier": 3, "gas_network": 1}
    found = queries.places(panel, queries.sitting(panel, world.at))
    members = len([key for key in SEATS if key not in ("chair", "deputy")])
    assert [(row.title, row.places, row.held, row.vacant) for row in found] == [
        ("Chair", 1, 1, 0),
        ("Large Supplier", 3, members, max(3 - members, 0)),
        ("Gas Network", 1, 0, 1),
    ]
    assert queries.places(panel, [])[0].vacant == 1
    assert Entry.objects.get(verb="set_places").data == {"was": {}, "now": panel.places}
    for wrong, field in (({"consumer": 21}, "consumer"), ({"consumer": -1}, "consumer"), ({"pigeons": 1}, "places")):
        with pytest.raises(Invalid) as refused:
            verbs.set_places(panel, wrong, by=by, at=world.at)
        assert set(refused.value.fields) == {field}
    with pytest.raises(NotAllowed):
        verbs.set_places(panel, places, by=world.actor("chair"), at=world.at)
    with pytest.raises(NotNow):
        verbs.set_places(panel, places, by=by, at=world.at, seen=1)


def test_an_alternate_stands_in_on_the_same_committee(world):
    with pytest.raises(Invalid, match="another committee"):
        verbs.seat_member(
            world.security,
            world.users["observer"],
            capacity="alternate",
            alternate_for=world.seats["member"],
            by=SEED,
            at=world.at,
        )


def test_a_term_ends_by_itself_and_the_chair_can_follow(world):
    later = world.at + timedelta(days=10)
    verbs.end_seat(world.seats["chair"], by=SEED, at=world.at)
    verbs.seat_member(world.panel, world.users["observer"], capacity="chair", ends_at=later, by=SEED, at=world.at)
    assert world.actor("observer").committees[world.panel.pk] == {"chair"}
    assert world.actor("observer", at=later).committees == {}
    verbs.seat_member(world.panel, world.users["observer"], capacity="chair", by=SEED, at=later)


def test_a_seat_ends_with_those_of_its_alternates(world):
    ended = verbs.end_seat(world.seats["member"], by=world.actor("secretary"), at=world.at, seen=1, why="resigned")
    assert ended.ends_at == world.at
    assert world.actor("alternate").committees == {}
    assert Message.objects.filter(kind="people.seat_ended").count() == 2


def test_a_key_is_kept_as_a_fingerprint(world):
    token, text = verbs.create_token(name="script", days=30, may_write=True, by=world.actor("supplier"), at=world.at)
    key = parse(text)
    assert (token.prefix, token.digest) == (key.prefix, digest(key.secret))
    assert key.secret not in str(ApiToken.objects.filter(pk=token.pk).values())
    assert token.expires_at == world.at + timedelta(days=30)


@pytest.mark.parametrize("days", [0, 367, -1])
def test_a_key_lasts_a_year_at_most(world, days):
    with pytest.raises(Invalid) as refusal:
        verbs.create_token(name="k", days=days, may_write=False, by=world.actor("supplier"), at=world.at)
    assert list(refusal.value.fields) == ["days"]


def test_a_key_is_revoked_once(world):
    actor = world.actor("supplier")
    token, _ = verbs.create_token(name="k", days=1, may_write=False, by=actor, at=world.at)
    assert verbs.revoke_token(token, by=actor, at=world.at).revoked_at == world.at
    with pytest.raises(NotNow):
        verbs.revoke_token(token, by=actor, at=world.at)
    assert Organisation.objects.filter(apitoken=token).exists()


@pytest.mark.parametrize("text", ["", "chfp", "chfp_a", "other_a_b", "chfp__b", "chfp_a_b_c"])
def test_what_is_no_key(text):
    assert parse(text) is None
