"""The certificate of service of a notice: a document that says on whom it was served, when and how."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from portal.pages import blocks
from portal.pages.documents import Document
from portal.pages.templatetags.words import uk_datetime
from releases.products.cohorts import counts
from releases.publishing.models import Notice
from releases.publishing.scope import affected_cells
from releases.publishing.service import Recipient, service_table

_HEAD = ("Organisation", "Homes", "Sent", "Served", "Means", "Acknowledged")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the certificate says. `digest` is the SHA-256 of the list of recipients, in hexadecimal."""

    notice: Notice
    at: datetime
    rows: list[Recipient]
    homes: int
    digest: str

    @property
    def served(self) -> int:
        """How many recipients were served."""
        return sum(row.service is not None for row in self.rows)


def certify(notice: Notice, at: datetime) -> Certificate:
    """Return the certificate of a notice as things stand at `at`."""
    rows = service_table(notice)
    return Certificate(notice, at, rows, counts(affected_cells(notice.release)).homes, digest(rows))


def digest(rows: list[Recipient]) -> str:
    """Return the SHA-256 of the list: one JSON line a recipient, by name; the same list always gives the same."""
    lines = "\n".join(json.dumps(_facts(row), ensure_ascii=False, separators=(",", ":")) for row in rows)
    return hashlib.sha256(lines.encode()).hexdigest()


def _facts(row: Recipient) -> list[str | int | None]:
    """Return slug, homes, when and how served, why by other means, and when acknowledged; times in UTC."""
    service, answer = row.service, row.acknowledgement
    return [
        row.organisation.slug,
        row.homes,
        service.served_at.isoformat() if service else None,
        service.means if service else None,
        service.reason if service else None,
        answer.at.isoformat() if answer else None,
    ]


def document(found: Certificate) -> Document:
    """Return the certificate as a document for print."""
    notice, release = found.notice, found.notice.release
    facts = [
        ("Notice", f"number {notice.number} of {release.reference}, {release.title}"),
        ("Firmware version", release.firmware_version),
        ("Issued", uk_datetime(notice.issued_at)),
        ("Deployment from", uk_datetime(notice.deployment_at)),
        ("Activation from", uk_datetime(notice.activation_at)),
        ("Served", f"{found.served} of {len(found.rows)} recipients"),
        ("Homes concerned today", f"{found.homes:,}"),
    ]
    if notice.voided_at is not None:
        facts.append(("Void since", f"{uk_datetime(notice.voided_at)}: {notice.void_reason}"))
    facts += [
        (f"Amendment {one.number}", f"{uk_datetime(one.made_at)}: {_moved(one.changes)}. {one.why}")
        for one in notice.amendments.all()
    ]
    body = [
        blocks.heading("Recipients"),
        blocks.table(_HEAD, [_cells(row) for row in found.rows], numeric=[1]),
        blocks.heading("Proof"),
        blocks.paragraph(f"SHA-256 of the list above, one JSON line a recipient: {found.digest}"),
    ]
    return Document(
        kind="Certificate of service",
        title=f"Service of notice {notice.number}: {release.title}",
        reference=release.reference,
        classification=release.get_classification_display(),
        at=found.at,
        facts=facts,
        blocks=body,
    )


def _moved(changes: list[tuple[str, datetime, datetime]]) -> str:
    return "; ".join(f"{name} {uk_datetime(was)} → {uk_datetime(becomes)}" for name, was, becomes in changes)


def _cells(row: Recipient) -> list[str]:
    service, answer = row.service, row.acknowledgement
    means = service.get_means_display() if service else "not served"
    return [
        row.organisation.name,
        "–" if row.homes is None else f"{row.homes:,}",
        uk_datetime(row.delivery.sent_at) if row.delivery and row.delivery.sent_at else "–",
        uk_datetime(service.served_at) if service else "–",
        f"{means}: {service.reason}" if service and service.reason else means,
        uk_datetime(answer.at) if answer else "–",
    ]
