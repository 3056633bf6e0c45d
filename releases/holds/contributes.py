"""What holds add to shared pages: navigation, reviews that wait, dates, the release page's section."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from portal.pages.contributions import Act, Dated, Due, Effect, Link, ListPage, Panel, Waiting, counted
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import last_changed
from releases.holds import can, may, queries
from releases.holds.models import Cause, Hold
from releases.holds.states import HoldState
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState


def navigation(actor: Actor) -> Iterator[Link]:
    """The holds, for whoever may read the portal."""
    if actor.has(Permission.READ_PORTAL):
        yield Link("Holds", reverse("holds:holds"), order=40)


def _url(hold: Hold) -> str:
    return reverse("holds:hold", args=[hold.reference])


def lists(actor: Actor) -> Iterator[ListPage]:
    """The list of holds."""
    if actor.has(Permission.READ_PORTAL):
        yield ListPage("holds:holds", "Holds")


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """For DCC: holds to review, and holds whose announced end has come."""
    if actor.has(Permission.PLACE_HOLDS):
        standing = queries.visible_to(actor).filter(state=HoldState.PLACED)
        for hold in standing.filter(review_at__lte=at).order_by("review_at"):
            yield Waiting(
                f"Review hold {hold}", _url(hold), since=hold.placed_at, due=hold.review_at, group="To review"
            )
        for hold in standing.filter(lift_notified_at__isnull=False).order_by("lift_notified_at"):
            over = can.lift_notice_over(hold)
            if over is not None and over <= at:
                yield Waiting(f"Lift hold {hold}, as announced", _url(hold), since=over, group="To lift")


def dates(actor: Actor, start: datetime, end: datetime) -> Iterator[Dated]:
    """Reviews of the holds in force that the actor may see, and from when those announced to end may be lifted."""
    standing = queries.visible_to(actor).filter(state=HoldState.PLACED)
    reviewed, ending = Q(review_at__gte=start, review_at__lt=end), Q(lift_notified_at__isnull=False)
    for hold in standing.filter(reviewed | ending).annotate(changed_at=last_changed(Hold)):
        for moment, words in ((hold.review_at, "review"), (can.lift_notice_over(hold), "may be lifted")):
            if moment is not None and start <= moment < end:
                yield Dated(
                    moment,
                    f"Hold {hold}: {words}",
                    _url(hold),
                    "planned",
                    key=f"hold-{hold.pk}-{words.replace(' ', '-')}",
                    kind="hold",
                    release=hold.release.reference if hold.release else "",
                    own=actor.has(Permission.PLACE_HOLDS) or bool({actor.organisation_id} & set(hold.parties)),
                    sequence=hold.version,
                    changed_at=hold.changed_at,
                )


def due(actor: Actor, at: datetime) -> Iterator[Due]:
    """Reviews, and the moments from which announced ends may be carried out."""
    for hold in queries.visible_to(actor).filter(state=HoldState.PLACED):
        for moment, words in ((hold.review_at, "review"), (can.lift_notice_over(hold), "may be lifted")):
            if moment is not None and moment > at:
                yield Due(moment, f"Hold {hold}: {words}")


def release_effects(release: Release, act: str, actor: Actor, at: datetime) -> Iterator[Effect]:
    """Holds are never ended by an act on the release: they end by their own condition."""
    placed = counted(queries.visible_to(actor).filter(release=release, state=HoldState.PLACED).count(), "hold")
    ends = act in ("withdraw", "supersede")
    yield Effect(30, f"{'Kept on record, stopping nothing more' if ends else 'Still in force'}: {placed} on it.")


def release_panels(release: Release, actor: Actor, at: datetime) -> Iterator[Panel]:
    """The holds in force on a release."""
    if release.state == ReleaseState.DRAFT or not actor.has(Permission.READ_PORTAL):
        return
    rows = list(queries.in_force(at, release=release).select_related("release"))
    homes = queries.homes_held(rows)
    context = {"holds": [(hold, homes[hold.pk]) for hold in rows]}
    yield Panel(35, "Holds", "holds/panels/holds.html", context, slug="holds")


def release_acts(release: Release, actor: Actor, at: datetime) -> Iterator[Act]:
    """DCC may place a hold."""
    if may.place.why_not(Cause.DCC, by=actor) is None and release.state != ReleaseState.DRAFT:
        url = f"{reverse('holds:place')}?release={release.pk}"
        yield Act(60, "Place a hold", url, can.place.why_not(release))
