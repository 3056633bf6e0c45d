"""Signing in, one's own account and organisation, committees, the inbox and the administration, in a browser."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from tests.factories.world import PASSWORD, World
from tests.journeys.browser import Visit, look

#: How long a code of the second factor holds, and what is left of that at least when it is typed: seconds.
PERIOD = 30
LEAST = 10


def email(who: str) -> str:
    return f"{who}@portal.example"


def test_a_person_signs_in_and_turns_the_second_factor_on(world: World, visit: Visit):
    page = visit()
    page.goto("/accounts/login/")
    look(page, "sign-in")
    page.get_by_role("link", name="I have forgotten my password").click()
    look(page, "forgotten-password")
    page.get_by_label("E-mail address").fill(email("supplier"))
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your mail")

    page = visit(email("supplier"), PASSWORD)
    page.goto("/account/")
    look(page, "account")
    page.get_by_role("link", name="Change your second factor").click()
    look(page, "second-factor")
    page.get_by_role("button", name="Turn it on").click()
    prove(page)
    look(page, "second-factor-set-up")
    page.reload()  # looking asked for the page once more, and every page has a secret of its own
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(code(page, secret))
    page.get_by_role("button", name="Turn it on").click()
    look(page, "recovery-codes")
    page.goto("/account/")
    expect(page.get_by_text("On: an authenticator app")).to_be_visible()


def prove(page: Page) -> None:
    """Give the password again where the portal asks for it."""
    if "/reauthenticate/" in page.url:
        look(page, "confirm-that-it-is-you")
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def code(page: Page, secret: str) -> str:
    """Return the code of this half minute, after waiting for the next one where little of it is left."""
    left = PERIOD - time.time() % PERIOD
    if left < LEAST:
        page.wait_for_timeout(left * 1000)
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_supplier_appoints_an_agent_and_the_agent_reads_of_it(world: World, visit: Visit):
    page = visit(email("small_supplier"), PASSWORD)
    page.goto("/organisation/")
    look(page, "organisation")
    page.get_by_role("link", name="Appoint an agent").click()
    page.get_by_role("button", name="Appoint the agent").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(page, "appoint-agent-error")
    page.get_by_label("Registered Supplier Agent").select_option(label="Meterwrights")
    page.get_by_role("button", name="Appoint the agent").click()
    expect(page.get_by_text("Meterwrights now acts for Fernlight Energy.")).to_be_visible()

    agent = visit(email("rsa"), PASSWORD)
    agent.goto("/inbox/")
    look(agent, "inbox")
    agent.get_by_role("link", name="Meterwrights now acts for Fernlight Energy").click()
    look(agent, "message-unopened")
    agent.get_by_role("button", name="Open the message").click()
    expect(agent.get_by_text("Fernlight Energy has appointed Meterwrights")).to_be_visible()
    look(agent, "message")
    agent.goto("/account/mail/")
    look(agent, "mail-preferences")


def test_a_people_manager_invites_a_colleague(world: World, visit: Visit):
    page = visit(email("supplier_lead"), PASSWORD)
    page.goto("/organisation/invite/")
    look(page, "invite")
    page.get_by_label("Name").fill("New Colleague")
    page.get_by_label("E-mail address").fill("new@heron.example")
    page.get_by_label("Supplier user").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("An invitation is on its way to new@heron.example.")).to_be_visible()
    expect(page.get_by_role("rowheader", name="New Colleague")).to_be_visible()


def test_the_secretary_gives_out_a_seat(world: World, visit: Visit):
    page = visit(email("secretary"), PASSWORD)
    page.goto("/committees/")
    look(page, "committees")
    page.get_by_role("link", name="Security Sub-Committee").click()
    page.get_by_role("link", name="Give out a seat").click()
    look(page, "give-seat")
    page.get_by_label("E-mail address of the person").fill(email("observer"))
    page.get_by_role("radio", name="Chair", exact=True).check()
    page.get_by_role("button", name="Give the seat").click()
    expect(page.get_by_role("rowheader", name="Observer")).to_be_visible()
    look(page, "committee")


def test_a_key_is_made_and_shown_once(world: World, visit: Visit):
    page = visit(email("supplier"), PASSWORD)
    page.goto("/account/keys/create/")
    prove(page)
    look(page, "make-key")
    page.get_by_label("What is the key for?").fill("Nightly report")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("chfp_").first).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_role("rowheader", name="Nightly report")).to_be_visible()


def test_the_administrator_looks_after_organisations(world: World, visit: Visit):
    page = visit(email("administrator"), PASSWORD)
    page.goto("/admin/")
    page.get_by_role("link", name="Organisations", exact=True).click()
    page.get_by_role("link", name="Heron Power").click()
    page.get_by_label("Notice address").fill("new@heron.example")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.get_by_role("link", name="Heron Power").first.click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Administrator").first).to_be_visible()


def test_the_description_of_the_api_is_shown(world: World, visit: Visit):
    page = visit(email("supplier"), PASSWORD)
    page.goto("/api/docs/")
    expect(page.get_by_text("Communications Hub Firmware Portal").first).to_be_visible()
    expect(page.locator(".opblock").first).to_be_visible()
