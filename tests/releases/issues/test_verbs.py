from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from portal.delivery.models import Delivery, Message
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.holds.models import Cause, Hold
from releases.holds.queries import reach
from releases.issues import can, may, queries, verbs
from releases.issues.clocks import reopen_until
from releases.issues.models import Comment, Issue
from releases.issues.states import ISSUE, IssueState
from releases.issues.tasks import keep_clocks
from releases.products.cohorts import Cohort
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.factories.findings import DAY, finding, make_issue

pytestmark = pytest.mark.django_db
CLOCK = system("Clock of issues")
SIMPLE = ("acknowledge", "investigate", "accept", "reject", "resolve", "withdraw", "close", "reopen")
TAKES_WHY = {"accept", "reject", "resolve", "withdraw", "reopen"}


@pytest.fixture
def issue(world, announced) -> Issue:
    return make_issue(world, announced)


def act(name, issue, world, who="", at=None, why="Because."):
    said = {"why": why} if name in TAKES_WHY else {}
    who = who or ("supplier" if name == "withdraw" else "manager")
    return getattr(verbs, name)(issue, **said, by=world.actor(who), at=at or world.at)


def in_state(issue: Issue, state: str, at) -> Issue:
    """Put an issue into a state past the verbs, for what is asked in it."""
    ended = at if state in ("rejected", "duplicate", "resolved", "closed") else None
    original = issue.pk if state == "duplicate" else None
    Issue.objects.filter(pk=issue.pk).update(state=state, ended_at=ended, duplicate_of=original)
    issue.refresh_from_db()
    return issue


def told(kind: str) -> set[str]:
    return set(Delivery.objects.filter(message__kind=kind).values_list("recipient", flat=True))


# Raising


def test_a_supplier_raises_an_issue_and_dccs_clock_starts(world, issue, announced):
    assert (issue.reference, issue.state) == (f"I-{issue.pk:04d}", IssueState.RAISED)
    assert issue.acknowledge_by == world.at.replace(hour=0) + 2 * DAY
    assert issue.history.count() == 1
    assert Entry.objects.get(verb="raise_issue").subject_text == issue.reference
    assert told("issues.raised") == {"Manager", "Second Manager", "Heron Power"}
    counts = reach(Cohort.of(issue), announced).counts
    assert (counts.homes, counts.suppliers) == (100, 1)


def test_an_agent_names_the_supplier_and_the_issue_stays_with_it(world, announced):
    issue = make_issue(world, announced, who="rsa")
    assert (issue.organisation.name, issue.raised_by_organisation.name) == ("Heron Power", "Meterwrights")
    assert told("issues.raised") >= {"Heron Power", "Meterwrights"}
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at + DAY)
    verbs.acknowledge(issue, by=world.actor("manager"), at=world.at + 2 * DAY)
    assert told("issues.moved") == {"Heron Power", "Manager", "Second Manager"}


def test_evidence_is_the_first_comment_and_its_digest_in_the_journal(world, announced):
    file = SimpleUploadedFile("hub.log", b"08:00 dark\n")
    issue = verbs.raise_issue(
        announced,
        finding(),
        organisation=world.organisation("heron"),
        by=world.actor("supplier"),
        at=world.at,
        file=file,
    )
    comment = issue.comments.get()
    assert (comment.audience, comment.text) == ("all", "Evidence, given when the issue was raised.")
    assert Entry.objects.get(verb="raise_issue").data == {"sha256": comment.sha256}
    assert comment.sha256 == sha256(b"08:00 dark\n").hexdigest()


@pytest.mark.parametrize(("who", "of"), [("manager", "dcc"), ("csp_north", "csp_north")])
def test_dcc_and_csps_raise_for_themselves(world, announced, who, of):
    assert make_issue(world, announced, who=who, of=of).organisation == world.organisation(of)


@pytest.mark.parametrize(
    ("who", "of", "sentence"),
    [
        ("rsa", "fernlight", "not appointed by this supplier"),
        ("rsa", "meterwrights", "not appointed by this supplier"),
        ("supplier", "fernlight", "raised for the own organisation"),
        ("secretary", "secas", "Only DCC Users"),
        ("observer", "authority", "Only DCC Users"),
        ("administrator", "operator", "Only DCC Users"),
        ("chair", "dcc", "Only DCC Users"),
    ],
)
def test_nobody_raises_for_somebody_else(world, announced, who, of, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        make_issue(world, announced, who=who, of=of)


@pytest.mark.parametrize("state", ["draft", "withdrawn", "rejected"])
def test_no_issue_on_what_is_no_release_any_more(world, announced, state):
    Release.objects.filter(pk=announced.pk).update(state=state)
    with pytest.raises(NotNow, match="no issue can be raised"):
        make_issue(world, announced)


def test_everything_wrong_is_said_at_once(world, announced):
    wrong = {
        "title": " ",
        "description": "",
        "category": "weather",
        "severity": 6,
        "cohort": Cohort(regions=frozenset({"central"})),
    }
    with pytest.raises(Invalid) as refusal:
        make_issue(world, announced, **wrong)
    assert set(refusal.value.fields) == set(wrong)
    assert "No home of this release is in the selection" in refusal.value.reason
    assert not Issue.objects.exists()


def test_devices_are_part_of_the_cohort(world, announced):
    assert make_issue(world, announced, cohort=Cohort(smets=frozenset({2}))).smets == [2]
    with pytest.raises(Invalid, match="No home of this release is in the selection"):
        make_issue(world, announced, cohort=Cohort(smets=frozenset({1})))


# Answering


def test_the_road_from_raised_to_closed(world, issue):
    for hours, name in enumerate(("acknowledge", "investigate", "accept", "resolve"), start=1):
        issue = act(name, issue, world, at=world.at + timedelta(hours=hours))
    assert (issue.state, issue.answer, issue.ended_at) == ("resolved", "Because.", world.at + timedelta(hours=4))
    assert issue.acknowledged_at == world.at + timedelta(hours=1)
    issue = act("close", issue, world, who="supplier")
    assert issue.state == IssueState.CLOSED
    assert Message.objects.filter(kind="issues.moved").count() == 5
    moved = Entry.objects.exclude(was="").filter(subject_kind="issues.issue").order_by("pk")
    assert [(entry.was, entry.now) for entry in moved] == [
        ("raised", "acknowledged"),
        ("acknowledged", "investigating"),
        ("investigating", "accepted"),
        ("accepted", "resolved"),
        ("resolved", "closed"),
    ]


def test_accepted_issues_are_the_known_ones(world, issue, announced):
    act("accept", issue, world)
    assert list(queries.known(announced, world.actor("small_supplier"))) == [issue]


def test_an_accepted_issue_stands_in_the_notes(world, issue, announced):
    accepted = act("accept", issue, world, why="Displays stay dark.\nUntil morning.")
    newest = announced.notes.first()
    line = f"- {accepted.reference} Displays go dark, severity 2: Displays stay dark.\n  Until morning."
    assert newest.written["Known issues"] == line
    assert (newest.why, newest.published_at) == (f"Known issue {accepted.reference}", world.at)


def test_while_a_ballot_is_open_a_known_issue_waits(world, issue, announced):
    publishing.lock_notes(announced, by=world.actor("secretary"), at=world.at, why="B-1 is open")
    accepted = act("accept", issue, world)
    assert announced.notes.first().number == 2
    publishing.free_notes(announced, by=world.actor("secretary"), at=world.at)
    assert announced.notes.first().why == f"Known issue {accepted.reference}"


def test_security_issues_and_ended_releases_leave_the_notes_alone(world, announced):
    hidden = make_issue(world, announced, category="security")
    late = make_issue(world, announced)
    act("accept", hidden, world)
    publishing.withdraw(announced, by=world.actor("manager"), at=world.at, why="not needed")
    act("accept", late, world)
    assert announced.notes.first().number == 2


@pytest.mark.parametrize("name", SIMPLE)
@pytest.mark.parametrize("state", list(IssueState))
def test_each_act_is_possible_exactly_where_the_table_has_it(world, issue, name, state):
    issue = in_state(issue, state, world.at)
    targets = {
        "acknowledge": ("acknowledged", ("raised",)),
        "investigate": ("investigating", ("raised", "acknowledged")),
        "accept": ("accepted", ("raised", "acknowledged", "investigating")),
        "reject": ("rejected", ("raised", "acknowledged", "investigating")),
        "resolve": ("resolved", ("investigating", "accepted")),
        "withdraw": ("closed", ("raised", "acknowledged", "investigating")),
        "close": ("closed", ("rejected", "duplicate", "resolved")),
        "reopen": ("investigating", ("rejected", "resolved", "closed")),
    }
    target, sources = targets[name]
    assert all(ISSUE.allows(source, target) for source in sources)
    if state in sources:
        assert act(name, issue, world).state == target
    else:
        with pytest.raises(NotNow):
            act(name, issue, world)


@pytest.mark.parametrize("name", ["acknowledge", "investigate", "accept", "reject", "resolve"])
@pytest.mark.parametrize("who", ["supplier", "rsa", "secretary", "csp_north", "administrator"])
def test_only_dcc_answers(world, issue, name, who):
    with pytest.raises(NotAllowed, match="Only DCC answers issues"):
        act(name, issue, world, who=who)


@pytest.mark.parametrize("name", sorted(TAKES_WHY))
def test_an_answer_says_why(world, issue, name):
    issue = in_state(issue, "resolved" if name == "reopen" else "investigating", world.at)
    with pytest.raises(Invalid) as refusal:
        act(name, issue, world, why=" ")
    assert "why" in refusal.value.fields


def test_a_stale_page_changes_nothing(world, issue):
    with pytest.raises(NotNow, match="Somebody else changed this"):
        verbs.acknowledge(issue, by=world.actor("manager"), at=world.at, seen=issue.version + 1)


@pytest.mark.parametrize(("who", "allowed"), [("supplier", True), ("manager", True), ("small_supplier", False)])
def test_the_raiser_and_dcc_close_and_reopen(world, issue, who, allowed):
    issue = in_state(issue, "resolved", world.at)
    for rule in (may.close, may.reopen):
        assert (rule.why_not(issue, by=world.actor(who)) is None) is allowed


def test_an_issue_is_reopened_within_ten_working_days_only(world, issue):
    issue = in_state(issue, "closed", world.at)
    until = reopen_until(world.at)
    with pytest.raises(NotNow, match="could be reopened until"):
        act("reopen", issue, world, who="supplier", at=until)
    reopened = act("reopen", issue, world, who="supplier", at=until - timedelta(seconds=1))
    assert (reopened.state, reopened.ended_at) == (IssueState.INVESTIGATING, None)


# Duplicates


def test_a_duplicate_names_the_issue_it_repeats(world, issue, announced):
    other = make_issue(world, announced, who="small_supplier", of="fernlight")
    marked = verbs.mark_duplicate(other, issue, by=world.actor("manager"), at=world.at)
    assert (marked.state, marked.duplicate_of, marked.answer) == (
        IssueState.DUPLICATE,
        issue,
        f"The same as {issue.reference}.",
    )
    assert queries.interested(issue) == {world.organisation("heron").pk, world.organisation("fernlight").pk}
    third = make_issue(world, announced)
    with pytest.raises(Invalid, match="is a duplicate itself"):
        verbs.mark_duplicate(third, marked, by=world.actor("manager"), at=world.at)
    with pytest.raises(Invalid, match="no duplicate of itself"):
        verbs.mark_duplicate(third, third, by=world.actor("manager"), at=world.at)


def test_the_database_wants_a_duplicate_to_name_the_other(world, issue):
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(state="duplicate")


def test_a_public_issue_never_points_to_a_restricted_one(world, issue, announced):
    secret = make_issue(world, announced, category="security")
    by = world.actor("manager")
    with pytest.raises(Invalid, match="cannot point to a restricted one"):
        verbs.mark_duplicate(issue, secret, by=by, at=world.at)
    assert secret not in queries.possible_originals(issue, by)
    assert verbs.mark_duplicate(secret, issue, by=by, at=world.at, why="Same.").answer == "Same."


# Comments


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("all", {"supplier", "rsa", "small_supplier", "manager", "secretary"}),
        ("parties", {"supplier", "manager"}),
        ("internal", {"supplier"}),
    ],
)
def test_a_comment_is_read_by_its_audience(world, issue, audience, readers):
    verbs.comment(issue, audience=audience, text="Seen again.", by=world.actor("supplier"), at=world.at)
    everybody = ("supplier", "rsa", "small_supplier", "manager", "secretary")
    assert {who for who in everybody if queries.comments(issue, world.actor(who)).exists()} == readers
    assert queries.comments(issue, CLOCK).count() == 1
    assert bool(told("issues.commented")) is (audience != "internal")


def test_the_agent_that_raised_it_is_a_party(world, announced):
    issue = make_issue(world, announced, who="rsa")
    verbs.comment(issue, audience="parties", text="Thank you.", by=world.actor("manager"), at=world.at)
    assert queries.comments(issue, world.actor("rsa")).count() == 1
    assert told("issues.commented") == {"Heron Power", "Meterwrights"}


@pytest.mark.parametrize(
    ("who", "audience", "sentence"),
    [
        ("small_supplier", "parties", "Only the raiser and DCC write to the parties"),
        ("secretary", "all", "comment on issues"),
        ("chair", "all", "comment on issues"),
    ],
)
def test_who_may_not_comment(world, issue, who, audience, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        verbs.comment(issue, audience=audience, text="x", by=world.actor(who), at=world.at)


def test_a_comment_has_words_a_reader_and_an_issue_that_is_not_closed(world, issue):
    by = world.actor("supplier")
    with pytest.raises(Invalid, match="Write the comment"):
        verbs.comment(issue, audience="all", text=" ", by=by, at=world.at)
    with pytest.raises(Invalid, match="who may read"):
        verbs.comment(issue, audience="the press", text="x", by=by, at=world.at)
    issue = in_state(issue, "closed", world.at)
    with pytest.raises(NotNow, match="is closed"):
        verbs.comment(issue, audience="all", text="x", by=by, at=world.at)


def test_a_comment_is_never_changed(world, issue):
    verbs.comment(issue, audience="all", text="x", by=world.actor("supplier"), at=world.at)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Comment.objects.update(text="y")


# Confirmation


def confirm(world, issue, who, of, why="On our rig."):
    organisation = world.organisation(of)
    return verbs.confirm_reproduced(issue, organisation=organisation, why=why, by=world.actor(who), at=world.at)


@pytest.mark.parametrize(("who", "of"), [("small_supplier", "fernlight"), ("manager", "dcc")])
def test_a_second_organisation_or_the_dcc_lab_confirms(world, issue, who, of):
    confirmed = confirm(world, issue, who, of)
    assert (confirmed.reproduced_by, confirmed.reproduced_at) == (world.organisation(of), world.at)
    assert Comment.objects.get().text.endswith("On our rig.")
    assert told("issues.reproduced") >= {"Heron Power", "Manager"}
    with pytest.raises(NotNow, match="reproduced already"):
        confirm(world, issue, "other_supplier", "osprey")


@pytest.mark.parametrize(
    ("who", "of", "sentence"),
    [
        ("supplier", "heron", "Nobody confirms their own issue"),
        ("supplier", "fernlight", "Whoever raised"),
        ("small_supplier", "osprey", "Only suppliers"),
        ("manager", "fernlight", "DCC confirms for its own test lab"),
        ("secretary", "secas", "Only suppliers"),
    ],
)
def test_who_confirms_nothing(world, issue, who, of, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        confirm(world, issue, who, of)


def test_an_agent_does_not_confirm_its_own_find_for_another_supplier(world, announced):
    fernlight, agent = world.organisation("fernlight"), world.organisation("meterwrights")
    people.appoint_rsa(fernlight, agent, by=world.actor("small_supplier"), at=world.at)
    issue = make_issue(world, announced, who="rsa")
    with pytest.raises(NotAllowed, match="for another supplier either"):
        confirm(world, issue, "rsa", "fernlight")
    assert not queries.confirming(issue, world.actor("rsa"))
    assert list(queries.confirming(issue, world.actor("small_supplier"))) == [fernlight]


def test_a_confirmation_says_how_and_comes_before_the_end(world, issue):
    with pytest.raises(Invalid, match="Say how"):
        confirm(world, issue, "small_supplier", "fernlight", why="")
    for state in ("closed", "duplicate"):
        with pytest.raises(NotNow, match="not the next step"):
            confirm(world, in_state(issue, state, world.at), "small_supplier", "fernlight")


# Escalation


def test_a_late_acknowledgement_is_escalated_once(world, issue, set_clock):
    assert verbs.escalate(issue, by=CLOCK, at=world.at).escalated_at is None
    set_clock(issue.acknowledge_by)
    assert (keep_clocks(), keep_clocks()) == (1, 0)
    issue.refresh_from_db()
    assert issue.escalated_at >= issue.acknowledge_by
    assert told("issues.escalated") == {"Manager", "Second Manager", "Heron Power"}


# Holds


def test_dcc_holds_the_cohort_of_an_issue(world, issue):
    with pytest.raises(NotAllowed, match="Only DCC answers"):
        verbs.hold_cohort(issue, stage="both", by=world.actor("supplier"), at=world.at)
    hold = verbs.hold_cohort(issue, stage="activation", by=world.actor("manager"), at=world.at)
    assert (hold.cause, hold.cause_id, hold.regions) == (Cause.ISSUE, issue.pk, ["north"])
    assert hold.cause_text == f"{issue.reference} Displays go dark"
    assert hold.parties == [issue.organisation_id]
    assert list(queries.holds_from(issue)) == [hold]


def test_an_issue_that_ended_holds_nothing(world, issue):
    with pytest.raises(NotNow):
        verbs.hold_cohort(in_state(issue, "rejected", world.at), stage="both", by=world.actor("manager"), at=world.at)
    assert not Hold.objects.exists()


def test_the_rule_of_reopening_answers_for_an_end_without_its_time(world, issue):
    Issue.objects.filter(pk=issue.pk).update(state="closed", ended_at=None)
    issue.refresh_from_db()
    assert can.reopen.why_not(issue, at=world.at) is None
