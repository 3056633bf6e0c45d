"""What a release's image is, in every respect that is checked: its header, its hash, its signature, its scan."""

from dataclasses import dataclass
from datetime import datetime

from django.http import FileResponse, Http404

from portal.pages.downloads import attached
from portal.workflow.actor import Actor
from releases.products import may
from releases.products.header_table import Line, table
from releases.products.models import HubModel, Image
from releases.products.ota import OtaHeader
from releases.products.queries import Checked, hash_on_list, scan_of, signature_of
from releases.products.verbs import hand_out_image
from releases.publishing.models import Release


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """An image and what is known of it."""

    image: Image
    fields: list[Line]
    listed: list[tuple[HubModel, Checked]]
    signature: Checked
    scan: Checked
    scanned_at: datetime | None

    @property
    def listed_hash(self) -> dict[str, str]:
        """How the hash compares with the Central Products List, by hub model."""
        return {model.name: checked.state for model, checked in self.listed}


def image_facts(release: Release) -> ImageFacts | None:
    """Return the facts of the release's image, or None while it has none; the same queries for any number of models."""
    image = release.image
    if image is None:
        return None
    models = release.hub_models.prefetch_related("versions")
    entries = [
        (model, next((one for one in model.versions.all() if one.version == release.firmware_version), None))
        for model in models
    ]
    last = image.scans.first()
    return ImageFacts(
        image=image,
        fields=table(OtaHeader.from_json(image.header)),
        listed=[(model, hash_on_list(image, entry)) for model, entry in entries],
        signature=signature_of(image),
        scan=scan_of(image),
        scanned_at=last.scanned_at if last else None,
    )


def image_attached(release: Release, *, by: Actor, at: datetime) -> FileResponse:
    """Answer with the release's image, by right, as a file to be saved. Raises Http404 while it has none."""
    may.download_image(by=by)
    if release.image is None:
        raise Http404
    return attached(hand_out_image(release.image, by=by, at=at), f"{release.reference}-{release.firmware_version}.ota")
