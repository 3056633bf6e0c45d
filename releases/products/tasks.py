"""Background work of products: the malware scanner looks at images."""

from typing import Any

from celery import shared_task
from django.conf import settings

from portal.workflow import clock
from portal.workflow.actor import system
from portal.workflow.enqueue import enqueue
from releases.products import queries, scanner, verbs
from releases.products.models import Image

SCANNER = "Malware scanner"


@shared_task(name="products.scan_image")
def scan_image(image_id: int, **_: Any) -> None:
    """Have one image scanned, unless it needs none any more; does nothing where no scanner is set."""
    image = queries.images_to_scan(clock.now()).filter(pk=image_id).first()
    if settings.MALWARE_SCANNER and image is not None:
        _scan(image)


def _scan(image: Image) -> None:
    outcome, detail = scanner.scan(image.file)
    verbs.record_scan(image, outcome=outcome, detail=detail, by=system(SCANNER), at=clock.now())


@shared_task(name="products.scan_all")
def scan_all(**_: Any) -> None:
    """Start the scan of every image that has had none, or whose scan failed some time ago."""
    if settings.MALWARE_SCANNER:
        for number in queries.images_to_scan(clock.now()).values_list("pk", flat=True):
            enqueue("products.scan_image", image_id=number)
