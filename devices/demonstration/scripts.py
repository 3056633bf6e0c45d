"""What each release of the demonstration is about, as DCC's release desk writes it; all of it invented."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """One release: the hub model, the version it brings, its class, and what its notes say beyond the usual."""

    model: str
    version: str
    title: str
    urgency: str
    summary: str
    changes: str
    fixes: str
    known: str = "None known."
    actions: str = "Tell field staff of the restart. Nothing else."


CLOCK_DRIFT = Script(
    "Elder 3",
    "05020000",
    "Clock drift after long outages",
    "routine",
    "Hubs that were without power for more than four hours came back up to 40 seconds slow, and half-hourly reads "
    "were stamped late until the next synchronisation. This release corrects the clock before any read is answered.",
    "- The clock is synchronised before the HAN is opened after a cold start.\n"
    "- The join list survives a power cut during an inventory update.",
    "- Reads stamped in the wrong half hour after an outage (12 reports).",
)
CHANNEL_SCAN = Script(
    "Birch 1",
    "02020000",
    "Quieter channel scan",
    "routine",
    "Shortens the scan for a free channel so that dual-band hubs change channel less often in blocks of flats.",
    "- The scan takes 2 seconds on each channel instead of 8.\n- A change of channel is announced to sleeping devices.",
    "- Gas meters that missed a change of channel and needed an engineer's visit.",
    known="Some sleeping devices may take up to 24 hours to follow a change of channel.",
)
METER_REPLACEMENT = Script(
    "Fir 1",
    "06000400",
    "Faulty meter replacement",
    "routine",
    "Lets an installer replace a faulty electricity meter without leaving the old one on the join list, which "
    "blocked commissioning of its successor.",
    "- A device that has been silent for 7 days can be removed while its replacement joins.\n"
    "- The hub keeps the tunnelling session to the gas meter during the exchange.",
    "- Replacement meters refused with alert 8F48 (join failed).",
    actions="Brief installers: the old meter need not be removed by hand first.",
)
LOW_POWER = Script(
    "Damson D",
    "04000200",
    "Lower power in standby",
    "urgent",
    "Brings the standby consumption of the sub-GHz radio under the limit of the specification.",
    "- The sub-GHz receiver sleeps between beacons.",
    "- Standby consumption over 1 W on hubs with both radios in use.",
)
RADIO_STACK = Script(
    "Alder 2",
    "01040000",
    "Radio stack update",
    "routine",
    "Takes in the radio supplier's new stack, which closes a weakness in the handling of malformed beacons.",
    "- New radio stack 7.4.2.\n- Malformed beacons are dropped and counted.",
    "- Hubs that restarted when a neighbouring network sent malformed beacons.",
)
RADIO_STACK_TWO = Script(
    "Alder 2",
    "01040100",
    "Radio stack update, second issue",
    "routine",
    "Replaces the first issue: the stack is the same, and displays that slept through the restart now join again "
    "without a person's help.",
    "- New radio stack 7.4.3.\n- Malformed beacons are dropped and counted.\n- Rejoin attempts are repeated for a day.",
    "- Hubs that restarted when a neighbouring network sent malformed beacons.\n"
    "- Displays that did not rejoin after the first issue in the laboratory.",
    actions="Tell customers' services that displays may be blank for up to ten minutes on the night.",
)
TOP_UP = Script(
    "Cedar S",
    "03020000",
    "Prepayment top-ups under load",
    "urgent",
    "Top-ups sent while a hub answers a scheduled read were lost in about 1 of 3,000 cases. They are now queued.",
    "- Critical commands wait for a read to end instead of being dropped.\n- The queue survives a restart.",
    "- Lost prepayment top-ups (service-affecting; 41 reports since spring).",
    actions="Prepayment teams: the UTRN fallback stays in place until hypercare is over.",
)
TOP_UP_REPAIR = Script(
    "Cedar S",
    "03020100",
    "Repair of failed activations",
    "emergency",
    "Hubs that failed to activate 03020000 keep their old version but may lose prepayment top-ups. This release "
    "carries the same fix with a smaller image that fits the reserved memory.",
    "- The image is 60 KB smaller, so that activation no longer runs out of memory.",
    "- Activation failures of version 03020000.",
    known="Hubs that have no image held are served the whole image again.",
)
DISPLAY_REJOIN = Script(
    "Birch 1",
    "02020100",
    "Displays join again after a power cut",
    "routine",
    "In-home displays that lose the hub during a power cut look for it on their own channel only. The hub now calls "
    "them back on every channel it has used in the last 30 days.",
    "- Devices are called back on all channels of the last 30 days.\n- The scan keeps its 8 seconds a channel.",
    "- Displays that stay dark after a power cut until the customer pairs them again.",
    known="A display on battery may need up to two hours.",
)
TARIFF_LABELS = Script(
    "Elder 3",
    "05020100",
    "Tariff labels survive a restart",
    "urgent",
    "After a restart about 2 % of hubs passed an empty tariff label to the display, which then showed no price.",
    "- Tariff labels are kept in the part of the memory that survives a restart.",
    "- Displays that show no price after a restart (service-affecting).",
)
LOAD_CONTROL = Script(
    "Damson D",
    "04000300",
    "Load control switches: randomised start",
    "routine",
    "Adds the randomised offset that the specification asks for before a load control switch acts, so that homes "
    "do not all switch in the same second.",
    "- HCALCS commands are offset at random by up to 600 seconds.\n- The offset is kept over a restart.",
    "- Switches that acted in the same second in a whole street.",
    known="The first command after activation is carried out without an offset.",
)
NEW_SPECIFICATION = Script(
    "Fir 1",
    "06010000",
    "CHTS uplift with dual-band channel agility",
    "major",
    "Brings the hub to the present technical specification. The sub-GHz band changes channel when the regulator's "
    "duty cycle is nearly used up.",
    "- Channel agility on the sub-GHz band.\n- New alerts for a duty cycle over 75 %.\n- Larger device log.",
    "- None; this release brings functions.",
    known="Devices of the first dual-band generation follow a change of channel after their next wake-up.",
    actions="Update the list of known alerts; test gas meters with long sleep intervals.",
)
GAS_PROXY = Script(
    "Alder 2",
    "01050000",
    "Gas proxy keeps thirteen months",
    "routine",
    "The gas proxy function keeps thirteen months of daily readings instead of twelve.",
    "- Larger log in the gas proxy function.",
    "- The last month of a year was lost when the month had 31 days.",
)
FASTER_JOIN = Script(
    "Alder 2",
    "01060000",
    "Faster return to the network",
    "urgent",
    "A hub that lost its long-range radio link tried every channel before it asked its last one again. It now asks the "
    "last one first and is back in seconds.",
    "- The last channel is kept over a restart and asked first.",
    "- Hubs that stayed away for up to 20 minutes after maintenance of a mast.",
)

_USUAL: Mapping[str, str] = {
    "Effect on devices": "The hub restarts once. The HAN is away for about 90 seconds, so no power-outage alert is "
    "raised and no supply is interrupted. IHDs and CADs, whose firmware DCC does not know, join again by themselves.",
    "Test evidence": "214 cases of the regression set passed in the DCC test laboratory, in each region, with the "
    "device models of the twenty largest combinations on the Deployed Products List.",
    "From-versions": "Those named on the release page. A hub on any other version is left alone until it has been "
    "brought to one of them.",
    "Validity periods": "The maintenance validity periods of CHTS and GBCS named on the release page are open and "
    "cover the planned activation.",
    "Modification": "None; user testing follows the class's period.",
    "Rollback plan": "The version before is kept on the hub and is activated again by a release of its own.",
    "Contacts": "Firmware release desk, DCC, Working Days from 08:00 to 18:00; service desk at other times.",
}


def notes(script: Script) -> dict[str, str]:
    """Return the release notes, with every section of the template."""
    return {
        "Summary": script.summary,
        "What changes": script.changes,
        "Fixes": script.fixes,
        "Known issues": script.known,
        "What suppliers must do": script.actions,
        **_USUAL,
    }
