"""What user testing adds to shared pages: navigation, results owed, windows in the calendar, coverage of a release."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from django.urls import reverse
from psycopg.types.range import TimestamptzRange

from portal.pages.contributions import Act, Dated, Due, Effect, Link, ListPage, Panel, Waiting, counted
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import last_changed
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState
from releases.testing import facilities, matrix, may, queries
from releases.testing import waiting as waiting_list
from releases.testing.models import TestWindow
from releases.testing.period import results_until
from releases.testing.states import STANDING, WaitingState, WindowState


def navigation(actor: Actor) -> Iterator[Link]:
    """User testing, for whoever may read the portal."""
    if actor.has(Permission.READ_PORTAL):
        yield Link("Testing", reverse("testing:windows"), order=20)


def _url(window: TestWindow) -> str:
    return reverse("testing:window", args=[window.reference])


def lists(actor: Actor) -> Iterator[ListPage]:
    """The list of test windows."""
    if actor.has(Permission.READ_PORTAL):
        yield ListPage("testing:windows", "Test windows")


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """For DCC, wishes to keep a window for longer. Own windows: those to come, and those whose results are owed."""
    if may.answer_extension.why_not(by=actor) is None:
        for row in queries.extensions_asked(actor, at):
            text = f"Answer {row.window.organisation}: {row.window} for longer"
            yield Waiting(text, _url(row.window), since=row.asked_at, due=row.window.ends_at, group="Test windows")
    if not actor.has(Permission.REPORT_RESULTS) or not actor.suppliers:
        return
    for entry in waiting_list.offers(actor):
        text = f"Accept the place offered in {entry.environment} for {entry.release.reference}"
        url = reverse("testing:waiting_list")
        yield Waiting(text, url, since=entry.asked_at, due=entry.offered_until, group="Test windows")
    for window in queries.owed(actor):
        until = results_until(window.ends_at)
        if window.starts_at > at:
            text = f"Test {window.release.reference} in {window.environment} ({window})"
            yield Waiting(text, _url(window), since=window.booked_at, due=window.starts_at, group="Test windows")
        elif until > at:
            text = f"Report results of {window} on {window.release.reference}"
            yield Waiting(text, _url(window), since=window.starts_at, due=until, group="Test windows")


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """The windows the actor may see, those given up too."""
    status = dict.fromkeys(WindowState, "cancelled")
    status |= {WindowState.BOOKED: "confirmed", WindowState.REPORTED: "done"}
    own = {actor.organisation_id, *actor.suppliers}
    found = queries.visible_to(actor).filter(during__overlap=TimestamptzRange(start, end))
    for window in found.annotate(changed_at=last_changed(TestWindow)):
        yield Dated(
            window.starts_at,
            f"{window}: {window.organisation} tests {window.release.reference} in {window.environment}",
            _url(window),
            status[WindowState(window.state)],
            until=window.ends_at,
            key=f"window-{window.pk}",
            kind="testing",
            release=window.release.reference,
            own=window.organisation_id in own,
            sequence=window.version,
            changed_at=window.changed_at,
        )
    yield from _closures(actor, start, end)


def _closures(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """The times at which environments are closed, for whoever may read the portal."""
    if not actor.has(Permission.READ_PORTAL):
        return
    for closure in facilities.closures_between(start, end):
        yield Dated(
            closure.starts_at,
            f"{closure.environment} is closed: {closure.why}",
            reverse("testing:environment", args=[closure.environment.slug]),
            "cancelled" if closure.lifted_at else "confirmed",
            until=closure.ends_at,
            key=f"closure-{closure.pk}",
            kind="testing",
            sequence=closure.version,
        )


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """The starts and ends of windows to come."""
    for window in queries.visible_to(actor).filter(state=WindowState.BOOKED, during__endswith__gt=at):
        for moment, words in ((window.starts_at, "begins"), (window.ends_at, "ends")):
            if moment > at:
                yield Due(moment, f"Test window {window} {words}")
    for entry in waiting_list.visible_to(actor).filter(state=WaitingState.OFFERED, offered_until__gt=at):
        yield Due(cast(datetime, entry.offered_until), f"Offer of a place to {entry} runs out")


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """Coverage of the release by user tests."""
    if release.state == ReleaseState.DRAFT or not actor.has(Permission.READ_PORTAL):
        return
    context = {"release": release, "figures": matrix.coverage(release)}
    yield Panel(65, "User testing", "testing/panels/coverage.html", context, slug="testing")


def release_effects(release: Release, act: str, actor: Actor, at: datetime) -> Iterator[Effect]:
    """The windows to come of a release that ends or returns to draft are cancelled."""
    coming = release.windows.filter(state=WindowState.BOOKED, during__endswith__gt=at)
    booked = counted(coming.count(), "booked test window")
    if act == "amend":
        yield Effect(20, f"Kept: {booked}.")
        return
    organisations = coming.order_by().values("organisation").distinct().count()
    theirs = f" of {counted(organisations, 'organisation')}, told so" if organisations else ""
    reported = counted(release.windows.filter(state=WindowState.REPORTED).count(), "test window")
    yield Effect(20, f"Cancelled: {booked}{theirs}.")
    if waits := release.waiting_places.filter(state__in=STANDING).count():
        yield Effect(22, f"Ended: {counted(waits, 'wait')} for a place to test in, told so.")
    yield Effect(21, f"Kept on record: {reported} with results.")


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """Whoever may book a window finds it on the release."""
    if actor.has(Permission.BOOK_WINDOWS) and release.state != ReleaseState.DRAFT:
        url = reverse("testing:book", args=[release.reference])
        yield Act(40, "Book a test window", url, queries.no_book(release, actor, at))
