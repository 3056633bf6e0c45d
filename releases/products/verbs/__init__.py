"""Every change of the product lists and the store of images, one function each, by noun."""

from releases.products.verbs.entries import keep_entry
from releases.products.verbs.images import hand_out_image, store_image
from releases.products.verbs.imports import check_import, write_import
from releases.products.verbs.keys import register_key, revoke_key
from releases.products.verbs.scans import record_scan

__all__ = [
    "check_import",
    "hand_out_image",
    "keep_entry",
    "record_scan",
    "register_key",
    "revoke_key",
    "store_image",
    "write_import",
]
