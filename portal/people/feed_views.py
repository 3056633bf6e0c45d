"""Subscribing to the calendar: the public feed, and personal ones whose address is the proof."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_POST, require_safe

from portal.pages import ical
from portal.pages.limits import over
from portal.pages.queries import subscribed
from portal.people import may, queries, verbs
from portal.people.actors import actor_for
from portal.people.forms import FeedForm
from portal.people.models import CalendarFeed
from portal.people.proof import freshly_proved
from portal.people.tokens import Key, proves
from portal.workflow.actor import Actor, Channel
from portal.workflow.http import PortalRequest

READS_AN_HOUR = 60


@require_safe
def calendar_feeds(request: PortalRequest) -> HttpResponse:
    context = {
        "public_address": f"{settings.PORTAL_URL}{reverse('pages:calendar_feed')}",
        "feeds": queries.feeds(request.actor) if request.actor.user_id else [],
        "no_create": may.create_feed.why_not(by=request.actor),
    }
    return render(request, "people/calendar_feeds.html", context)


@never_cache
@login_required
@freshly_proved
def create_feed(request: PortalRequest) -> HttpResponse:
    may.create_feed(by=request.actor)
    form = FeedForm(request.POST or None)
    if form.is_valid():
        feed, key = verbs.create_feed(**form.cleaned_data, by=request.actor, at=request.at)
        return render(request, "people/feed_created.html", {"feed": feed, "address": _address(key)})
    return render(request, "people/create_feed.html", {"form": form})


def _address(key: Key) -> str:
    return f"{settings.PORTAL_URL}{reverse('people:personal_feed', args=[key.prefix, key.secret])}"


@require_POST
@login_required
def revoke_feed(request: PortalRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(queries.feeds(request.actor), pk=pk)
    verbs.revoke_feed(feed, by=request.actor, at=request.at)
    messages.success(request, f"The feed “{feed.name}” is revoked: its address shows nothing any more.")
    return redirect("people:calendar_feeds")


@require_safe
@conditional_page
def personal_feed(request: PortalRequest, prefix: str, secret: str) -> HttpResponse:
    """Give a person's calendar to a program that knows the address; 410 once it was revoked or the role is lost.

    Who signed in with the browser does not count: the feed acts for its own person, as they are today.
    """
    feed = CalendarFeed.objects.select_related("user", "organisation").filter(prefix=prefix).first()
    if feed is None or not proves(secret, feed.digest):
        raise Http404
    if over(f"feed:{feed.pk}", most=READS_AN_HOUR, seconds=3600):
        return _plain("This feed was read too often: try again in an hour.", 429)
    actor = _actor(feed, request)
    if feed.revoked_at is not None or may.create_feed.why_not(by=actor) is not None:
        return _plain("This feed was revoked, or the role it was made for has ended.", 410)
    verbs.note_use(feed, at=request.at)
    name = f"Hub firmware, {feed.organisation or feed.user}"
    found = subscribed(actor, request.at)
    text = ical.document(found, name=name, site=settings.PORTAL_URL, at=feed.created_at)
    return _private(HttpResponse(text, content_type=ical.CONTENT_TYPE))


def _actor(feed: CalendarFeed, request: PortalRequest) -> Actor:
    actor = actor_for(feed.user, at=request.at, organisation=feed.organisation_id, channel=Channel.FEED)
    return actor if actor.organisation_id == feed.organisation_id else Actor(name=actor.name)


def _plain(text: str, status: int) -> HttpResponse:
    return _private(HttpResponse(text, content_type="text/plain; charset=utf-8", status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, max-age=300"
    return response
