"""Signing in: no discovery, lockout, second factor, sessions that end."""

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as portal_settings
from django.core import mail
from django.urls import reverse

from portal.people.middleware import ACTING_FOR
from tests.factories.world import PASSWORD

LOGIN = "/accounts/login/"


def text(response) -> str:
    return response.content.decode()


def main(response) -> str:
    """Return the page's own part, without what differs between two requests anyway."""
    part = text(response).partition("<main")[2].partition("</main>")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", part)


def give(client, email: str, password: str, **extra):
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def test_one_signs_in_by_address_and_password(client, world):
    answer = give(client, "Supplier@portal.example", PASSWORD)
    assert answer["Location"] == reverse("pages:home")
    assert "Sign out" in text(client.get(reverse("people:account")))


def test_nobody_signs_up(client, db):
    page = client.get("/accounts/signup/")
    assert "by invitation" in text(page)
    client.post(
        "/accounts/signup/", {"email": "new@x.example", "password1": "long enough 1", "password2": "long enough 1"}
    )
    assert client.get(reverse("people:account")).status_code == 302


def test_a_wrong_address_and_a_wrong_password_get_the_same_answer(client, world):
    def shown(email: str) -> str:
        return main(give(client, email, "wrong")).replace(email, "")

    assert shown("supplier@portal.example") == shown("unknown@portal.example")


def test_a_forgotten_password_is_answered_alike_for_all(client, world):
    known = client.post(reverse("account_reset_password"), {"email": "supplier@portal.example"}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "unknown@portal.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert main(known) == main(unknown)
    assert len(mail.outbox) == 2  # as long on the way for both


def test_the_link_of_the_mail_sets_a_password_once(client, world):
    client.post(reverse("account_reset_password"), {"email": "supplier@portal.example"})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = {"password1": "quite another secret", "password2": "quite another secret"}
    assert client.post(form, new)["Location"] == reverse("account_reset_password_from_key_done")
    assert "does not work any more" in text(client.get(link, follow=True))
    assert give(client, "supplier@portal.example", "quite another secret").status_code == 302


def test_five_wrong_passwords_pause_the_address_for_ten_minutes(client, world):
    with time_machine.travel("2026-11-24 10:00:00Z", tick=False) as clock:
        for _ in range(5):
            answer = give(client, "supplier@portal.example", "wrong")
        assert "paused" in text(answer)
        assert answer.status_code == 429
        assert "_auth_user_id" not in client.session
        for _ in range(3):
            again = give(client, "supplier@portal.example", PASSWORD)
            assert (again.status_code, "paused" in text(again)) == (429, True)
        assert "_auth_user_id" not in client.session
        assert give(client, "observer@portal.example", PASSWORD).status_code == 302
        client.logout()
        clock.shift(10 * 60 + 1)
        give(client, "supplier@portal.example", PASSWORD)
        assert "_auth_user_id" in client.session


def test_passwords_are_kept_as_argon2_and_common_ones_refused(client, sign_in):
    assert portal_settings.AUTH_PASSWORD_VALIDATORS
    signed_in = sign_in("supplier")
    change = {"oldpassword": PASSWORD, "password1": "password1234", "password2": "password1234"}
    assert "too common" in text(signed_in.post(reverse("account_change_password"), change))


@pytest.fixture
def still():
    """Stop the clock: a code holds for half a minute, and a test may begin at its last instant."""
    with time_machine.travel(time.time(), tick=False):
        yield


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.fixture
def second_factor(world):
    """Give the supplier a second factor and return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(world.users["supplier"], secret)
    RecoveryCodes.activate(world.users["supplier"])
    return secret


def test_the_second_factor_is_asked_for_and_a_code_works_once(client, world, second_factor, still):
    answer = give(client, "supplier@portal.example", PASSWORD)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("people:account")).status_code == 302
    code = _code(second_factor)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client.get(reverse("people:account")).status_code == 200
    client.logout()
    give(client, "supplier@portal.example", PASSWORD)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_before_a_grave_act_the_second_factor_is_asked_for_again_and_a_password_is_not_enough(
    client, world, second_factor
):
    grave, password = reverse("people:create_token"), reverse("account_reauthenticate")
    with time_machine.travel(time.time(), tick=False) as clock:
        give(client, "supplier@portal.example", PASSWORD)
        client.post(reverse("mfa_authenticate"), {"code": _code(second_factor)})
        assert client.get(grave).status_code == 200
        clock.shift(16 * 60)
        page = client.get(grave, follow=True)
        assert page.redirect_chain[-1][0].startswith(reverse("mfa_reauthenticate"))
        assert "password" not in text(page).lower()
        client.post(password, {"password": PASSWORD})
        assert client.get(grave).status_code == 302
        proved = client.post(page.redirect_chain[-1][0], {"code": _code(second_factor)})
        assert proved["Location"] == grave and client.get(grave).status_code == 200


def test_a_recovery_code_works_once(client, world, second_factor):
    row = Authenticator.objects.get(user=world.users["supplier"], type=Authenticator.Type.RECOVERY_CODES)
    code = row.wrap().get_unused_codes()[0]
    give(client, "supplier@portal.example", PASSWORD)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    client.logout()
    give(client, "supplier@portal.example", PASSWORD)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_one_turns_the_second_factor_on_oneself(sign_in, still):
    client = sign_in("supplier")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = text(client.get(reverse("mfa_activate_totp")))
    assert "data:image/svg" in page
    secret = client.session["mfa.totp.secret"]
    client.post(reverse("mfa_activate_totp"), {"code": _code(secret)})
    assert "On: an authenticator app" in text(client.get(reverse("people:account")))
    assert "Download the codes" in text(client.get(reverse("mfa_view_recovery_codes")))
    assert client.get(reverse("mfa_index")).status_code == 200


def test_a_session_ends_when_idle_and_at_its_limit(client, world, settings):
    settings.SESSION_IDLE_SECONDS = 600
    with time_machine.travel(time.time(), tick=False) as clock:
        give(client, "supplier@portal.example", PASSWORD)
        clock.shift(599)
        assert client.get(reverse("people:account")).status_code == 200
        clock.shift(599)
        assert client.get(reverse("people:account")).status_code == 200
        clock.shift(601)
        page = client.get(reverse("people:account"), follow=True)
        assert "session had ended" in text(page)
        give(client, "supplier@portal.example", PASSWORD)
        for _ in range(settings.SESSION_COOKIE_AGE // 500 + 1):
            clock.shift(500)
            client.get(reverse("people:account"))
        clock.shift(599)
        assert client.get(reverse("people:account")).status_code == 302


def test_signing_in_changes_the_session_and_out_empties_it(client, world):
    client.get(LOGIN)
    before = client.session.session_key
    give(client, "supplier@portal.example", PASSWORD)
    assert client.session.session_key != before
    client.post(reverse("people:act_for"), {"organisation": world.organisation("heron").pk})
    assert client.session[ACTING_FOR] == world.organisation("heron").pk
    client.post(reverse("account_logout"))
    assert ACTING_FOR not in client.session


def test_looking_at_the_sign_out_page_signs_nobody_out(sign_in):
    client = sign_in("supplier")
    assert "Do you want to sign out" in text(client.get(reverse("account_logout")))
    assert client.get(reverse("people:account")).status_code == 200


def test_a_closed_account_is_nobody_at_once(sign_in, world):
    client = sign_in("supplier")
    world.users["supplier"].is_active = False
    world.users["supplier"].save()
    assert client.get(reverse("people:account")).status_code == 302


def test_the_demonstration_names_its_accounts_and_a_live_portal_does_not(client, db, settings):
    assert "release.manager@dcc.example" in text(client.get(LOGIN))
    settings.DEMO = False
    assert "release.manager@dcc.example" not in text(client.get(LOGIN))


def test_after_signing_in_by_form_one_may_turn_the_second_factor_on(client, world):
    give(client, "supplier@portal.example", PASSWORD)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "data:image/svg" in text(client.get(reverse("mfa_activate_totp")))
