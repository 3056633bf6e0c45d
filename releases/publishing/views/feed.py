"""The Atom feed of what the public may read."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from portal.workflow.actor import ANONYMOUS
from releases.publishing import queries
from releases.publishing.models import Release


class AnnouncedReleases(Feed[Release, None]):
    """White releases that were announced, the newest first."""

    feed_type = Atom1Feed
    title = "Communications hub firmware releases"
    subtitle = "Releases announced, classified White"
    link = "/releases/"

    def items(self) -> Any:
        return queries.visible_to(ANONYMOUS).select_related("urgency_class").order_by("-announced_at", "-pk")[:50]

    def item_title(self, item: Release) -> str:
        return f"{item.reference}: {item.title}"

    def item_description(self, item: Release) -> str:
        return f"Firmware {item.firmware_version}, {item.urgency_class}, {item.get_state_display().lower()}"

    def item_link(self, item: Release) -> str:
        return reverse("publishing:release", args=[item.reference])

    def item_guid(self, item: Release) -> str:
        return f"urn:chf-release:{item.reference}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Release) -> datetime | None:
        return item.announced_at

    item_updateddate = item_pubdate
