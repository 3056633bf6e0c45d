import pytest

from devices.rollouts.planning import WaveSpec
from devices.rollouts.wave_text import read

REGIONS = {"north": "north", "central": "central", "south": "south"}


@pytest.mark.parametrize(
    ("text", "waves"),
    [
        ("500 North", [WaveSpec(hubs=500, regions=("north",))]),
        ("1,000\n\n 10 % ", [WaveSpec(hubs=1_000), WaveSpec(share=0.1)]),
        ("12.5%central and south", [WaveSpec(share=0.125, regions=("central", "south"))]),
        (
            "20 % North, 1,500 Central South",
            [
                WaveSpec(
                    parts=(
                        WaveSpec(share=0.2, regions=("north",)),
                        WaveSpec(hubs=1_500, regions=("central", "south")),
                    )
                )
            ],
        ),
        ("", []),
    ],
)
def test_waves_as_people_write_them(text, waves):
    assert read(text, REGIONS) == waves


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10 %\nNorth 500", "Line 2, “North 500”: write a number of hubs or a share"),
        ("500 Wales", "“wales” is no region: they are north, central, south"),
        ("0 North", "a wave needs at least one hub"),
        ("5 North, 5", "each part of a wave names its regions"),
        ("1.5 North", "Line 1, “1.5 North”: 1.5 is no whole number of hubs"),
        ("1.2.3 % North", "1.2.3 is no number"),
        (",", "Line 1, “,”: write a number"),
    ],
)
def test_what_makes_no_wave_says_where_and_why(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(text, REGIONS)
