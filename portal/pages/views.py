"""Pages that belong to no single app: front page, home, calendar, the clock, help and statements."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import conditional_page, require_POST, require_safe

from portal.pages import ical, queries
from portal.pages.calendars import EARLIEST, LATEST, shifted
from portal.pages.forms import AdvanceForm, CalendarForm, SpeedForm
from portal.pages.templatetags.words import uk_datetime
from portal.workflow import clock
from portal.workflow.actor import ANONYMOUS
from portal.workflow.http import PortalRequest
from portal.working_days import london_day

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FEED_KEPT, FEED_SECONDS = "calendar-feed-of-the-public", 60


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """Show what waits for the person signed in; the front page to the public."""
    if request.actor.is_anonymous:
        return render(request, "pages/front.html", {"coming": queries.coming(request.actor, request.at)[:6]})
    groups = queries.waiting(request.actor, request.at)
    context = {
        "groups": groups,
        "count": sum(len(group.items) for group in groups),
        "late": sum(1 for group in groups for item in group.items if item.due and item.due < request.at),
        "coming": queries.coming(request.actor, request.at)[:8],
    }
    return render(request, "pages/home.html", context)


@require_safe
def calendar(request: PortalRequest) -> HttpResponse:
    """Show eight weeks of dates as an agenda, from ``?from=2017-01-09`` or today."""
    today = london_day(request.at)
    first = _day(request.GET.get("from", ""), today)
    step = timedelta(days=queries.AGENDA_DAYS)
    form = CalendarForm(request.GET, actor=request.actor)
    context = {
        "filters": form,
        "days": queries.agenda(request.actor, first, request.at, form.choice),
        "first": first,
        "last": first + step - timedelta(days=1),
        "earlier": first - step,
        "later": first + step,
        "today": today,
        "month": first.replace(day=1),
    }
    return render(request, "pages/calendar.html", context)


@require_safe
def calendar_month(request: PortalRequest) -> HttpResponse:
    """Show a month as a table of weeks from Monday, ``?month=2017-01`` or the present one."""
    today = london_day(request.at)
    first = _day(f"{request.GET.get('month', '')}-01", today.replace(day=1))
    form = CalendarForm(request.GET, actor=request.actor)
    context = {
        "filters": form,
        "weeks": queries.month(request.actor, first, request.at, form.choice),
        "first": first,
        "earlier": shifted(first.year, first.month, -1),
        "later": shifted(first.year, first.month, 1),
        "today": today,
        "weekdays": WEEKDAYS,
    }
    return render(request, "pages/calendar_month.html", context)


@require_safe
@conditional_page
def calendar_feed(request: PortalRequest) -> HttpResponse:
    """Give what the public may read of the calendar to calendar programs; made anew once a minute."""
    text = cache.get(FEED_KEPT)
    if text is None:
        found = queries.subscribed(ANONYMOUS, request.at)
        text = ical.document(found, name="Hub firmware releases", site=settings.PORTAL_URL, at=request.at)
        cache.set(FEED_KEPT, text, FEED_SECONDS)
    response = HttpResponse(text, content_type=ical.CONTENT_TYPE)
    response["Cache-Control"] = f"public, max-age={FEED_SECONDS}"
    return response


def _day(text: str, otherwise: date) -> date:
    """Return the day an address names, or another one when it names none within the years we can show."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if EARLIEST <= day.year <= LATEST else otherwise


def _clock_page(request: PortalRequest, form: AdvanceForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "upcoming": queries.upcoming(request.actor, request.at),
        "speed": clock.speed(),
        "speeds": clock.SPEEDS,
    }
    return render(request, "pages/clock.html", context, status=status)


@require_safe
def show_clock(request: PortalRequest) -> HttpResponse:
    """Show portal time, the next due dates and, in the demonstration, the means to move it."""
    return _clock_page(request, AdvanceForm())


@require_POST
def advance_clock(request: PortalRequest) -> HttpResponse:
    """Move portal time forward to the time chosen."""
    form = AdvanceForm(request.POST)
    if not form.is_valid():
        return _clock_page(request, form, status=400)
    reached: datetime = clock.advance(to=form.cleaned_data["to"], by=request.actor)
    messages.success(request, f"The portal clock now shows {uk_datetime(reached)}.")
    return redirect("pages:clock")


@require_POST
def run_clock(request: PortalRequest) -> HttpResponse:
    """Let portal time run faster, or at the speed of real time again."""
    form = SpeedForm(request.POST)
    if not form.is_valid():
        return _clock_page(request, AdvanceForm(), status=400)
    clock.run_at(speed=int(form.cleaned_data["speed"]), by=request.actor)
    messages.success(request, "The portal clock's speed has changed.")
    return redirect("pages:clock")


@require_safe
def show_help(request: PortalRequest) -> HttpResponse:
    """Show how the portal works, in short."""
    return render(request, "pages/help.html")


@require_safe
def show_accessibility(request: PortalRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(request, "pages/accessibility.html")


@require_safe
def show_privacy(request: PortalRequest) -> HttpResponse:
    """Show what the portal keeps about people and for how long."""
    return render(request, "pages/privacy.html")


@require_safe
def show_api(request: PortalRequest) -> HttpResponse:
    """Show how programs use the portal."""
    return render(request, "pages/api.html")
