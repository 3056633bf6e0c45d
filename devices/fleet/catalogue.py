"""The invented product list of a seeded country: hub models, firmware, HAN devices and what is found together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SINGLE, DUAL = "single", "dual"


@dataclass(frozen=True, slots=True)
class HubModelEntry:
    """A hub model of the Central Products List, with the HAN variant its hubs have."""

    name: str
    manufacturer_name: str
    manufacturer: str
    model: str
    image_type: int
    han_variant: str


@dataclass(frozen=True, slots=True)
class FirmwareEntry:
    """A firmware version permitted on a hub model, and the share of its hubs that run it: 0 for what is to come."""

    hub_model: str
    version: str
    chts: str
    gbcs: str
    listed_on: date
    share: float


@dataclass(frozen=True, slots=True)
class CombinationEntry:
    """Names of the devices found together, the SMETS version of the meters, and the share of homes."""

    hub_model: str
    esme: str
    gsme: str | None
    display: str | None
    smets: int
    weight: float


HUB_MODELS = (
    HubModelEntry("Alder 2", "Northfold", "10F2", "0A010001", 0x0101, SINGLE),
    HubModelEntry("Birch 1", "Northfold", "10F2", "0B010002", 0x0102, DUAL),
    HubModelEntry("Cedar S", "Halyard", "11A7", "0C020001", 0x0201, SINGLE),
    HubModelEntry("Damson D", "Halyard", "11A7", "0D020003", 0x0202, DUAL),
    HubModelEntry("Elder 3", "Northfold", "10F2", "0E010003", 0x0103, SINGLE),
    HubModelEntry("Fir 1", "Halyard", "11A7", "0F020001", 0x0203, DUAL),
)

# In the order in which they were listed: a later entry of a hub model is a newer version.
FIRMWARE = (
    FirmwareEntry("Alder 2", "01020300", "1.0", "1.0", date(2020, 3, 2), 0.35),
    FirmwareEntry("Alder 2", "01030100", "1.1", "2.0", date(2022, 6, 6), 0.65),
    FirmwareEntry("Alder 2", "01040000", "1.1", "3.2", date(2026, 9, 7), 0.0),
    FirmwareEntry("Birch 1", "02000400", "1.1", "2.0", date(2021, 9, 6), 0.45),
    FirmwareEntry("Birch 1", "02010000", "1.1", "3.2", date(2023, 2, 6), 0.55),
    FirmwareEntry("Birch 1", "02020000", "1.1", "3.2", date(2026, 10, 5), 0.0),
    FirmwareEntry("Cedar S", "03010000", "1.0", "1.0", date(2019, 11, 4), 0.40),
    FirmwareEntry("Cedar S", "03010500", "1.1", "2.0", date(2022, 1, 10), 0.60),
    FirmwareEntry("Cedar S", "03020000", "1.1", "3.2", date(2026, 8, 3), 0.0),
    FirmwareEntry("Damson D", "04000100", "1.1", "3.2", date(2023, 5, 9), 1.0),
    FirmwareEntry("Damson D", "04000200", "1.1", "3.2", date(2026, 10, 19), 0.0),
    FirmwareEntry("Elder 3", "05010000", "1.1", "2.0", date(2023, 9, 11), 0.30),
    FirmwareEntry("Elder 3", "05010200", "1.1", "3.2", date(2024, 5, 20), 0.70),
    FirmwareEntry("Fir 1", "06000300", "1.1", "3.2", date(2024, 11, 4), 1.0),
)

# type, name, manufacturer, model
DEVICES = (
    ("ESME", "Kestrel E100", "1201", "E1000001"),
    ("ESME", "Kestrel E200", "1201", "E2000002"),
    ("ESME", "Linnet LE3", "1202", "1E300001"),
    ("ESME", "Merlin M1", "1203", "31000001"),
    ("ESME", "Ouzel S1", "1204", "51000001"),
    ("GSME", "Plover G4", "1201", "64000001"),
    ("GSME", "Rook RG2", "1205", "62000001"),
    ("GSME", "Swift SG1", "1204", "61000001"),
    ("PPMID", "Teal View", "1206", "70000001"),
    ("PPMID", "Wren Pay", "1207", "71000001"),
    ("IHD", "Siskin Display", "1206", "80000001"),
)

# What an exchanged meter is replaced with.
FITTED_TODAY = ("Kestrel E200", "Plover G4")

# Weights are relative; single-band hub models add up to about 70 % of homes.
COMBINATIONS = (
    CombinationEntry("Alder 2", "Kestrel E100", "Plover G4", "Teal View", 2, 120),
    CombinationEntry("Alder 2", "Kestrel E200", "Plover G4", "Siskin Display", 2, 90),
    CombinationEntry("Alder 2", "Linnet LE3", "Rook RG2", "Wren Pay", 2, 60),
    CombinationEntry("Alder 2", "Kestrel E100", None, "Teal View", 2, 50),
    CombinationEntry("Alder 2", "Merlin M1", None, None, 2, 25),
    CombinationEntry("Alder 2", "Ouzel S1", "Swift SG1", "Siskin Display", 1, 45),
    CombinationEntry("Cedar S", "Kestrel E200", "Rook RG2", "Teal View", 2, 110),
    CombinationEntry("Cedar S", "Linnet LE3", "Plover G4", "Siskin Display", 2, 80),
    CombinationEntry("Cedar S", "Merlin M1", "Rook RG2", "Wren Pay", 2, 55),
    CombinationEntry("Cedar S", "Merlin M1", None, "Siskin Display", 2, 35),
    CombinationEntry("Cedar S", "Ouzel S1", "Swift SG1", None, 1, 30),
    CombinationEntry("Birch 1", "Kestrel E100", "Plover G4", "Teal View", 2, 70),
    CombinationEntry("Birch 1", "Kestrel E200", "Rook RG2", "Siskin Display", 2, 60),
    CombinationEntry("Birch 1", "Linnet LE3", None, "Wren Pay", 2, 30),
    CombinationEntry("Birch 1", "Merlin M1", "Plover G4", None, 2, 20),
    CombinationEntry("Damson D", "Kestrel E200", "Plover G4", "Teal View", 2, 60),
    CombinationEntry("Damson D", "Merlin M1", "Rook RG2", "Siskin Display", 2, 40),
    CombinationEntry("Damson D", "Kestrel E100", None, None, 2, 20),
    CombinationEntry("Elder 3", "Kestrel E200", "Plover G4", "Wren Pay", 2, 25),
    CombinationEntry("Elder 3", "Linnet LE3", None, "Siskin Display", 2, 20),
    CombinationEntry("Fir 1", "Kestrel E200", "Swift SG1", "Teal View", 2, 12),
    CombinationEntry("Fir 1", "Merlin M1", "Plover G4", "Siskin Display", 2, 8),
)

# Only used where no supplier organisation exists yet: name, large, also supplies gas, weight.
SUPPLIERS = (
    ("Heron Power", True, True, 30.0),
    ("Brackenhall Energy", True, True, 24.0),
    ("Tidewater Supply", True, True, 18.0),
    ("Fernlight Energy", False, True, 4.0),
    ("Copperbeck Electric", False, False, 2.0),
)

# Specification, version, installation from, installation to, maintenance to, applicability to.
VALIDITY = (
    ("CHTS", "1.0", date(2016, 7, 18), date(2022, 12, 31), date(2028, 12, 31), None),
    ("CHTS", "1.1", date(2018, 11, 4), None, None, None),
    ("GBCS", "1.0", date(2016, 7, 18), date(2022, 12, 31), date(2028, 12, 31), date(2030, 12, 31)),
    ("GBCS", "2.0", date(2018, 11, 4), date(2026, 12, 31), date(2031, 12, 31), date(2033, 12, 31)),
    ("GBCS", "3.2", date(2020, 11, 29), None, None, None),
)
