"""A security issue is known to its raiser, DCC and the Security Sub-Committee, and in no exit to anybody else."""

from dataclasses import replace

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.urls import reverse

from portal.delivery.models import Delivery, Message
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.actor import ANONYMOUS, system
from releases.holds.models import Hold
from releases.issues import queries, verbs
from releases.issues.models import Follower, Issue
from tests.factories.findings import make_issue
from tests.factories.fixtures import BACKEND
from tests.matrix.table import ROWS

pytestmark = pytest.mark.django_db
MARKER = "ZEBRACROSSING"
ELSEWHERE = ("account_", "mfa_", "api-", "pages:gallery")  # nothing of issues, and a fresh secret on each look
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
    file = ContentFile(MARKER.encode(), f"{MARKER}.txt")
    verbs.comment(issue, audience="all", text=MARKER, file=file, by=by, at=at)
    verbs.link_incident(issue, incident=MARKER, by=by, at=at)
    for who in ("small_supplier", "supplier"):  # an outsider who followed it before it was known for what it is
        Follower.objects.create(issue=issue, user=world.users[who], since=at)
    issue.refresh_from_db()
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
        reverse("issues:evidence", args=[secret.reference, secret.comments.exclude(file="").get().pk]),
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
    assert set(told) == {"Heron Power", "Manager", "Second Manager", "Security Member", "Supplier"}
    assert all(Message.objects.filter(kind__startswith="issues.").values_list("restricted", flat=True))


def test_counts_leave_it_out(world, announced, secret):
    make_issue(world, announced)
    assert queries.on_release(announced, world.actor("small_supplier")).count() == 1
    assert queries.on_release(announced, world.actor("manager")).count() == 2
    assert not queries.known(announced, world.actor("small_supplier")).exists()


LISTS = [row for row in ROWS if row.method == "GET" and not row.about and not row.route.startswith(ELSEWHERE)]
SOUGHT = MARKER.lower()  # finds it all the same, and is told from it where a page repeats what it was asked for
ASKED = f"?q={SOUGHT}&words={SOUGHT}&search={SOUGHT}"
FOR_WORDS = ("issues:", "holds:", "pages:search", "search", "issue-", "hold-")  # routes that look for words


def shown_to(client, secret) -> list[str]:
    """Return the addresses, of all that need no object, whose answer says a word of the issue."""
    found = []
    for row in LISTS:
        address = reverse(row.route) + (ASKED if row.route.startswith(FOR_WORDS) else "")
        cache.clear()  # what may be asked a few times a minute only
        answer = client.get(address)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = said.decode(errors="replace")
        if MARKER in text or secret.reference in text:
            found.append(address)
    return found


@pytest.mark.parametrize("who", ["small_supplier", "member", "administrator"])
def test_no_list_search_feed_export_or_api_tells_an_outsider_of_it(world, client, secret, who):
    """The sweep: every address that is about no single object, asked for the marker where it looks for words."""
    client.force_login(world.users[who], backend=BACKEND)
    assert shown_to(client, secret) == []


@pytest.mark.parametrize("who", ["small_supplier", "administrator"])
def test_one_that_everybody_saw_is_hidden_from_the_moment_it_is_a_security_issue(
    world, client, announced, set_clock, who
):
    """The same sweep over an issue told to outsiders, held in words and followed, before it was corrected."""
    set_clock(world.at)
    by, at = world.actor("manager"), world.at
    known = make_issue(world, announced, title=MARKER, description=MARKER)
    verbs.follow(known, by=world.actor(who), at=at)
    verbs.comment(known, audience="all", text=MARKER, file=ContentFile(b"x", "x.txt"), by=by, at=at)
    verbs.hold_cohort(known, stage="both", by=by, at=at)
    client.force_login(world.users[who], backend=BACKEND)
    right = replace(verbs.Correction.of(known), category="security")
    known = verbs.correct(known, right, why=MARKER, by=by, at=at)
    assert shown_to(client, known) == [reverse("people:account")]  # that they followed it is their own act
    assert MARKER not in client.get(reverse("people:account")).content.decode()
    for address in pages(announced, known):
        said = client.get(address, follow=True).content.decode()
        assert MARKER not in said.replace(f"words={MARKER}", "").replace(f'value="{MARKER}"', ""), address
        assert known.reference not in said.replace(address, ""), address


def test_an_insider_finds_it_where_an_outsider_is_swept(world, client, secret):
    """The control: the same sweep finds it in lists, search, export and API."""
    client.force_login(world.users["supplier"], backend=BACKEND)
    found = {address.partition("?")[0] for address in shown_to(client, secret)}
    assert found >= {"/issues/", "/issues/csv/", "/search/", "/api/v1/issues/"}


def test_it_is_not_offered_as_the_same_to_outsiders(world, client, announced, secret):
    for who, seen in (("small_supplier", False), ("supplier", True)):
        client.force_login(world.users[who], backend=BACKEND)
        answer = client.post(reverse("issues:alike", args=[announced.reference]), {"title": MARKER})
        assert (secret.reference in answer.content.decode()) is seen
