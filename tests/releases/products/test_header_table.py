import io

from releases.products import ota
from releases.products.header_table import table
from tests.factories.releases import image_bytes


def lines(**changes):
    header = ota.parse(io.BytesIO(image_bytes(**changes)))
    return {name: (value, meaning) for name, value, meaning in table(header)}


def test_every_field_has_its_line_with_its_meaning():
    found = lines(security_credential=2, upgrade_destination="AA-BB-CC-00-00-00-00-01")
    assert found["File identifier"] == ("0BEEF11E", "ZigBee OTA upgrade file")
    assert found["Field control"] == (
        "0007",
        "holds security credential version, upgrade file destination, hardware versions",
    )
    assert found["Manufacturer code"][0] == "10F2"
    assert found["File version"] == ("0A010200", "the firmware version")
    assert found["ZigBee stack version"] == ("0002", "ZigBee PRO")
    assert found["Header string"][0] == "Alder hub"
    assert found["Security credential version"] == ("02", "Smart Energy 2.0")
    assert found["Upgrade file destination"][0] == "AA-BB-CC-00-00-00-00-01"
    assert found["Lowest hardware version"][0] == "0001"
    assert len(found) == 14


def test_fields_that_the_file_leaves_out_are_shown_as_such():
    found = lines(hardware=None, header_string="", stack_version=9)
    assert found["Field control"] == ("0000", "no optional fields")
    assert found["Header string"][0] == "empty"
    assert found["ZigBee stack version"] == ("0009", "")
    absent = [name for name, (value, _) in found.items() if value == "not in the file"]
    assert len(absent) == 4
