"""A security issue is known to its raiser, DCC and the Security Sub-Committee, and in no exit to anybody else."""

import pytest
from django.urls import reverse

from portal.delivery.models import Delivery, Message
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.actor import ANONYMOUS, system
from releases.holds.models import Hold
from releases.issues import queries, verbs
from releases.issues.models import Issue
from tests.factories.findings import make_issue
from tests.factories.fixtures import BACKEND

pytestmark = pytest.mark.django_db
MARKER = "ZEBRACROSSING"
INSIDERS = ("supplier", "supplier_lead", "manager", "second_manager", "security_member")
OUTSIDERS = (
    "small_supplier",
    "other_supplier",
    "rsa",
    "csp_north",
    "secretary",
    "observer",
    "administrator",
    "chair",
    "member",
)


@pytest.fixture
def secret(world, announced, set_clock) -> Issue:
    """A security issue with everything that can happen to it before it is resolved."""
    set_clock(world.at)
    issue = make_issue(world, announced, title=MARKER, description=MARKER, category="security", severity=1)
    by, at = world.actor("manager"), world.at
    issue = verbs.acknowledge(issue, by=by, at=at)
    verbs.comment(issue, audience="all", text=MARKER, by=by, at=at)
    issue = verbs.accept(issue, why=MARKER, by=by, at=at)
    organisation = world.organisation("dcc")
    verbs.confirm_reproduced(issue, organisation=organisation, why=MARKER, by=by, at=at)
    verbs.hold_cohort(issue, stage="both", by=by, at=at)
    return issue


@pytest.mark.parametrize("who", INSIDERS)
def test_insiders_see_it(world, secret, who):
    assert queries.visible_to(world.actor(who)).filter(pk=secret.pk).exists()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_do_not_see_it(world, secret, who):
    actor = world.actor(who)
    assert not queries.visible_to(actor).filter(pk=secret.pk).exists()
    assert not queries.listed(actor, {"words": MARKER}).exists()


def test_the_portal_itself_sees_it_and_the_public_sees_none(world, secret):
    assert queries.visible_to(system("x")).exists()
    assert not queries.visible_to(ANONYMOUS).exists()


def test_the_agent_that_raised_it_sees_it_until_its_appointment_ends(world, announced, secret):
    own = make_issue(world, announced, who="rsa", category="security")
    assert list(queries.visible_to(world.actor("rsa"))) == [own]
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    assert not queries.visible_to(world.actor("rsa")).exists()
    assert queries.visible_to(world.actor("supplier")).count() == 2


def pages(announced, secret) -> list[str]:
    hold = Hold.objects.get()
    return [
        reverse("issues:issues"),
        reverse("issues:issues") + f"?words={MARKER}",
        reverse("issues:issues") + "?category=security",
        reverse("issues:issue", args=[secret.reference]),
        reverse("publishing:release", args=[announced.reference]),
        reverse("holds:holds"),
        reverse("holds:hold", args=[hold.reference]),
        reverse("pages:home"),
        reverse("pages:calendar"),
        "/api/v1/issues/",
        "/api/v1/issues/?category=security",
        f"/api/v1/issues/{secret.reference}/",
        f"/api/v1/issues/{secret.reference}/comments/",
        "/api/v1/holds/",
        f"/api/v1/holds/{hold.reference}/",
        "/admin/issues/issue/",
        f"/admin/issues/issue/{secret.pk}/change/",
        f"/admin/issues/issue/{secret.pk}/history/",
        f"/admin/issues/issue/{secret.pk}/history/{secret.history.last().pk}/",
        f"/admin/holds/hold/{hold.pk}/change/",
        f"/admin/holds/hold/{hold.pk}/history/",
    ]


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_page_and_no_answer_shows_an_outsider_a_word_of_it(world, client, announced, secret, who):
    client.force_login(world.users[who], backend=BACKEND)
    for address in pages(announced, secret):
        answer = client.get(address, follow=True)
        assert answer.status_code in (200, 403, 404), (who, address, answer.status_code)
        shown = answer.content.decode().replace(f"words={MARKER}", "").replace(f'value="{MARKER}"', "")
        assert MARKER not in shown, (who, address)
        assert secret.reference not in shown.replace(address, ""), (who, address)


@pytest.mark.parametrize("who", INSIDERS)
def test_insiders_read_its_page(world, client, announced, secret, who):
    client.force_login(world.users[who], backend=BACKEND)
    answer = client.get(reverse("issues:issue", args=[secret.reference]))
    assert answer.status_code == 200
    assert MARKER in answer.content.decode()


def test_its_words_are_in_no_mail_no_inbox_and_no_journal(secret):
    said = [
        *Message.objects.values_list("subject", flat=True),
        *Message.objects.values_list("body", flat=True),
        *Entry.objects.values_list("why", flat=True),
        *Entry.objects.values_list("subject_text", flat=True),
        *map(str, Entry.objects.values_list("data", flat=True)),
        *Hold.objects.values_list("cause_text", flat=True),
    ]
    assert not any(MARKER in text for text in said)


def test_only_insiders_are_told_of_it(world, secret):
    told = Delivery.objects.filter(message__kind__startswith="issues.").values_list("recipient", flat=True)
    assert set(told) == {"Heron Power", "Manager", "Second Manager", "Security Member"}
    assert all(Message.objects.filter(kind__startswith="issues.").values_list("restricted", flat=True))


def test_counts_leave_it_out(world, announced, secret):
    make_issue(world, announced)
    assert queries.on_release(announced, world.actor("small_supplier")).count() == 1
    assert queries.on_release(announced, world.actor("manager")).count() == 2
    assert not queries.known(announced, world.actor("small_supplier")).exists()
