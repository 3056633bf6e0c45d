"""Alerts as data: what the API and webhooks say of each, in the same words."""

import json
from typing import Any

from django.conf import settings

from devices.alerts.queries import Alert, Page


def of(alert: Alert) -> dict[str, Any]:
    """Return an alert as JSON can say it."""
    return {
        "id": str(alert.place),
        "code": str(settings.ACTIVATION_ALERT_CODE),
        "at": alert.at.isoformat().replace("+00:00", "Z"),
        "chf": alert.chf,
        "version": alert.version,
        "release": alert.rollout.release.reference,
        "rollout": alert.rollout.reference,
        "supplier": alert.supplier.name,
        "fuels": list(alert.fuels),
    }


def body(page: Page) -> bytes:
    """Return a page of alerts as the body of a call; `cursor` is where the next call begins."""
    found = {"cursor": str(page.following), "results": [of(alert) for alert in page.rows]}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
