"""Regions and HAN variants as the small numbers that vectors carry."""

from devices.simulator.scenarios import CENTRAL, NORTH, SOUTH
from releases.products.models import HanVariant, Region

REGION_NUMBER: dict[str, int] = {Region.NORTH: NORTH, Region.CENTRAL: CENTRAL, Region.SOUTH: SOUTH}
REGIONS: tuple[Region, ...] = (Region.NORTH, Region.CENTRAL, Region.SOUTH)
HAN_VARIANTS: tuple[HanVariant, ...] = (HanVariant.SINGLE, HanVariant.DUAL)
