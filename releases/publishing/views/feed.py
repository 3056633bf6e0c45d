"""The Atom feed of what the public may read: announcements, amendments and ends of White releases."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from releases.publishing import listing

WORDS: Mapping[str, str] = {
    "announce": "announced",
    "amend": "dates moved later",
    "return_to_draft": "returned to draft; its notice is void",
    "withdraw": "withdrawn",
    "supersede": "superseded",
}


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Return the newest events, of one class or hub model if the address says so; nothing new is answered with 304."""
    chosen = {"urgency_class": request.GET.get("class"), "hub_model": request.GET.get("hub_model")}
    events = listing.public_events(WORDS, **chosen)
    content = _atom(request, events)
    changed = listing.public_changed_at(events)
    response = HttpResponse(content, content_type="application/atom+xml; charset=utf-8")
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60"
    if changed is not None:
        response["Last-Modified"] = http_date(changed.timestamp())
    answer = get_conditional_response(request, etag, int(changed.timestamp()) if changed else None, response)
    return answer or response


def _atom(request: HttpRequest, events: list[listing.PublicEvent]) -> bytes:
    made = Atom1Feed(
        title="Communications hub firmware releases",
        description=None,
        subtitle="White releases: announced, amended, withdrawn or superseded",
        link=request.build_absolute_uri(reverse("publishing:releases")),
        feed_url=request.build_absolute_uri(),
        feed_guid="urn:chf-releases",
        language="en-gb",
    )
    for event in events:
        made.add_item(**_entry(request, event))
    return made.writeString("utf-8").encode()


def _entry(request: HttpRequest, event: listing.PublicEvent) -> dict[str, Any]:
    release, at = event.release, event.at
    models = ", ".join(str(model) for model in release.hub_models.all())
    moments: dict[str, datetime] = {"pubdate": at, "updateddate": at}
    return {
        "title": f"{release.reference} {release.title}: {WORDS[event.verb]}",
        "description": f"Firmware {release.firmware_version} for {models}, class {release.urgency_class}.",
        "link": request.build_absolute_uri(reverse("publishing:release", args=[release.reference])),
        "unique_id": f"urn:chf-release:{release.reference}:{event.number}",
        "categories": [str(release.urgency_class), WORDS[event.verb]],
        **moments,
    }
