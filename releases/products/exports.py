"""The product lists as CSV, in the columns in which they are imported."""

from operator import attrgetter

from portal.pages.exports import Column
from releases.products.columns import VALIDITY

VERSION_COLUMNS = (
    Column("manufacturer", attrgetter("hub_model.manufacturer")),
    Column("model", attrgetter("hub_model.model_number")),
    Column("hardware_version", attrgetter("hub_model.hardware_version")),
    Column("firmware_version", attrgetter("version")),
    Column("chts", attrgetter("chts")),
    Column("gbcs", attrgetter("gbcs")),
    Column("image_hash", attrgetter("image_hash")),
    Column("status", attrgetter("status")),
    Column("listed_on", attrgetter("listed_on")),
    Column("removed_on", attrgetter("removed_on")),
)
VALIDITY_COLUMNS = tuple(Column(name, attrgetter(name)) for name in VALIDITY.names)
