"""When an import can be written, and a key revoked."""

from portal.workflow.rules import when
from portal.workflow.state_machine import words
from releases.products.models import ListImport, ManufacturerKey
from releases.products.states import ImportState


@when
def write_import(found: ListImport) -> str | None:
    """All or nothing: a file with one refused row is not written at all."""
    if found.state != ImportState.CHECKED:
        return f"This import is {words(found.state)} already."
    if found.refused:
        rows = "1 row is" if found.refused == 1 else f"{found.refused:,} rows are"
        return f"{rows} refused, and a file is written whole or not at all. Put that right and check the file again."
    if not found.added + found.changed:
        return "Every row is in the list as it stands: there is nothing to write."
    return None


@when
def revoke_key(key: ManufacturerKey) -> str | None:
    return None if key.revoked_at is None else "This key is revoked already."
