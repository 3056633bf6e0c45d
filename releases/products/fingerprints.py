"""What a row of the product lists says, and a fingerprint of it, by which a stale page or dry run is noticed."""

import hashlib
import json
from collections.abc import Mapping

from django.db import models


def values_of(row: models.Model) -> dict[str, str]:
    """Return the values of a row by column, as texts, without its number."""
    columns = [field for field in row._meta.concrete_fields if not field.primary_key]
    return {field.name: _text(field.value_from_object(row)) for field in columns}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def fingerprint(row: models.Model) -> str:
    """Return a short fingerprint of everything the row says."""
    return digest(values_of(row))


def digest(values: Mapping[str, str]) -> str:
    """Return a short fingerprint of values by name."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
