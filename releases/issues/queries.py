"""What a person may see of issues, and the reads behind pages, API, mail and admin."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from portal.pages.searching import query, vector
from portal.people.actors import actor_for
from portal.people.models import Committee, CommitteeKind, Organisation, User
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.holds.models import Cause, Hold
from releases.issues import may
from releases.issues.can import LIVE
from releases.issues.may import is_dcc, is_raiser
from releases.issues.models import SEARCHED, Category, Comment, Issue
from releases.issues.states import IssueState
from releases.publishing import queries as publishing
from releases.publishing.models import Release

SERVES_ONLY = frozenset({"secretary"})  # who serves a committee and does not sit on it


def visible_to(actor: Actor) -> QuerySet[Issue]:
    """Return the issues this actor may know of, in every exit: pages, counts, search, API, admin.

    Rule: those of visible releases; security issues only for the raiser, DCC and the members of the Security
    Sub-Committee (Issues).
    """
    issues = Issue.objects.select_related("release", "organisation", "raised_by_organisation")
    if actor.is_system:
        return issues
    if not actor.has(Permission.READ_PORTAL):
        return issues.none()
    issues = issues.filter(release__in=publishing.visible_to(actor).values("pk"))
    if is_dcc(actor) or sits_on_security(actor):
        return issues
    return issues.filter(~Q(category=Category.SECURITY) | _raised_by(actor))


def _raised_by(actor: Actor) -> Q:
    if actor.organisation_id is None:
        return Q(pk__in=[])
    agent = Q(raised_by_organisation=actor.organisation_id, organisation__in=actor.suppliers)
    return Q(organisation=actor.organisation_id) | agent


def sits_on_security(actor: Actor) -> bool:
    """Whether the actor holds a seat on the Security Sub-Committee today."""
    sits = [number for number, functions in actor.committees.items() if functions - SERVES_ONLY]
    if not sits:
        return False
    return Committee.objects.filter(pk__in=sits, kind=CommitteeKind.SECURITY_SUB_COMMITTEE).exists()


def on_release(release: Release, actor: Actor) -> QuerySet[Issue]:
    """Return the visible issues of a release."""
    return visible_to(actor).filter(release=release)


SORTS = ("severity", "state", "raised_at", "acknowledge_by", "reference")


def listed(actor: Actor, chosen: Mapping[str, Any], sort: str = "") -> QuerySet[Issue]:
    """Return the visible issues that fit the filters, newest first or sorted by one of `SORTS` ("-name" turns it)."""
    issues = visible_to(actor)
    if chosen.get("state") == "open":
        issues = issues.filter(state__in=LIVE)
    elif chosen.get("state"):
        issues = issues.filter(state=chosen["state"])
    for name, lookup in (("category", "category"), ("severity", "severity"), ("release", "release__reference__iexact")):
        if chosen.get(name):
            issues = issues.filter(**{lookup: chosen[name]})
    if chosen.get("words"):
        issues = issues.annotate(found=vector(*SEARCHED)).filter(found=query(chosen["words"]))
    if chosen.get("followed"):
        issues = issues.filter(followers__user=actor.user_id)
    if chosen.get("mine"):
        issues = issues.filter(organisation__in={actor.organisation_id, *actor.suppliers})
    order = sort if sort.removeprefix("-") in SORTS else "-raised_at"
    return issues.order_by(order, "-pk")


BOARD = 20  # newest issues shown in a column


def board(issues: QuerySet[Issue]) -> list[tuple[IssueState, int, list[Issue]]]:
    """Return listed issues by state in the order of their life: how many there are, and the gravest and newest."""
    counts = dict(issues.order_by().values_list("state").annotate(total=Count("pk", distinct=True)))
    place = Window(RowNumber(), partition_by=F("state"), order_by=[F("severity").asc(), F("pk").desc()])
    shown = list(issues.annotate(place=place).filter(place__lte=BOARD).order_by("severity", "-pk"))
    return [(state, counts.get(state, 0), [one for one in shown if one.state == state]) for state in IssueState]


def known(release: Release, actor: Actor) -> QuerySet[Issue]:
    """Return the known issues of a release for its notes: accepted and not resolved, gravest first."""
    return on_release(release, actor).filter(state=IssueState.ACCEPTED).order_by("severity", "pk")


def comments(issue: Issue, actor: Actor, *, merged: Iterable[Issue] = ()) -> QuerySet[Comment]:
    """Return the comments on a visible issue, and on its visible duplicates, that this actor may read."""
    several = [issue, *merged]
    rows = Comment.objects.filter(issue__in=several).select_related("organisation", "issue")
    if actor.is_system:
        return rows
    own = [one for one in several if is_dcc(actor) or is_raiser(one, actor)]
    audiences = Q(audience=Comment.Audience.ALL) | Q(audience=Comment.Audience.PARTIES, issue__in=own)
    if actor.organisation_id is not None:
        audiences |= Q(audience=Comment.Audience.INTERNAL, organisation=actor.organisation_id)
    return rows.filter(audiences)


def merged(issue: Issue, actor: Actor) -> list[Issue]:
    """Return the visible issues that were merged into this one: its duplicates and theirs, the oldest first."""
    found, level = {issue.pk}, {issue.pk}
    while level := set(Issue.objects.filter(duplicate_of__in=level).values_list("pk", flat=True)) - found:
        found |= level
    rows = visible_to(actor).filter(pk__in=found - {issue.pk}).select_related("reproduced_by").order_by("pk")
    return list(rows) if len(found) > 1 else []


def follows(issue: Issue, actor: Actor) -> bool:
    """Return whether this person follows the issue."""
    return actor.user_id is not None and issue.followers.filter(user=actor.user_id).exists()


def following(issue: Issue, at: datetime) -> list[tuple[User, Actor]]:
    """Return the people who follow an issue and may still know of it, each with who they are today."""
    rows = issue.followers.filter(user__is_active=True).select_related("user").order_by("pk")
    people = [(row.user, actor_for(row.user, at=at, organisation=row.organisation_id)) for row in rows]
    return [(user, actor) for user, actor in people if visible_to(actor).filter(pk=issue.pk).exists()]


def raising_for(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations this actor may raise an issue for, by name."""
    own = set() if actor.kind == "rsa" else {actor.organisation_id}
    return Organisation.objects.filter(pk__in={*actor.suppliers, *own}).order_by("name")


def confirming(issue: Issue, actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations for which this actor may confirm that the issue was reproduced, by name."""
    candidates = raising_for(actor)
    allowed = [one.pk for one in candidates if may.confirm_reproduced.why_not(issue, one, by=actor) is None]
    return candidates.filter(pk__in=allowed)


def holds_from(issue: Issue) -> QuerySet[Hold]:
    """Return the holds this issue caused."""
    return Hold.objects.filter(cause=Cause.ISSUE, cause_id=issue.pk)


def overdue(at: datetime) -> QuerySet[Issue]:
    """Return the issues whose acknowledgement is late and not yet escalated, longest first."""
    late = Issue.objects.filter(state=IssueState.RAISED, acknowledge_by__lte=at, escalated_at=None)
    return late.order_by("acknowledge_by")


def possible_originals(issue: Issue, actor: Actor) -> QuerySet[Issue]:
    """Return the visible issues that this one may be a duplicate of."""
    others = visible_to(actor).filter(state__in=LIVE).exclude(pk=issue.pk)
    if not issue.is_security:
        others = others.exclude(category=Category.SECURITY)
    return others.order_by("-pk")


def interested(issue: Issue) -> set[int]:
    """Return the ids of the organisations behind an issue: its raiser and those of its duplicates."""
    duplicates: Iterable[int] = issue.duplicates.values_list("organisation_id", flat=True)
    return {issue.organisation_id, *duplicates}
