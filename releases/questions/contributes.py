"""What questions and content requests add to shared pages: things to do, dates, the release page's section and act."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from portal.pages.contributions import Act, Dated, Due, Panel, Waiting
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import last_changed
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState
from releases.questions import can, may, queries
from releases.questions.models import Question

SHOWN = 10


def _url(question: Question) -> str:
    return reverse("questions:question", args=[question.reference])


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """For DCC the answers it owes."""
    if may.answer.why_not(by=actor) is not None:
        return
    for one in queries.unanswered(actor):
        yield Waiting(f"Answer {one}", _url(one), since=one.asked_at, due=one.answer_by, group="Questions")
    for row in queries.unanswered_requests(actor):
        url = reverse("questions:request", args=[row.reference])
        text = f"Answer content request {row}"
        yield Waiting(text, url, since=row.requested_at, due=row.answer_by, group="Content requests")


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """Answers due, for DCC."""
    if may.answer.why_not(by=actor) is None:
        owed = queries.unanswered(actor).filter(answer_by__gte=start, answer_by__lt=end)
        for one in owed.annotate(changed_at=last_changed(Question)):
            yield Dated(
                one.answer_by,
                f"{one.reference}: answer due",
                _url(one),
                "confirmed",
                key=f"question-{one.pk}-answer",
                kind="release",
                release=one.release.reference,
                own=True,
                ends=True,
                sequence=one.version,
                changed_at=one.changed_at,
            )


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """The moments at which answers become late."""
    for one in queries.unanswered(actor).filter(answer_by__gt=at):
        yield Due(one.answer_by, f"{one.reference}: answer due")


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """The questions on the release and their answers."""
    if release.state == ReleaseState.DRAFT:
        return
    found = list(queries.on_release(release, actor)[: SHOWN + 1])
    asks = actor.has(Permission.ASK_QUESTIONS)
    if not (found or asks or actor.has(Permission.READ_PORTAL)):
        return
    context = {
        "release": release,
        "questions": found[:SHOWN],
        "more": len(found) > SHOWN,
        "no_ask": _no_ask(release, actor) if asks else "",
        "asks": asks,
        "reads": actor.has(Permission.READ_PORTAL),
    }
    yield Panel(47, "Questions", "questions/panels/questions.html", context, slug="questions")


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """Whoever may ask finds it on the release."""
    if actor.has(Permission.ASK_QUESTIONS) and release.state != ReleaseState.DRAFT:
        yield Act(49, "Ask a question", reverse("questions:ask", args=[release.reference]), _no_ask(release, actor))


def _no_ask(release: Release, actor: Actor) -> str | None:
    return may.asks.why_not(by=actor) or can.ask.why_not(release)
