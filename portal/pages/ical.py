"""Calendar entries as an iCalendar document (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from portal.pages.contributions import KINDS, Dated

CONTENT_TYPE = "text/calendar; charset=utf-8"
STATUSES = {"planned": "TENTATIVE", "cancelled": "CANCELLED"}
ONE_DAY = timedelta(days=1)
REFRESH = timedelta(hours=1)


def document(entries: Iterable[Dated], *, name: str, site: str, at: datetime) -> bytes:
    """Return the entries as a calendar called ``name``; ``site`` is the portal's address, ``at`` when it is made.

    Without a METHOD it is no invitation, so DTSTAMP tells when an entry was last revised and an unchanged
    calendar stays the same to the byte.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Communications Hub Firmware Portal//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.key)):
        calendar.add_component(_event(entry, site, at))
    return bytes(calendar.to_ical())


def _event(entry: Dated, site: str, at: datetime) -> Event:
    event = Event()
    revised = (entry.changed_at or entry.at if entry.sequence else at).astimezone(UTC)
    event.add("uid", f"{entry.key}@{site.partition('://')[2].partition('/')[0].partition(':')[0]}")
    event.add("dtstamp", revised)
    event.add("last-modified", revised)
    event.add("sequence", entry.sequence)
    event.add("summary", entry.text)
    event.add("status", STATUSES.get(entry.status, "CONFIRMED"))
    event.add("categories", [KINDS[entry.kind]])
    if entry.url:
        event.add("url", f"{site}{entry.url}")
    _when(event, entry)
    return event


def _when(event: Event, entry: Dated) -> None:
    """Say when: a day as a date, a moment in UTC, which names each pass of the hour that October has twice."""
    if entry.whole_day:
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + ONE_DAY)
        event.add("transp", "TRANSPARENT")
        return
    event.add("dtstart", entry.at.astimezone(UTC))
    if entry.until is not None:
        event.add("dtend", entry.until.astimezone(UTC))
