"""What a person may see of the product lists, and the reads behind pages and API.

The Central Products List and the validity periods are public knowledge (White); what is found in homes is not.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, F, Max, Q, QuerySet

from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.working_days import london_day
from releases.products import may
from releases.products.cohorts import supplied_by
from releases.products.models import (
    Cell,
    DeviceCombination,
    FirmwareVersion,
    HubModel,
    Image,
    ImageScan,
    ImportLine,
    ListImport,
    ManufacturerKey,
    ValidityPeriod,
)
from releases.products.validity import Span, words


def hub_models() -> QuerySet[HubModel]:
    """Return the hub models, for everybody."""
    return HubModel.objects.all()


def versions() -> QuerySet[FirmwareVersion]:
    """Return the Central Products List, for everybody."""
    return FirmwareVersion.objects.select_related("hub_model")


def validity() -> QuerySet[ValidityPeriod]:
    """Return the validity rows, for everybody."""
    return ValidityPeriod.objects.order_by("specification", "version")


def combinations(actor: Actor) -> QuerySet[DeviceCombination]:
    """Return the combinations of the Deployed Products List, for whoever may read the portal."""
    rows = DeviceCombination.objects.select_related("hub_model", "esme", "gsme", "display").order_by("pk")
    return rows if actor.has(Permission.READ_PORTAL) else rows.none()


def cells(actor: Actor) -> QuerySet[Cell]:
    """Return the cells whose counts the actor may know: all for DCC, for others those of their suppliers."""
    rows = Cell.objects.select_related("electricity_supplier", "gas_supplier").order_by("number")
    if actor.has(Permission.MANAGE_RELEASES):
        return rows
    return rows.filter(supplied_by(actor.suppliers))


_SORTS = {
    "hub_model": "hub_model__name",
    "manufacturer": "hub_model__manufacturer",
    "version": "version",
    "chts": "chts",
    "gbcs": "gbcs",
    "status": "status",
    "listed_on": "listed_on",
}
_EXACT = ("hub_model", "chts", "gbcs")


def listed(chosen: Mapping[str, Any], *, sort: str = "") -> QuerySet[FirmwareVersion]:
    """Return the entries of the Central Products List that fit the filters, by hub model unless sorted otherwise."""
    found = versions()
    if sought := chosen.get("search"):
        found = found.filter(
            Q(version__icontains=sought)
            | Q(image_hash__istartswith=sought)
            | Q(hub_model__model__icontains=sought)
            | Q(hub_model__name__icontains=sought)
            | Q(hub_model__manufacturer_name__icontains=sought)
        )
    found = found.filter(**{name: chosen[name] for name in _EXACT if chosen.get(name)})
    if chosen.get("manufacturer"):
        found = found.filter(hub_model__manufacturer=chosen["manufacturer"])
    if chosen.get("status"):
        found = found.filter(status__in=chosen["status"])
    column = _SORTS.get(sort.removeprefix("-"), "hub_model__name")
    first = f"-{column}" if sort.startswith("-") else column
    return found.order_by(first, "hub_model__name", "-version", "pk")


def manufacturers() -> list[tuple[str, str]]:
    """Return the manufacturers of hub models as (code, name with code)."""
    rows = HubModel.objects.order_by("manufacturer_name", "manufacturer")
    pairs = rows.values_list("manufacturer", "manufacturer_name").distinct()
    return [(code, f"{name} ({code})") for code, name in pairs]


def validity_by_version() -> dict[tuple[str, str], ValidityPeriod]:
    """Return every validity row by its specification and version."""
    return {(row.specification, row.version): row for row in ValidityPeriod.objects.all()}


@dataclass(frozen=True, slots=True)
class Met:
    """A specification version that an entry meets, with its validity row where there is one."""

    specification: str
    version: str
    period: ValidityPeriod | None
    day: date

    @property
    def state(self) -> str:
        """How it stands on the day: open, closed to installation, expired, planned or unknown."""
        if self.period is None:
            return "unknown"
        spans = [self.period.maintenance(self.day)]
        if self.specification == "GBCS":
            spans.append(self.period.applicability(self.day))
        over = next((one for one in spans if one.is_over), None)
        return over.state if over else self.period.installation(self.day).state


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the Central Products List with the validity of the specification versions it meets."""

    version: FirmwareVersion
    met: list[Met]


def with_validity(rows: Iterable[FirmwareVersion], day: date) -> list[Entry]:
    """Return entries with their validity on a day; one query however many there are."""
    known = validity_by_version()
    return [Entry(row, [Met(*pair, known.get(pair), day) for pair in row.specifications]) for row in rows]


def standing_validity(day: date) -> list[tuple[ValidityPeriod, list[Span]]]:
    """Return every validity row with how its three periods stand on a day; applicability is of GBCS only."""
    return [(row, [row.installation(day), row.maintenance(day), row.applicability(day)]) for row in validity()]


def imports(actor: Actor) -> QuerySet[ListImport]:
    """Return the imports of product lists, the newest first, for whoever keeps the lists."""
    keeps = may.keep_entry.why_not(by=actor) is None
    return ListImport.objects.all() if keeps else ListImport.objects.none()


def import_lines(found: ListImport, fates: Collection[str] = ()) -> QuerySet[ImportLine]:
    """Return the rows of an import, or those with one of these fates."""
    return found.lines.filter(fate__in=fates) if fates else found.lines.all()


@dataclass(frozen=True, slots=True)
class Past:
    """One past change of an entry: when, by whom, what it was about, and what became what."""

    at: datetime
    who: str
    about: str
    why: str
    changes: list[tuple[str, str, str]]


HISTORY_LENGTH = 60


def history(model: HubModel, versions: Iterable[FirmwareVersion]) -> list[Past]:
    """Return the latest changes of a hub model and its entries, newest first; two queries."""
    return sorted([*_past([model]), *_past(list(versions))], key=lambda past: past.at, reverse=True)


def _past(rows: Sequence[HubModel | FirmwareVersion]) -> list[Past]:
    if not rows:
        return []
    kind = type(rows[0])
    names = {row.pk: str(row) for row in rows}
    records = kind.history.filter(id__in=names).select_related("history_user")
    before: dict[int, Any] = {}
    found: list[Past] = []
    for record in reversed(records.order_by("-history_id")[:HISTORY_LENGTH]):
        who = record.history_user.name if record.history_user else "The portal"
        changes = _between(kind, before.get(record.id), record)
        found.append(Past(record.history_date, who, names[record.id], record.history_change_reason or "", changes))
        before[record.id] = record
    return found


def _between(kind: type[models.Model], earlier: Any, later: Any) -> list[tuple[str, str, str]]:
    if earlier is None:
        return []
    columns = [field for field in kind._meta.concrete_fields if not field.primary_key]
    pairs = [(field, getattr(earlier, field.attname), getattr(later, field.attname)) for field in columns]
    return [(str(field.verbose_name), _said(was), _said(now)) for field, was, now in pairs if was != now]


def _said(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)


def keys(actor: Actor) -> QuerySet[ManufacturerKey]:
    """Return the public keys of manufacturers, for whoever may read the portal."""
    rows = ManufacturerKey.objects.all()
    return rows if actor.has(Permission.READ_PORTAL) else rows.none()


def keys_valid_on(day: date, manufacturer: str) -> QuerySet[ManufacturerKey]:
    """Return the keys with which images of a manufacturer are verified on a day."""
    lasting = Q(valid_to=None) | Q(valid_to__gte=day)
    return ManufacturerKey.objects.filter(
        lasting, manufacturer=manufacturer, valid_from__lte=day, revoked_at__isnull=True
    )


MOST_FAILED_SCANS = 5
SCAN_AGAIN_AFTER = timedelta(minutes=10)


def images_to_scan(at: datetime) -> QuerySet[Image]:
    """Return the images nobody scanned yet, and those whose scan failed, some time later and not for ever."""
    told = ImageScan.objects.exclude(outcome=ImageScan.Outcome.FAILED)
    failed = Count("scans", filter=Q(scans__outcome=ImageScan.Outcome.FAILED))
    found = Image.objects.exclude(pk__in=told.values("image")).annotate(failed=failed, last=Max("scans__scanned_at"))
    due = Q(last=None) | Q(last__lte=at - SCAN_AGAIN_AFTER)
    return found.filter(due, failed__lt=MOST_FAILED_SCANS).order_by("pk")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of an image in one respect: a state for its tag, and a sentence."""

    state: str
    words: str


def _on(at: datetime) -> str:
    return words(london_day(at))


def signature_of(image: Image) -> Checked:
    """Return whether the image is signed, and by whom; a verified signature counts before one without a key."""
    signatures = image.signatures.select_related("key").order_by(F("key").asc(nulls_last=True), "-pk")
    found = signatures.first()
    if found is None:
        return Checked("no_signature", "No signature was handed over.")
    if found.key is None:
        return Checked(
            "no_key", f"Signed; manufacturer {image.manufacturer} had no valid key on {_on(found.checked_at)}."
        )
    if found.key.revoked_at is not None:
        return Checked("revoked", f"Verified with {found.key}, a key revoked on {_on(found.key.revoked_at)}.")
    return Checked("verified", f"Verified with {found.key} on {_on(found.checked_at)}.")


def scan_of(image: Image) -> Checked:
    """Return what a malware scanner found in the image last."""
    last = image.scans.first()
    if last is None:
        return Checked("not_scanned", "No malware scanner has looked at this image.")
    said = {"clean": "Found clean", "infected": "Found infected", "failed": "Could not be scanned"}[last.outcome]
    return Checked(last.outcome, f"{said} on {_on(last.scanned_at)}.{f' {last.detail}' if last.detail else ''}")


def hash_on_list(image: Image, entry: FirmwareVersion | None) -> Checked:
    """Return how the image's SHA-256 compares with the Central Products List."""
    if entry is None:
        return Checked("not_listed", "The version is not on the Central Products List.")
    if not entry.image_hash:
        return Checked("none_listed", "The Central Products List states no image hash.")
    if entry.image_hash != image.sha256:
        return Checked("mismatch", f"The Central Products List has {entry.image_hash[:12]}….")
    return Checked("match", "The Central Products List has the same.")
