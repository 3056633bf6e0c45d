"""The pages of people, asked as several persons."""

import pytest
from django.urls import reverse

from portal.people import verbs
from portal.people.models import ApiToken, Appointment, Membership, Role, Seat
from tests.factories.world import SEED

PROVED = {"password": "correct horse battery"}


def text(response) -> str:
    return response.content.decode()


def test_own_organisation_shows_people_and_agents(sign_in):
    page = text(sign_in("supplier").get(reverse("people:organisation")))
    assert "Heron Power" in page
    assert "Supplier Lead" in page
    assert "Appoint an agent" in page
    assert "Invite a colleague" not in page
    assert "Osprey" not in page


def test_who_belongs_nowhere_has_no_organisation_page(sign_in):
    assert sign_in("chair").get(reverse("people:organisation")).status_code == 404


def test_a_colleague_is_invited(sign_in):
    client = sign_in("supplier_lead")
    assert "Invite somebody" in text(client.get(reverse("people:invite")))
    answer = client.post(
        reverse("people:invite"), {"name": "New", "email": "new@heron.example", "role": "supplier_user"}, follow=True
    )
    assert "An invitation is on its way" in text(answer)
    assert Membership.objects.filter(user__email="new@heron.example").exists()


def test_an_invitation_with_a_wrong_address_or_foreign_role_is_put_right(sign_in):
    client = sign_in("supplier_lead")
    answer = client.post(reverse("people:invite"), {"name": "New", "email": "new", "role": "release_manager"})
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"email", "role"}
    assert "There is a problem" in text(answer)


def test_a_role_held_already_is_refused_in_words(sign_in, world):
    client = sign_in("supplier_lead")
    answer = client.post(
        reverse("people:invite"), {"name": "S", "email": "supplier@portal.example", "role": "supplier_user"}
    )
    assert answer.status_code == 409
    assert "already" in text(answer)


def test_who_may_not_invite_is_told_why(sign_in):
    answer = sign_in("supplier").get(reverse("people:invite"))
    assert answer.status_code == 403
    assert "organisation manager" in text(answer)


def test_a_membership_is_ended_and_access_with_it(sign_in, world):
    membership = world.users["supplier"].memberships.get()
    answer = sign_in("supplier_lead").post(reverse("people:end_membership", args=[membership.pk]), {"seen": 1})
    assert answer.status_code == 302
    assert sign_in("supplier").get(reverse("people:organisation")).status_code == 404


def test_a_stale_form_and_a_foreign_row_are_refused(sign_in, world):
    client = sign_in("supplier_lead")
    membership = world.users["supplier"].memberships.get()
    stale = client.post(reverse("people:end_membership", args=[membership.pk]), {"seen": 99})
    assert stale.status_code == 409
    odd = client.post(reverse("people:end_membership", args=[membership.pk]), {"seen": "x"})
    assert odd.status_code == 400
    foreign = world.users["other_supplier"].memberships.get()
    assert client.post(reverse("people:end_membership", args=[foreign.pk])).status_code == 404


def test_an_agent_is_appointed_and_ended(sign_in, world):
    client = sign_in("small_supplier")
    rsa = world.organisation("meterwrights")
    assert "Meterwrights" in text(client.get(reverse("people:appoint_rsa")))
    client.post(reverse("people:appoint_rsa"), {"rsa": rsa.pk})
    appointment = Appointment.objects.get(supplier=world.organisation("fernlight"))
    client.post(reverse("people:end_appointment", args=[appointment.pk]), {"seen": 1, "why": "moved"})
    page = text(client.get(reverse("people:organisation")))
    assert "Appointments that ended" in page
    assert client.post(reverse("people:end_appointment", args=[world.appointment.pk])).status_code == 404


def test_the_agent_sees_for_whom_it_acts_and_cannot_end_it(sign_in, world):
    client = sign_in("rsa")
    assert "Suppliers Meterwrights acts for" in text(client.get(reverse("people:organisation")))
    assert client.post(reverse("people:end_appointment", args=[world.appointment.pk])).status_code == 403
    assert client.get(reverse("people:appoint_rsa")).status_code == 403


def test_committees_show_who_sits_today(sign_in, world):
    client = sign_in("observer")
    assert "Panel" in text(client.get(reverse("people:committees")))
    page = text(client.get(reverse("people:committee", args=["panel"])))
    assert page.index("Chair</td>") < page.index("Deputy Chair</td>") < page.index("Alternate for Member</td>")
    assert "Give out a seat" not in page
    assert client.get(reverse("people:committee", args=["none"])).status_code == 404


def test_what_ending_a_seat_does_is_said_first(sign_in, world):
    client = sign_in("secretary")
    address = reverse("people:end_seat", args=[world.seats["member"].pk])
    page = text(client.get(address))
    assert "neither do Alternate, who stands in for them" in page
    assert "keeps the roll it opened with" in page
    assert world.seats["member"].ends_at is None
    client.post(address, {"seen": 1, "why": "Resigned."})
    assert client.get(address).status_code == 409


def test_who_sits_on_another_day_is_shown(sign_in, world):
    client = sign_in("supplier")
    address = reverse("people:committee", args=["panel"])
    verbs.end_seat(world.seats["member"], by=SEED, at=world.at)
    later = text(client.get(address, {"on": "2017-02-01"}))
    assert "Who sits on 1 February 2017" in later
    assert "1 vacant" not in later
    before = text(client.get(address, {"on": "2016-01-01"}))
    assert "No seats are held on this day" in before
    assert "1 vacant" in before  # the Chair
    assert client.get(address, {"on": "soon"}).status_code == 400


def test_the_secretary_sets_the_places(sign_in, world):
    client = sign_in("secretary")
    address = reverse("people:set_places", args=["panel"])
    assert "Electricity Network" in text(client.get(address))
    seen = world.panel.version
    done = client.post(address, {"seen": seen, "gas_network": "2", "why": "Agreed."}, follow=True)
    assert "2 vacant" in text(done)
    wrong = client.post(address, {"gas_network": "many"})
    assert (wrong.status_code, "many" in text(wrong)) == (400, True)


def test_the_secretary_creates_a_committee_and_gives_out_and_ends_a_seat(sign_in, world):
    client = sign_in("secretary")
    assert client.get(reverse("people:create_committee")).status_code == 200
    client.post(reverse("people:create_committee"), {"name": "Testing Group", "kind": "sub_committee"})
    taken = client.post(reverse("people:create_committee"), {"name": "Testing Group", "kind": "sub_committee"})
    assert "no other committee" in text(taken)
    address = reverse("people:seat_member", args=["testing-group"])
    assert client.get(address).status_code == 200
    client.post(address, {"email": "Observer@portal.example", "capacity": "chair", "ends_on": "2100-01-31"})
    seat = Seat.objects.get(committee__slug="testing-group")
    assert str(seat.ends_at) == "2100-02-01 00:00:00+00:00"
    client.post(reverse("people:end_seat", args=[seat.pk]), {"seen": 1})
    page = text(client.get(reverse("people:committee", args=["testing-group"])))
    assert "No seats are held today" in page


def test_a_seat_for_nobody_or_without_sense_is_put_right(sign_in):
    client = sign_in("secretary")
    address = reverse("people:seat_member", args=["panel"])
    unknown = client.post(address, {"email": "nobody@x.example", "capacity": "member"})
    assert "Nobody with this address" in text(unknown)
    odd = client.post(address, {"email": "observer@portal.example", "capacity": "alternate"})
    assert "Choose a seat for an alternate" in text(odd)


def test_only_who_manages_committees_reaches_their_forms(sign_in, world):
    client = sign_in("manager")
    assert client.get(reverse("people:create_committee")).status_code == 403
    assert client.get(reverse("people:seat_member", args=["panel"])).status_code == 403
    assert client.post(reverse("people:end_seat", args=[world.seats["member"].pk])).status_code == 403


def test_the_account_page_shows_what_one_did(sign_in, world):
    verbs.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    page = text(sign_in("supplier").get(reverse("people:account")))
    assert "Meterwrights for Heron Power" in page
    assert "Off: turn it on" in page


def test_acting_for_another_of_ones_organisations_and_for_no_other(sign_in, world):
    osprey = world.organisation("osprey")
    verbs.add_membership(osprey, world.users["supplier"], role=Role.SUPPLIER_USER, by=SEED, at=world.at)
    client = sign_in("supplier")
    answer = client.post(reverse("people:act_for"), {"organisation": osprey.pk, "next": "/organisation/"})
    assert answer["Location"] == "/organisation/"
    assert "Osprey Gas" in text(client.get(reverse("people:organisation")))
    assert client.post(reverse("people:act_for"), {"organisation": "x"}).status_code == 404
    foreign = world.organisation("fernlight").pk
    assert client.post(reverse("people:act_for"), {"organisation": foreign}).status_code == 404
    outside = client.post(reverse("people:act_for"), {"organisation": osprey.pk, "next": "https://evil.example/"})
    assert outside["Location"] == reverse("pages:home")


@pytest.fixture
def proved(sign_in):
    """Return a client of the supplier who has just given the password again."""
    client = sign_in("supplier")
    client.post(reverse("account_reauthenticate"), PROVED)
    return client


def test_a_key_asks_again_who_one_is(sign_in):
    answer = sign_in("supplier").get(reverse("people:create_token"))
    assert answer["Location"] == "/accounts/reauthenticate/?next=/account/keys/create/"


def test_a_key_is_shown_once_and_revoked(proved):
    assert proved.get(reverse("people:create_token")).status_code == 200
    made = proved.post(reverse("people:create_token"), {"name": "nightly", "days": "30"})
    token = ApiToken.objects.get()
    assert f"chfp_{token.prefix}_" in text(made)
    assert "no-store" in made["Cache-Control"]
    assert f"chfp_{token.prefix}_" not in text(proved.get(reverse("people:account")))
    proved.post(reverse("people:revoke_token", args=[token.pk]))
    assert "Revoked" in text(proved.get(reverse("people:account")))


def test_who_only_sits_on_a_committee_makes_a_key_there(sign_in, world):
    client = sign_in("chair")
    assert "Make a key" in text(client.get(reverse("people:account")))
    client.post(reverse("account_reauthenticate"), PROVED)
    page = text(client.get(reverse("people:create_token")))
    assert "in your seat on the Panel, for no organisation" in page and "with all your seats" not in page
    missing = client.post(reverse("people:create_token"), {"name": "votes", "days": "30"})
    assert "Choose the committee on which the key acts." in text(missing)
    made = client.post(reverse("people:create_token"), {"name": "votes", "days": "30", "committee": world.panel.pk})
    assert "It acts in your seat on the Panel" in text(made)
    assert "your seat on the Panel" in text(client.get(reverse("people:account")))
    other = {"name": "votes", "days": "30", "committee": world.security.pk}
    assert "Error" in text(client.post(reverse("people:create_token"), other))


def test_a_member_of_both_chooses_where_a_key_acts(proved, world):
    verbs.seat_member(world.panel, world.users["supplier"], capacity="member", by=SEED, at=world.at)
    page = text(proved.get(reverse("people:create_token")))
    assert "for Heron Power, with all your seats" in page and "in your seat on the Panel" in page
    for chosen in ("", str(world.panel.pk)):
        proved.post(reverse("people:create_token"), {"name": "k", "days": "30", "committee": chosen})
    assert [one.acts_for for one in ApiToken.objects.order_by("pk")] == ["Heron Power", "Panel"]


def test_lists_need_no_more_queries_for_more_rows(sign_in, world, django_assert_max_num_queries):
    client = sign_in("secretary")
    for number in range(12):
        made = verbs.create_committee(name=f"Group {number}", kind="sub_committee", by=SEED, at=world.at)
        verbs.seat_member(made, world.users["observer"], capacity="chair", by=SEED, at=world.at)
    with django_assert_max_num_queries(14):
        client.get(reverse("people:committees"))
    with django_assert_max_num_queries(14):
        client.get(reverse("people:committee", args=["panel"]))
