"""The administration: for administrators only, changed through verbs only, history without revert."""

import pytest
from django.contrib import admin
from django.urls import reverse

from portal.journal.models import Entry
from portal.people import verbs
from portal.people.admin_site import RecordAdmin
from portal.people.models import ApiToken, Appointment, Committee, Membership, Organisation, Seat, User


def text(response) -> str:
    return response.content.decode()


def address(model: type, page: str, *args: int) -> str:
    return reverse(f"admin:people_{model._meta.model_name}_{page}", args=args)


def test_the_anonymous_sign_in_through_the_portal(client, db):
    for path in ("/admin/", "/admin/login/", address(User, "changelist")):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")


@pytest.mark.parametrize("who", ["manager", "secretary", "chair", "supplier_lead"])
def test_others_are_refused(sign_in, who):
    client = sign_in(who)
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(address(User, "changelist"), follow=True).status_code == 403


def test_a_flag_on_the_account_opens_nothing(sign_in, world):
    User.objects.filter(pk=world.users["manager"].pk).update(is_staff=True, is_superuser=True)
    assert sign_in("manager").get("/admin/", follow=True).status_code == 403


def test_the_administrator_is_not_asked_twice(sign_in):
    client = sign_in("administrator")
    assert client.get("/admin/login/")["Location"] == "/admin/"
    assert client.get("/admin/password_change/")["Location"] == reverse("account_change_password")
    assert "Firmware Portal administration" in text(client.get("/admin/"))


def test_every_registered_class_is_closed_unless_a_verb_is_behind_it():
    assert admin.site._registry
    for model, registered in admin.site._registry.items():
        assert isinstance(registered, RecordAdmin), f"{model} bypasses the base class"
        if registered.adds or registered.changes:
            assert type(registered).save_model is not RecordAdmin.save_model


def test_nothing_decided_or_recorded_can_be_edited():
    for model, registered in admin.site._registry.items():
        closed = {"Entry", "Block", "BlockMember", "Vote", "Ballot", "Determination", "Release", "Rollout", "HubUpdate"}
        if model.__name__ in closed:
            assert not (registered.adds or registered.changes)


@pytest.mark.parametrize("model", [Organisation, User, Membership, Appointment, Committee, Seat, ApiToken])
def test_every_list_and_row_opens(sign_in, world, model):
    client = sign_in("administrator")
    verbs.create_token(name="k", days=1, may_write=False, by=world.actor("supplier"), at=world.at)
    assert client.get(address(model, "changelist")).status_code == 200
    row = model.objects.latest("pk")
    page = client.get(address(model, "change", row.pk))
    assert page.status_code == 200
    assert client.get(address(model, "delete", row.pk)).status_code == 403
    assert "digest" not in text(page)
    if hasattr(model, "history"):
        assert client.get(address(model, "history", row.pk)).status_code == 200


def test_history_is_read_and_never_reverted(sign_in, world):
    client, heron = sign_in("administrator"), world.organisation("heron")
    past = heron.history.latest("history_id")
    page = reverse("admin:people_organisation_simple_history", args=[heron.pk, past.pk])
    assert 'value="Revert"' not in text(client.get(page))
    assert client.post(page, {"name": "Reverted"}).status_code == 403
    assert Organisation.objects.get(pk=heron.pk).name == "Heron Power"


def test_an_organisation_is_created_and_changed_through_its_verbs(sign_in, world):
    client = sign_in("administrator")
    client.post(address(Organisation, "add"), {"name": "Kestrel Grid", "kind": "network"})
    made = Organisation.objects.get(name="Kestrel Grid")
    client.post(address(Organisation, "change", made.pk), {"name": "Kestrel Networks", "is_active": "on"})
    changed = Organisation.objects.get(pk=made.pk)
    assert (changed.name, changed.version) == ("Kestrel Networks", 2)
    last = Entry.objects.latest("id")
    assert (last.verb, last.channel, last.actor_name) == ("change_organisation", "admin", "Administrator")


def test_a_person_is_invited_and_their_account_closed(sign_in, world):
    client = sign_in("administrator")
    invitation = {
        "organisation": world.organisation("csp_north").pk,
        "role": "csp_operator",
        "name": "Op",
        "email": "op@csp.example",
    }
    client.post(address(Membership, "add"), invitation)
    user = Membership.objects.latest("pk").user
    assert user.email == "op@csp.example"
    client.post(address(User, "change", user.pk), {"name": "Op", "email": "op@csp.example"})
    assert User.objects.get(pk=user.pk).is_active is False
    answer = client.post(address(Membership, "add"), {**invitation, "role": "secretary"})
    assert answer.status_code == 400
    assert "cannot" in text(answer) or "can hold this role" in text(answer)


def test_a_committee_and_seats_are_made_and_ended(sign_in, world):
    client = sign_in("administrator")
    client.post(address(Committee, "add"), {"name": "Group", "kind": "sub_committee"})
    group = Committee.objects.get(name="Group")
    client.post(address(Seat, "add"), {"committee": group.pk, "user": world.users["observer"].pk, "capacity": "member"})
    seat = Seat.objects.get(committee=group)
    chosen = {"action": "end_seat", "_selected_action": [seat.pk]}
    client.post(address(Seat, "changelist"), chosen)
    assert Seat.objects.get(pk=seat.pk).ends_at is not None


def test_memberships_end_and_keys_are_revoked_by_actions(sign_in, world):
    client = sign_in("administrator")
    token, _ = verbs.create_token(name="k", days=400 - 100, may_write=False, by=world.actor("supplier"), at=world.at)
    membership = world.users["supplier"].memberships.get()
    client.post(address(Membership, "changelist"), {"action": "end_membership", "_selected_action": [membership.pk]})
    client.post(address(ApiToken, "changelist"), {"action": "revoke_token", "_selected_action": [token.pk]})
    assert Membership.objects.get(pk=membership.pk).ends_at is not None
    assert ApiToken.objects.get().revoked_at is not None


def test_a_kind_without_past_states_has_an_empty_history(world, sign_in):
    token, _ = verbs.create_token(name="key", days=9, may_write=False, by=world.actor("supplier"), at=world.at)
    client = sign_in("administrator")
    answer = client.get(f"/admin/people/apitoken/{token.pk}/history/")
    assert answer.status_code == 200
    assert client.get(f"/admin/people/apitoken/{token.pk}/history/1/").status_code == 404
