"""What objections and ballots add to shared pages: things to do, dates, the release's stage, sections and buttons."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from portal.pages.contributions import Act, Dated, Due, Effect, Link, Panel, Stage, Waiting, counted
from portal.pages.searching import Searchable
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import came_into_state
from releases.ballots import can, dated, may, queries
from releases.ballots.models import RUNNING, SEARCHED, Ballot, Objection
from releases.ballots.roll import Roll, awaits_ruling, last_declaration, roll_of
from releases.ballots.states import UNDECIDED, UNSETTLED, BallotState, ObjectionState
from releases.publishing.dates import review_ballot_by
from releases.publishing.models import Approach, Release
from releases.publishing.queries import visible_to
from releases.publishing.states import ReleaseState

GROUP_VOTES, GROUP_OBJECTIONS = "Ballots", "Objections"


def navigation(actor: Actor) -> Iterator[Link]:
    """Ballots for whoever may read the portal; determinations for everybody."""
    if actor.has(Permission.READ_PORTAL):
        yield Link("Ballots", reverse("ballots:ballots"), order=50, prefix="/ballots/")
    else:
        yield Link("Determinations", reverse("ballots:determinations"), order=50, prefix="/ballots/")


def searchable(actor: Actor) -> Iterator[Searchable]:
    """The published determinations the actor may see: what is not published yet is nobody's reading."""
    yield Searchable(
        "Determination",
        queries.determinations(actor).filter(published_at__isnull=False).select_related("ballot__release"),
        SEARCHED,
        "reasons",
        title=lambda row: f"{row.reference} on {row.ballot.release.reference}: {row.get_outcome_display()}",
        url=lambda row: _at("determination", row.reference),
        references=("reference",),
    )


def _at(name: str, reference: str) -> str:
    return reverse(f"ballots:{name}", args=[reference])


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """What waits for SECAS, DCC, objectors, the Chair and the members."""
    if actor.has(Permission.ADMIT_OBJECTIONS):
        yield from _objections(actor, ObjectionState.LODGED, "Admit or return")
    if actor.has(Permission.ANSWER_OBJECTIONS):
        yield from _objections(actor, ObjectionState.ADMITTED, "Answer")
    if actor.has(Permission.OBJECT):
        mine = Q(organisation__in=actor.suppliers)
        yield from _objections(actor, ObjectionState.NARROWED, "Agree to the narrowing of", mine)
    if actor.has(Permission.RUN_BALLOTS):
        yield from _for_secretary(actor, at)
    if actor.committees:
        yield from _for_members(actor)


def _objections(actor: Actor, state: ObjectionState, what: str, among: Q | None = None) -> Iterator[Waiting]:
    rows = queries.objections(actor).filter(among or Q(), state=state).annotate(since=came_into_state(Objection))
    for row in rows.select_related("release").order_by("due_at"):
        text = f"{what} objection {row.reference} on {row.release.reference}"
        since = row.since or row.lodged_at
        yield Waiting(text, _at("objection", row.reference), since, row.due_at, GROUP_OBJECTIONS)


def _for_secretary(actor: Actor, at: datetime) -> Iterator[Waiting]:
    for release in visible_to(actor).filter(objections__state=ObjectionState.CONTESTED).distinct():
        rows = queries.contested(release).annotate(since=came_into_state(Objection)).order_by("since")
        contested = rows.first()
        if contested:
            text = f"Prepare a ballot on {release.reference}"
            since = contested.since or contested.lodged_at
            yield Waiting(text, _at("draft", release.reference), since, group=GROUP_VOTES)
    for release in queries.to_review(actor):
        text, since = f"Prepare the review ballot of {release.reference}", release.first_activation_at or at
        yield Waiting(text, _at("draft_review", release.reference), since, _review_by(release), GROUP_VOTES)
    # By state: what is to be done, since when, by when.
    words = {
        BallotState.DRAFT: ("Give notice of", "drafted_at", "opens_at"),
        BallotState.NOTICED: ("Open", "opens_at", "opens_at"),
        BallotState.CLOSED: ("Have counted", "closed_at", ""),
        BallotState.INQUORATE: ("Extend, refer or draft anew", "closed_at", ""),
        BallotState.DECIDED: ("Publish the determination of", "closed_at", ""),
        BallotState.APPEALED: ("Record the outcome of the appeal in", "closed_at", ""),
    }
    found = queries.ballots(actor).filter(state__in=words, determination__appeal_ended_at=None)
    for ballot in found.select_related("meeting").order_by("drafted_at"):
        if ballot.state == BallotState.NOTICED and ballot.sits and not ballot.not_opened:
            continue  # the clock opens it when the meeting begins
        what, since, due = words[BallotState(ballot.state)]
        began, ends = getattr(ballot, since) or ballot.drafted_at, getattr(ballot, due) if due else None
        url = _at("ballot", ballot.reference)
        yield Waiting(f"{what} ballot {ballot.reference}", url, min(began, at), ends, GROUP_VOTES)


def _review_by(release: Release) -> datetime | None:
    began = release.first_activation_at
    return review_ballot_by(release.terms, began) if began else None


def _for_members(actor: Actor) -> Iterator[Waiting]:
    running = Ballot.objects.filter(state__in=(BallotState.OPEN, BallotState.TIED), roll__user=actor.user_id)
    for ballot in running.order_by("closes_at"):
        roll = roll_of(ballot)
        since = ballot.opened_at or ballot.drafted_at
        if ballot.state == BallotState.TIED:
            if may.casting_vote.why_not(roll, by=actor) is None:
                url = _at("casting_vote", ballot.reference)
                yield Waiting(
                    f"Give the casting vote in {ballot.reference}", url, since, ballot.casting_until, GROUP_VOTES
                )
            continue
        yield from _while_open(ballot, roll, actor, since)


def _while_open(ballot: Ballot, roll: Roll, actor: Actor, since: datetime) -> Iterator[Waiting]:
    url, due = _at("ballot", ballot.reference), ballot.closes_at
    row = roll.own(actor)
    if may.cast.why_not(roll, by=actor) is None and row.pk not in roll.voted:
        what = "Vote" if last_declaration(row) else "Declare an interest or none, and vote,"
        yield Waiting(f"{what} in {ballot.reference}", url, since, due, GROUP_VOTES)
    for member in roll.rows:
        if awaits_ruling(member) and may.rule_on_interest.why_not(roll, member, by=actor) is None:
            yield Waiting(f"Rule on the interest of {member.name} in {ballot.reference}", url, since, due, GROUP_VOTES)


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """Answers due, votes opening and closing, appeal windows ending, among what the actor may see."""
    return dated.dates(actor, start, end)


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """The next moments at which an objection or a ballot moves by the clock."""
    waiting_for = (ObjectionState.LODGED, ObjectionState.ADMITTED, ObjectionState.NARROWED)
    for objection in queries.objections(actor).filter(state__in=waiting_for, due_at__gt=at):
        yield Due(objection.due_at or at, f"{objection.reference}: an answer is due")
    fields = {"opens_at": "voting may open", "closes_at": "voting closes", "casting_until": "casting vote due"}
    for ballot in queries.ballots(actor).filter(state__in=(BallotState.NOTICED, BallotState.OPEN, BallotState.TIED)):
        for field, words in fields.items():
            moment = getattr(ballot, field)
            if moment and moment > at:
                yield Due(moment, f"{ballot.reference}: {words}")
    for release in queries.to_review(actor):
        by = _review_by(release)
        if by and by > at:
            yield Due(by, f"{release.reference}: review ballot of the Emergency due")
    for row in queries.determinations(actor).filter(appeal_until__gt=at).exclude(ballot__state=BallotState.VOID):
        yield Due(row.appeal_until or at, f"{row.reference}: appeal window ends")


def release_stages(release: Release, actor: Actor, at: datetime) -> Iterator[Stage]:
    """The decision between the objections and clearance."""
    ballots = queries.ballots(actor).filter(release=release).exclude(state=BallotState.VOID)
    running = ballots.filter(state__in=RUNNING).order_by("pk").first()
    if running:
        holder = BALLOT_HOLDERS[BallotState(running.state)]
        url = _at("ballot", running.reference)
        yield Stage(50, "Decision", "current", planned=running.closes_at, holder=holder, url=url)
        return
    if release.objections.filter(state=ObjectionState.CONTESTED).exists():
        yield Stage(50, "Decision", "waiting", holder="SECAS", blocks="a ballot is to be prepared")
        return
    decision = queries.determination_in_force(release)
    if decision and ballots.filter(pk=decision.ballot_id).exists():
        readable = queries.determinations(actor).filter(pk=decision.pk).exists()
        url = _at("determination", decision.reference) if readable else _at("ballot", decision.ballot.reference)
        yield Stage(50, "Decision", "done", at=decision.decided_at, url=url)
    else:
        yield Stage(50, "Decision", "waiting" if release.state in STILL_OPEN else "skipped")


STILL_OPEN = (ReleaseState.DRAFT, ReleaseState.NOTIFIED, ReleaseState.DISPUTED)
BALLOT_HOLDERS = {state: Ballot.machine.owners[state.value] for state in BallotState}


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """Where every objection and ballot on the release stands and what it blocks."""
    if release.state == ReleaseState.DRAFT or release.approach != Approach.CONSULTATION:
        return
    blocking = {one.pk: one for one in queries.blocking(release, at)}
    rows = queries.objections(actor).filter(release=release).select_related("organisation").order_by("pk")
    context = {
        "rows": [(row, blocking.get(row.pk)) for row in rows],
        "ballots": queries.ballots(actor).filter(release=release).select_related("committee").order_by("pk"),
        "determinations": queries.determinations(actor)
        .filter(ballot__release=release)
        .select_related("ballot")
        .order_by("pk"),
    }
    yield Panel(32, "Objections and ballots", "ballots/panel.html", context, slug="objections")


def release_effects(release: Release, act: str, actor: Actor, at: datetime) -> Iterator[Effect]:
    """Open objections and ballots of a release that ends or returns to draft end with it."""
    ballots = counted(queries.ballots(actor).filter(release=release, state__in=UNDECIDED).count(), "undecided ballot")
    objections = counted(
        queries.objections(actor).filter(release=release, state__in=UNSETTLED).count(), "open objection"
    )
    does = "Going on as before" if act == "amend" else "Ended, and those concerned told so"
    yield Effect(50, f"{does}: {objections} and {ballots}.")


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """Object, for suppliers and their agents; prepare a ballot, for SECAS."""
    if actor.has(Permission.OBJECT) and actor.suppliers and release.state != ReleaseState.DRAFT:
        why_not = can.lodge.why_not(release, queries.citable(release, actor), at=at)
        yield Act(50, "Object", _at("lodge", release.reference), why_not)
    if may.draft.why_not(by=actor) is not None:
        return
    if queries.contested(release).exists():
        yield Act(51, "Prepare a ballot", _at("draft", release.reference), style="primary")
    if can.draft_waiver.why_not(release) is None:
        yield Act(52, "Prepare an expedited ballot", _at("draft_waiver", release.reference))
    if can.draft_review.why_not(release) is None:
        yield Act(53, "Prepare the review ballot", _at("draft_review", release.reference), style="primary")
