"""What a person may see of questions and content requests."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet

from portal.people.models import Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.publishing import queries as publishing
from releases.publishing.classification import acts_for
from releases.publishing.models import Release
from releases.questions.can import OPEN
from releases.questions.models import ContentRequest, Question
from releases.questions.states import QuestionState

ANSWERED = (QuestionState.ANSWERED, QuestionState.NOTED)


def visible_to(actor: Actor) -> QuerySet[Question]:
    """Return the questions this actor may know of: those on releases it may read (Information classification).

    The public, and whoever may not read the portal, reads the answered ones of White releases.
    """
    found = Question.objects.select_related("release", "organisation", "asked_by_organisation")
    found = found.filter(release__in=publishing.visible_to(actor).values("pk"))
    reads = actor.is_system or actor.has(Permission.READ_PORTAL)
    return found if reads else found.filter(state__in=ANSWERED)


def on_release(release: Release, actor: Actor) -> QuerySet[Question]:
    """Return the visible questions on a release, those that wait for an answer first, withdrawn ones left out."""
    return visible_to(actor).filter(release=release).exclude(state=QuestionState.WITHDRAWN).order_by("state", "-pk")


def listed(actor: Actor, chosen: Mapping[str, Any]) -> QuerySet[Question]:
    """Return the visible questions that fit the filters, the newest first."""
    found = visible_to(actor)
    if chosen.get("state"):
        found = found.filter(state=chosen["state"])
    if chosen.get("release"):
        found = found.filter(release__reference__iexact=chosen["release"])
    if chosen.get("mine"):
        found = found.filter(organisation__in=acts_for(actor))
    return found.order_by("-asked_at", "-pk")


def knows_asker(question: Question, actor: Actor) -> bool:
    """Whether the actor is told who asked: DCC, and whoever acts for the asker. To others it is a User."""
    return actor.has(Permission.MANAGE_RELEASES) or question.organisation_id in acts_for(actor)


def requests(actor: Actor) -> QuerySet[ContentRequest]:
    """Return the content requests this actor may know of, with their number of supporters, the most wanted first."""
    found = ContentRequest.objects.select_related("organisation", "section")
    if not (actor.is_system or actor.has(Permission.READ_PORTAL)):
        return found.none()
    return found.annotate(supporters=Count("supports")).order_by("-supporters", "-pk")


def listed_requests(actor: Actor, chosen: Mapping[str, Any]) -> QuerySet[ContentRequest]:
    """Return the content requests that fit the filters."""
    found = requests(actor)
    if chosen.get("state") == "open":
        found = found.filter(state__in=OPEN)
    elif chosen.get("state"):
        found = found.filter(state=chosen["state"])
    if chosen.get("mine"):
        found = found.filter(organisation__in=acts_for(actor))
    return found


def asking_for(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations this actor may ask and support for, by name."""
    return Organisation.objects.filter(pk__in=acts_for(actor)).order_by("name")


def unanswered(actor: Actor) -> QuerySet[Question]:
    """Return the questions that wait for DCC, the first due first."""
    return visible_to(actor).filter(state=QuestionState.ASKED).order_by("answer_by", "pk")


def unanswered_requests(actor: Actor) -> QuerySet[ContentRequest]:
    """Return the content requests that DCC has said nothing to yet, the first due first."""
    return requests(actor).filter(state="requested").order_by("answer_by", "pk")
