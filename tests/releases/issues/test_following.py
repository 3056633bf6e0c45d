"""Around an issue: evidence files, who follows it, its number elsewhere, and what a merge keeps readable."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.delivery.models import Delivery
from portal.journal.models import Entry
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.issues import queries, verbs
from releases.issues.models import Comment, Follower, Issue
from releases.issues.timeline import timeline
from releases.publishing import documents
from tests.factories.findings import make_issue
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def issue(world, announced) -> Issue:
    return make_issue(world, announced)


def at(issue: Issue, name: str = "issue", *more) -> str:
    return reverse(f"issues:{name}", args=[issue.reference, *more])


def text(answer) -> str:
    return answer.content.decode()


def told(kind: str) -> set[str]:
    return set(Delivery.objects.filter(message__kind=kind).values_list("recipient", flat=True))


def comment(issue, world, who="supplier", audience="all", said="A picture of it.", **more) -> Comment:
    return verbs.comment(issue, audience=audience, text=said, by=world.actor(who), at=world.at, **more)


# Evidence


def test_a_file_comes_with_a_comment_and_is_handed_out_under_our_name(sign_in_then, world, issue):
    client = sign_in_then("supplier")
    sent = {"text": "The display.", "audience": "all", "file": SimpleUploadedFile("../Küche.png", PNG)}
    client.post(at(issue, "comment"), sent)
    kept = Comment.objects.get()
    assert (kept.file_name, kept.file_kind, kept.file_size) == ("Küche.png", "PNG image", len(PNG))
    assert Entry.objects.get(verb="comment").data["sha256"] == kept.sha256
    assert "Küche.png" in text(client.get(at(issue)))
    answer = client.get(at(issue, "evidence", kept.pk))
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Disposition"] == f'attachment; filename="{issue.reference}-evidence-{kept.pk}.png"'
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("report.pdf", PNG, "The name report.pdf does not fit: by its content the file is PNG image."),
        ("run.png", b"MZ\x90\0\x03\0", "By its content this file is none of these"),
        ("page.txt", b"<html><script>alert(1)</script>", "By its content this file is none of these"),
        ("long.txt", b"a" * (documents.LARGEST + 1), "The file is larger than 20 MB"),
    ],
)
def test_what_is_no_evidence_is_refused_and_the_words_kept(sign_in_then, issue, name, content, sentence):
    sent = {"text": "Half an hour of words.", "audience": "all", "file": SimpleUploadedFile(name, content)}
    answer = sign_in_then("supplier").post(at(issue, "comment"), sent)
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert "Half an hour of words.</textarea>" in text(answer)
    assert not Comment.objects.exists()


def test_evidence_is_read_by_whoever_may_read_its_comment(sign_in_then, world, issue):
    kept = comment(issue, world, audience="parties", file=ContentFile(b"Dark.", "display"))
    assert sign_in_then("small_supplier").get(at(issue, "evidence", kept.pk)).status_code == 404
    assert sign_in_then("manager").get(at(issue, "evidence", kept.pk)).status_code == 200
    bare = comment(issue, world)
    assert sign_in_then("manager").get(at(issue, "evidence", bare.pk)).status_code == 404


def test_evidence_is_whole_in_the_database(world, issue):
    with pytest.raises(IntegrityError, match="evidence_is_whole"), transaction.atomic():
        Comment.objects.create(
            issue=issue, organisation=issue.organisation, audience="all", text="x", at=world.at, sha256="ab"
        )


def test_evidence_by_api(sign_in_then, issue):
    client = sign_in_then("supplier")
    sent = {"text": "The log.", "audience": "all", "file": SimpleUploadedFile("hub.log", b"08:00 dark\n")}
    answer = client.post(f"/api/v1/issues/{issue.reference}/comments/", sent)
    assert answer.status_code == 201
    (shown,) = client.get(f"/api/v1/issues/{issue.reference}/comments/").json()
    assert (shown["file_name"], shown["file_kind"]) == ("hub.log", "Plain text")


# Following


def test_followers_are_told_what_they_may_read(sign_in_then, world, issue):
    client = sign_in_then("small_supplier")
    assert "Follow this issue" in text(client.get(at(issue)))
    for _ in range(2):
        client.post(at(issue, "follow"))
    assert "Stop following" in text(client.get(at(issue)))
    assert Entry.objects.filter(verb="follow").count() == 1
    assert issue.reference in text(client.get("/issues/?followed=on"))
    comment(issue, world, audience="parties")
    assert "Small Supplier" not in told("issues.commented")
    comment(issue, world)
    comment(issue, world, who="small_supplier", audience="internal")
    assert "Small Supplier" in told("issues.commented")
    verbs.acknowledge(issue, by=world.actor("manager"), at=world.at)
    assert "Small Supplier" in told("issues.moved")
    for _ in range(2):
        client.post(at(issue, "unfollow"))
    assert Entry.objects.filter(verb="unfollow").count() == 1
    assert not Follower.objects.exists()
    assert "No issues here" in text(client.get("/issues/?followed=on"))


def test_colleagues_hear_internal_words_and_nobody_hears_their_own(world, issue):
    for who in ("supplier", "supplier_lead", "small_supplier"):
        verbs.follow(issue, by=world.actor(who), at=world.at)
    comment(issue, world, audience="internal")
    assert told("issues.commented") == {"Supplier Lead"}


def test_who_may_not_know_of_it_any_more_is_not_told(world, issue):
    verbs.follow(issue, by=world.actor("small_supplier"), at=world.at)
    Issue.objects.filter(pk=issue.pk).update(category="security")
    issue.refresh_from_db()
    assert queries.following(issue, world.at) == []
    verbs.acknowledge(issue, by=world.actor("manager"), at=world.at)
    assert "Small Supplier" not in told("issues.moved")


def test_only_people_follow(world, issue):
    portal = system("Clock")
    assert not queries.follows(issue, portal)
    with pytest.raises(NotAllowed):
        verbs.follow(issue, by=portal, at=world.at)


# The number elsewhere


def test_the_raiser_links_an_incident(sign_in_then, world, issue):
    verbs.follow(issue, by=world.actor("small_supplier"), at=world.at)
    client = sign_in_then("supplier")
    assert client.get(at(issue, "link_incident")).status_code == 200
    wrong = client.post(at(issue, "link_incident"), {"incident": "", "incident_url": "https://desk.example/INC-7"})
    assert (wrong.status_code, "Give the number too" in text(wrong)) == (400, True)
    sent = {"incident": "INC-7", "incident_url": "https://desk.example/INC-7", "seen": issue.version}
    assert 'href="https://desk.example/INC-7"' in text(client.post(at(issue, "link_incident"), sent, follow=True))
    assert "Small Supplier" in told("issues.incident_linked")
    issue.refresh_from_db()
    verbs.link_incident(issue, incident="", by=world.actor("manager"), at=world.at)
    assert Delivery.objects.filter(message__subject__contains="no incident number any more").exists()


def test_an_address_that_is_none_of_the_web_is_refused(world, issue):
    with pytest.raises(Invalid, match="https://"):
        verbs.link_incident(
            issue, incident="7", incident_url="javascript:alert(1)", by=world.actor("supplier"), at=world.at
        )


def test_a_closed_issue_keeps_its_number(world, issue):
    Issue.objects.filter(pk=issue.pk).update(state="closed")
    with pytest.raises(NotNow, match="reopen it first"):
        verbs.link_incident(issue, incident="7", by=world.actor("supplier"), at=world.at)


def test_the_number_of_a_security_issue_is_neither_journalled_nor_mailed(world, announced):
    issue = make_issue(world, announced, category="security")
    verbs.link_incident(issue, incident="INC-ZEBRA", by=world.actor("supplier"), at=world.at)
    assert "ZEBRA" not in str(Entry.objects.get(verb="link_incident").data)
    assert not Delivery.objects.filter(message__subject__contains="ZEBRA").exists()
    assert not Delivery.objects.filter(message__body__contains="ZEBRA").exists()


def test_following_and_linking_by_api(sign_in_then, issue):
    client, base = sign_in_then("supplier"), f"/api/v1/issues/{issue.reference}"
    assert client.post(f"{base}/follow/").status_code == 200
    assert issue.followers.count() == 1
    assert client.post(f"{base}/unfollow/").status_code == 200
    sent = client.post(f"{base}/link-incident/", {"incident": "INC-7"}, content_type="application/json")
    assert sent.json()["incident"] == "INC-7"


# Merging


@pytest.fixture
def twice(world, announced, issue) -> Issue:
    """An issue found again by another supplier, with words, a confirmation and somebody who follows it."""
    again = make_issue(world, announced, who="small_supplier", of="fernlight", title="Dark displays")
    comment(again, world, who="small_supplier", said="Ours too.")
    comment(again, world, who="small_supplier", audience="parties", said="Between us.")
    dcc = world.organisation("dcc")
    verbs.confirm_reproduced(again, organisation=dcc, why="In the lab.", by=world.actor("manager"), at=world.at)
    verbs.follow(again, by=world.actor("other_supplier"), at=world.at)
    again.refresh_from_db()
    return verbs.mark_duplicate(again, issue, by=world.actor("manager"), at=world.at)


def test_what_was_said_and_confirmed_is_read_on_the_issue_that_goes_on(sign_in_then, world, issue, twice):
    page = text(sign_in_then("supplier").get(at(issue)))
    for words in (
        "Ours too.",
        f"on {twice.reference}",
        "raised for Fernlight Energy; reproduced by DCC",
        "In the lab.",
    ):
        assert words in page
    assert "Between us." not in page
    assert "Between us." in text(sign_in_then("manager").get(at(issue)))
    assert "Between us." in text(sign_in_then("small_supplier").get(at(issue)))


def test_followers_and_raisers_of_the_duplicate_hear_of_the_other(world, issue, twice):
    assert [one.user.name for one in issue.followers.all()] == ["Other Supplier"]
    Delivery.objects.all().delete()
    verbs.acknowledge(issue, by=world.actor("manager"), at=world.at)
    assert told("issues.moved") == {"Heron Power", "Fernlight Energy", "Manager", "Second Manager", "Other Supplier"}


def test_duplicates_of_duplicates_are_read_too(world, announced, issue, twice):
    first = make_issue(world, announced)
    verbs.mark_duplicate(issue, first, by=world.actor("manager"), at=world.at)
    assert queries.merged(first, world.actor("supplier")) == [issue, twice]
    assert "Ours too." in [event.text for event in timeline(first, world.actor("supplier"))]


def test_issues_that_point_at_each_other_are_read_once(world, issue, twice):
    Issue.objects.filter(pk=issue.pk).update(duplicate_of=twice)
    assert queries.merged(issue, world.actor("supplier")) == [twice]


def test_the_original_that_is_a_security_issue_is_not_named_to_others(world, announced):
    first = make_issue(world, announced, category="security")
    again = make_issue(world, announced, who="small_supplier", of="fernlight", category="security")
    again = verbs.mark_duplicate(again, first, by=world.actor("manager"), at=world.at)
    assert again.answer == "The same as another restricted issue."
    assert queries.merged(first, world.actor("supplier")) == []
    Delivery.objects.all().delete()
    verbs.acknowledge(first, by=world.actor("manager"), at=world.at)
    assert "Fernlight Energy" not in told("issues.moved")


def test_the_page_costs_the_same_for_one_and_three_pieces_of_evidence(sign_in_then, world, issue):
    client = sign_in_then("manager")
    with same_queries() as cost:
        comment(issue, world, file=ContentFile(b"Dark.", "display"))
        cost.of(lambda: client.get(at(issue)))
        for _ in range(2):
            comment(issue, world, file=ContentFile(b"Dark.", "display"))
        cost.of(lambda: client.get(at(issue)))
