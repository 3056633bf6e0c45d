"""Every change of the product lists and the store of images, one function each, by noun."""

from releases.products.verbs.entries import keep_entry
from releases.products.verbs.images import store_image
from releases.products.verbs.imports import check_import, write_import

__all__ = ["check_import", "keep_entry", "store_image", "write_import"]
