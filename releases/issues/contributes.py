"""What issues add to shared pages: navigation, acknowledgements due, dates, the release page's sections."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from portal.pages.contributions import Act, Dated, Due, Effect, Link, ListPage, Panel, Waiting, counted
from portal.pages.searching import Searchable
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import last_changed
from releases.issues import can, may, queries
from releases.issues.clocks import reopen_until
from releases.issues.models import SEARCHED, Issue
from releases.issues.states import IssueState
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState

SHOWN = 10
FOR_RAISER = (IssueState.REJECTED, IssueState.RESOLVED, IssueState.DUPLICATE)


def navigation(actor: Actor) -> Iterator[Link]:
    """The issues, for whoever may read the portal."""
    if actor.has(Permission.READ_PORTAL):
        yield Link("Issues", reverse("issues:issues"), order=30)


def lists(actor: Actor) -> Iterator[ListPage]:
    """The list of issues."""
    if actor.has(Permission.READ_PORTAL):
        yield ListPage("issues:issues", "Issues")


def searchable(actor: Actor) -> Iterator[Searchable]:
    """The issues the actor may see."""
    rows = queries.visible_to(actor)
    yield Searchable("Issue", rows, SEARCHED, "description", title=str, url=_url, references=("reference",))


def _url(issue: Issue) -> str:
    return reverse("issues:issue", args=[issue.reference])


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """For DCC the acknowledgements and answers it owes; for raisers the answers to close or contest."""
    if actor.has(Permission.ANSWER_ISSUES):
        yield from _for_dcc(actor)
    if actor.has(Permission.RAISE_ISSUES) and not actor.has(Permission.ANSWER_ISSUES):
        yield from _for_raiser(actor, at)


def _for_dcc(actor: Actor) -> Iterator[Waiting]:
    for issue in queries.visible_to(actor).filter(state=IssueState.RAISED).order_by("acknowledge_by"):
        text = f"Acknowledge {issue}, severity {issue.severity}"
        yield Waiting(text, _url(issue), since=issue.raised_at, due=issue.acknowledge_by, group="To acknowledge")
    answering = (IssueState.ACKNOWLEDGED, IssueState.INVESTIGATING)
    for issue in queries.visible_to(actor).filter(state__in=answering).order_by("severity", "raised_at"):
        yield Waiting(f"Answer {issue}", _url(issue), since=issue.raised_at, group="To answer")


def _for_raiser(actor: Actor, at: datetime) -> Iterator[Waiting]:
    answered = queries.visible_to(actor).filter(
        state__in=FOR_RAISER, organisation__in={actor.organisation_id, *actor.suppliers} - {None}
    )
    for issue in answered.order_by("ended_at"):
        ended = issue.ended_at or issue.raised_at
        until = reopen_until(ended)
        if until > at:
            text = f"Close or reopen {issue}: {issue.get_state_display().lower()}"
            yield Waiting(text, _url(issue), since=ended, due=until, group="Answered by DCC")


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """Acknowledgements due."""
    owed = queries.visible_to(actor).filter(state=IssueState.RAISED, acknowledge_by__gte=start, acknowledge_by__lt=end)
    for issue in owed.annotate(changed_at=last_changed(Issue)):
        yield Dated(
            issue.acknowledge_by,
            f"{issue.reference}: acknowledgement due",
            _url(issue),
            "confirmed",
            key=f"issue-{issue.pk}-acknowledge",
            kind="issue",
            release=issue.release.reference,
            own=may.is_dcc(actor) or may.is_raiser(issue, actor),
            ends=True,
            sequence=issue.version,
            changed_at=issue.changed_at,
        )


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """The moments at which acknowledgements become late."""
    for issue in queries.visible_to(actor).filter(state=IssueState.RAISED, acknowledge_by__gt=at):
        yield Due(issue.acknowledge_by, f"{issue.reference}: acknowledgement due")


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """The known issues beside the notes, and the newest issues that the actor may see."""
    if release.state == ReleaseState.DRAFT or not actor.has(Permission.READ_PORTAL):
        return
    known = list(queries.known(release, actor))
    if known:
        yield Panel(42, "Known issues", "issues/panels/known.html", {"issues": known}, slug="known-issues")
    found = queries.on_release(release, actor).order_by("severity", "-pk")
    total = found.count()
    context = {
        "release": release,
        "issues": list(found[:SHOWN]),
        "more": total if total > SHOWN else 0,
        "no_raise": _no_raise(release, actor),
    }
    yield Panel(70, "Issues", "issues/panels/issues.html", context, slug="issues")


def release_effects(release: Release, act: str, actor: Actor, at: datetime) -> Iterator[Effect]:
    """Issues outlive the release: what was found is still so."""
    found = counted(queries.on_release(release, actor).filter(state__in=can.LIVE).count(), "issue")
    yield Effect(40, f"Kept open and on record: {found} on it.")


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """Whoever may raise an issue finds it on the release."""
    if actor.has(Permission.RAISE_ISSUES) and release.state != ReleaseState.DRAFT:
        url = reverse("issues:raise_issue", args=[release.reference])
        yield Act(50, "Raise an issue", url, _no_raise(release, actor))


def _no_raise(release: Release, actor: Actor) -> str | None:
    organisation = queries.raising_for(actor).first()
    if organisation is None:
        return "No supplier has appointed your organisation."
    return may.raise_issue.why_not(organisation, by=actor) or can.raise_issue.why_not(release)
