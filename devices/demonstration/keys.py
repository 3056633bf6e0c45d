"""What manufacturers and DCC keep beside the product lists: invented signing keys, and an import of validity rows.

The private halves are made from the manufacturers' codes, in the open: they protect nothing but invented images.
"""

import hashlib
import io
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devices.demonstration.cast import SEEDER
from portal.working_days import london_day
from releases.products import verbs
from releases.products.models import HubModel

SIGNS = "10F2"  # Northfold signs its images; Halyard has not begun to
OLD, PRESENT = "signing key 2024", "signing key 2026"
NEXT_SPECIFICATIONS = """specification,version,installation_from,installation_to,maintenance_to,applicability_to
CHTS,1.2,2027-11-01,,,
GBCS,4.1,2027-11-01,,2037-10-31,2039-10-31
"""


def _private(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{SIGNS} {name}".encode()).digest())


def keep(at: datetime) -> None:
    """Register an old key, revoked since, and the present one; import the validity of the next specifications."""
    for name, days in ((OLD, 700), (PRESENT, 30)):
        key = verbs.register_key(
            manufacturer=SIGNS,
            name=f"Northfold {name}",
            public_key=_private(name).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
            valid_from=london_day(at - timedelta(days=days)),
            by=SEEDER,
            at=at,
        )
        if name == OLD:
            verbs.revoke_key(key, why="Replaced when the signing machine was.", by=SEEDER, at=at)
    table = io.BytesIO(NEXT_SPECIFICATIONS.encode())
    checked = verbs.check_import(table, kind="validity", name="next-specifications.csv", by=SEEDER, at=at)
    verbs.write_import(checked, by=SEEDER, at=at)


def signature(model: HubModel, image: bytes) -> bytes | None:
    """Return the manufacturer's detached signature of an image, None where it does not sign."""
    return _private(PRESENT).sign(image) if model.manufacturer == SIGNS else None
