"""What a malware scanner found in an image."""

from datetime import datetime

from django.db import transaction

from portal.workflow.actor import Actor
from portal.workflow.transitions import note
from releases.products import may
from releases.products.models import Image, ImageScan


@transaction.atomic
def record_scan(image: Image, *, outcome: str, detail: str = "", by: Actor, at: datetime) -> ImageScan:
    """Keep what a scanner found; the last look counts. An infected image can be neither announced nor deployed."""
    may.record_scan(by=by)
    made = ImageScan.objects.create(image=image, outcome=outcome, detail=detail[:200], scanned_at=at)
    note(image, by=by, at=at, verb="record_scan", data={"outcome": outcome, "sha256": image.sha256})
    return made
