"""DCC corrects an issue; its raiser withdraws it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.delivery.models import Delivery, Message
from portal.delivery.outbox import WITHHELD
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.holds.models import Hold
from releases.issues import queries, verbs
from releases.issues.clocks import acknowledge_by
from releases.issues.models import Comment, Follower, Issue
from releases.issues.verbs import Correction
from releases.products.cohorts import Cohort
from releases.publishing import verbs as publishing
from tests.factories.findings import make_issue
from tests.html import mistakes

pytestmark = pytest.mark.django_db
NORTH, SOUTH = Cohort(regions=frozenset({"north"})), Cohort(regions=frozenset({"south"}))
HOUR = timedelta(hours=1)


@pytest.fixture
def issue(world, announced) -> Issue:
    return make_issue(world, announced, severity=3)


def correct(issue, world, who="manager", at=None, why="Read again.", seen=None, **changes) -> Issue:
    issue.refresh_from_db()
    right = Correction(**{"category": issue.category, "severity": issue.severity, "cohort": Cohort.of(issue)} | changes)
    return verbs.correct(issue, right, why=why, by=world.actor(who), at=at or world.at, seen=seen)


def told(kind: str = "issues.corrected") -> set[str]:
    return set(Delivery.objects.filter(message__kind=kind).values_list("recipient", flat=True))


def test_a_graver_issue_is_owed_its_acknowledgement_from_when_it_was_raised(world, issue):
    corrected = correct(issue, world, at=world.at + HOUR, severity=1)
    assert (corrected.severity, corrected.acknowledge_by) == (1, acknowledge_by(world.at, 1))
    assert correct(issue, world, severity=4).acknowledge_by == acknowledge_by(world.at, 1)  # as it was promised
    verbs.acknowledge(issue, by=world.actor("manager"), at=world.at + HOUR)
    assert correct(issue, world, severity=2).acknowledge_by == acknowledge_by(world.at, 1)


def test_what_changed_is_said_to_the_raiser_and_kept(world, issue):
    correct(issue, world, severity=2, category="supply", cohort=Cohort(smets=frozenset({2})))
    entry, message = Entry.objects.get(verb="correct"), Message.objects.get(kind="issues.corrected")
    changes = "Category from IHD stranding to Loss of supply or prepayment. Severity from 3 to 2. "
    assert entry.data["changes"].startswith(changes)
    assert entry.why == "Read again."
    assert changes in message.body
    assert told() == {"Heron Power", "Manager", "Second Manager"}


@pytest.mark.parametrize("who", ["supplier", "rsa", "secretary", "administrator"])
def test_only_dcc_corrects(world, issue, who):
    with pytest.raises(NotAllowed, match="Only DCC"):
        correct(issue, world, who=who, severity=1)


def test_everything_wrong_with_a_correction_is_said_at_once(world, issue):
    with pytest.raises(Invalid) as refusal:
        correct(issue, world, why=" ", category="weather", severity=9, cohort=Cohort(regions=frozenset({"central"})))
    assert set(refusal.value.fields) == {"category", "severity", "cohort", "why"}
    with pytest.raises(Invalid, match="Nothing is changed"):
        correct(issue, world)
    with pytest.raises(NotNow, match="Somebody else changed this"):
        correct(issue, world, severity=1, seen=issue.version + 1)


def test_what_came_from_it_keeps_its_homes(world, issue):
    """A hold, as an objection, names its own cohort: correcting the issue changes neither what is held nor heard."""
    hold = verbs.hold_cohort(issue, stage="both", by=world.actor("manager"), at=world.at)
    correct(issue, world, cohort=Cohort(smets=frozenset({2})))
    hold.refresh_from_db()
    assert Cohort.of(hold) == NORTH


# The notes


def test_a_known_issue_is_told_in_the_notes_as_it_is_now(world, issue, announced):
    verbs.accept(issue, why="Known.", by=world.actor("manager"), at=world.at)
    correct(issue, world, severity=2)
    known = announced.notes.first().written["Known issues"]
    assert "severity 3: Known." in known
    assert "severity 2: Known." in known
    correct(issue, world, category="supply")
    assert announced.notes.first().written["Known issues"] == known


@pytest.mark.parametrize("waits", [False, True])
def test_what_the_notes_say_is_not_made_secret(world, issue, announced, waits):
    if waits:
        publishing.lock_notes(announced, by=world.actor("secretary"), at=world.at, why="B-1 is open")
    verbs.accept(issue, why="Known.", by=world.actor("manager"), at=world.at)
    with pytest.raises(NotNow, match="stands in the release notes"):
        correct(issue, world, category="security")


def test_an_accepted_security_issue_made_public_is_a_known_issue(world, announced):
    secret = make_issue(world, announced, category="security")
    verbs.accept(secret, why="Known.", by=world.actor("manager"), at=world.at)
    assert announced.notes.first().number == 2
    correct(secret, world, category="other")
    assert secret.reference in announced.notes.first().written["Known issues"]


# Made secret, made public


def test_a_security_issue_is_hidden_at_once_in_all_that_was_told_and_held(world, issue):
    by = world.actor("manager")
    Follower.objects.create(issue=issue, user=world.users["small_supplier"], since=world.at)
    verbs.comment(issue, audience="all", text="Seen.", by=world.actor("supplier"), at=world.at)
    hold = verbs.hold_cohort(issue, stage="both", by=by, at=world.at)
    assert issue.title in Message.objects.get(kind="holds.placed").body
    correct(issue, world, category="security")
    assert not queries.visible_to(world.actor("small_supplier")).exists()
    hold.refresh_from_db()
    assert (hold.restricted, hold.cause_words, hold.cause_text) == (True, "Restricted", "restricted")
    texts = [text for row in Message.objects.values_list("subject", "body", "url") for text in row]
    assert not any(issue.title in text for text in texts)
    assert Message.objects.filter(subject=WITHHELD).count() == 2
    assert "Cause: restricted" in Message.objects.get(kind="holds.placed").body
    assert told() == {"Heron Power", "Manager", "Second Manager", "Security Member"}
    assert Entry.objects.get(verb="correct").why == ""
    assert Comment.objects.last().text.endswith("to Security. Read again.")


def test_a_hold_that_became_restricted_shows_its_past_to_dcc_only(world, issue, sign_in_then):
    verbs.hold_cohort(issue, stage="both", by=world.actor("manager"), at=world.at)
    correct(issue, world, category="security")
    for who, shown in (("small_supplier", False), ("manager", True)):
        page = sign_in_then(who).get(reverse("holds:hold", args=[Hold.objects.get().reference]))
        assert (issue.title in page.content.decode()) is shown


def test_a_security_issue_made_public_names_its_holds_again(world, announced):
    secret = make_issue(world, announced, category="security")
    verbs.hold_cohort(secret, stage="both", by=world.actor("manager"), at=world.at)
    correct(secret, world, category="other")
    assert Hold.objects.get().cause_text == f"{secret.reference} {secret.title}"
    assert queries.visible_to(world.actor("small_supplier")).exists()
    assert Entry.objects.get(verb="correct").why == ""


def test_a_public_issue_never_comes_to_point_to_a_restricted_one(world, issue, announced):
    repeats = make_issue(world, announced, who="small_supplier", of="fernlight")
    by = world.actor("manager")
    verbs.mark_duplicate(repeats, issue, by=by, at=world.at)
    with pytest.raises(NotNow, match=f"Everybody sees that {repeats.reference} repeats it"):
        correct(issue, world, category="security")
    correct(repeats, world, category="security")
    correct(issue, world, category="security")
    with pytest.raises(NotNow, match="correct that one first"):
        correct(repeats, world, category="other")
    correct(issue, world, category="other")
    assert not correct(repeats, world, category="other").is_security


# Withdrawing


def test_the_raiser_withdraws_with_a_reason(world, issue):
    withdrawn = verbs.withdraw(issue, why="Our meter.", by=world.actor("supplier"), at=world.at)
    assert (withdrawn.state, withdrawn.ended_at, withdrawn.answer) == ("closed", world.at, "")
    assert Entry.objects.get(verb="withdraw").why == "Our meter."
    assert told("issues.moved") == {"Heron Power", "Manager", "Second Manager"}


@pytest.mark.parametrize("who", ["small_supplier", "rsa", "manager", "secretary"])
def test_nobody_withdraws_the_issue_of_another(world, issue, who):
    with pytest.raises(NotAllowed, match="Only the organisation that raised"):
        verbs.withdraw(issue, why="x", by=world.actor(who), at=world.at)


def test_the_agent_that_raised_it_withdraws_it(world, announced):
    issue = make_issue(world, announced, who="rsa")
    assert verbs.withdraw(issue, why="x", by=world.actor("rsa"), at=world.at).state == "closed"


def test_what_somebody_else_has_seen_too_is_not_withdrawn(world, issue):
    second = world.organisation("fernlight")
    by = world.actor("small_supplier")
    verbs.confirm_reproduced(issue, organisation=second, why="Here too.", by=by, at=world.at)
    with pytest.raises(NotNow, match="Fernlight Energy has reproduced this issue"):
        verbs.withdraw(issue, why="x", by=world.actor("supplier"), at=world.at)


def test_why_a_security_issue_is_withdrawn_is_read_on_it_alone(world, announced):
    secret = make_issue(world, announced, category="security")
    verbs.withdraw(secret, why="Our meter.", by=world.actor("supplier"), at=world.at)
    assert Entry.objects.get(verb="withdraw").why == ""
    assert Comment.objects.get().text == "Withdrawn: Our meter."


# Pages and API


def test_dcc_corrects_on_its_page(world, issue, sign_in_then):
    dcc, address = sign_in_then("manager"), reverse("issues:correct", args=[issue.reference])
    shown = dcc.get(address)
    assert mistakes(shown.content.decode()) == []
    assert shown.context["form"]["regions"].value() == ["north"]
    body = {"seen": issue.version, "category": "supply", "severity": "1", "why": "Worse.", "regions": ["north"]}
    wrong = dcc.post(address, {**body, "regions": [], "smets": ["1"]})
    assert (wrong.status_code, "No home of this release" in wrong.content.decode()) == (400, True)
    assert dcc.post(address, body).status_code == 302
    page = dcc.get(reverse("issues:issue", args=[issue.reference])).content.decode()
    assert "Corrected by DCC" in page
    assert "Severity from 3 to 1. Worse." in page


def test_the_raiser_finds_the_way_to_withdraw(world, issue, sign_in_then):
    supplier = sign_in_then("supplier")
    address = reverse("issues:act", args=[issue.reference, "withdraw"])
    assert address in supplier.get(reverse("issues:issue", args=[issue.reference])).content.decode()
    assert supplier.post(address, {"why": "Ours.", "seen": issue.version}).status_code == 302
    assert "Withdrawn by the raiser" in supplier.get(reverse("issues:issue", args=[issue.reference])).content.decode()


def test_the_api_corrects_what_it_is_given_and_withdraws(world, issue, sign_in_then, sign_in):
    dcc, address = sign_in_then("manager"), f"/api/v1/issues/{issue.reference}/"
    body = {"severity": 2, "why": "Worse.", "version": issue.version}
    corrected = dcc.post(address + "correct/", body, content_type="application/json").json()
    assert (corrected["severity"], corrected["category"]) == (2, issue.category)
    gone = sign_in("supplier").post(address + "withdraw/", {"why": "Ours."}, content_type="application/json").json()
    assert gone["state"] == "closed"
