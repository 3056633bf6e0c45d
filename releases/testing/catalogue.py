"""The test cases the portal starts with; portal defaults, editable afterwards as new versions."""

import re
from dataclasses import dataclass

CODE = re.compile(r"[A-Z][A-Z0-9+-]{1,11}")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as the catalogue lists it: a code that stays, a title, what it is for, and what to do."""

    code: str
    title: str
    purpose: str
    steps: tuple[str, ...]

    @classmethod
    def of(cls, code: str, title: str, purpose: str, steps: str) -> "CaseFacts":
        """Return the facts from texts as people type them: the steps one a line, blank ones left out."""
        lines = tuple(line.strip() for line in steps.splitlines() if line.strip())
        return cls(code.strip().upper(), title.strip(), purpose.strip(), lines)


CASES: tuple[CaseFacts, ...] = (
    CaseFacts(
        "JOIN",
        "Join and rejoin",
        "Devices join a hub on the new firmware and come back to it after leaving.",
        (
            "Join the electricity meter, the gas meter and the display to the hub.",
            "Remove power from the hub for 1 minute and restore it.",
            "Check that every device is back within 30 minutes without a person's help.",
        ),
    ),
    CaseFacts(
        "READ",
        "Scheduled and on-demand reads",
        "Half-hourly and daily reads arrive complete, in time and with the right time stamps.",
        (
            "Leave a daily and a half-hourly schedule running over midnight.",
            "Ask for an on-demand read of each meter.",
            "Compare every value with the meter's own display.",
        ),
    ),
    CaseFacts(
        "TOPUP",
        "Prepayment top-up",
        "A prepayment customer can add credit by the network and by hand, and supply returns.",
        (
            "Put the meter in prepayment mode and use up the credit.",
            "Send a top-up over the network, then enter a top-up code at the meter.",
            "Check the balance on the meter and on the display, and that supply can be restored.",
        ),
    ),
    CaseFacts(
        "TARIFF",
        "Tariff on the display",
        "The in-home display shows the tariff, the balance and the use of both fuels.",
        (
            "Send a change of tariff to each meter.",
            "Check price, standing charge and use on the display within 30 minutes.",
        ),
    ),
    CaseFacts(
        "METERFW",
        "Meter firmware through the hub",
        "A meter can still be given new firmware through the hub.",
        (
            "Distribute a meter image to each meter through the hub.",
            "Activate it and read the version back.",
        ),
    ),
    CaseFacts(
        "METERX",
        "Meter exchange",
        "A faulty meter can be replaced and the new one joins and works.",
        (
            "Decommission one meter and remove it.",
            "Install and commission another of the same and of another model.",
            "Check reads, tariff and balance as before.",
        ),
    ),
    CaseFacts(
        "HUBX",
        "Hub exchange",
        "A hub on the new firmware can take the place of one on the old, and the reverse.",
        (
            "Restore the devices of a hub on the old firmware to one on the new firmware.",
            "Repeat the other way round.",
            "Check that no device has to be visited.",
        ),
    ),
    CaseFacts(
        "LEAVE",
        "Install and leave resumed",
        "A hub fitted without network coverage on an old version completes once coverage is there.",
        (
            "Install all devices with the wide-area network out of reach, and leave them for a day.",
            "Bring the network back and wait for commissioning.",
            "Check that every device is commissioned and reads arrive.",
        ),
    ),
    CaseFacts(
        "POWER-",
        "Power loss under 3 minutes",
        "A short interruption raises no outage alert and loses no device.",
        ("Remove power for 2 minutes.", "Check that no outage alert is sent and all devices are back."),
    ),
    CaseFacts(
        "POWER+",
        "Power loss over 3 minutes",
        "A longer interruption raises one outage alert and one restoration alert.",
        (
            "Remove power for 5 minutes.",
            "Check that one outage alert and one restoration alert arrive, with the right times.",
        ),
    ),
    CaseFacts(
        "MIRROR",
        "Gas proxy mirror",
        "The hub's gas proxy keeps what the sleeping gas meter said, and answers for it.",
        (
            "Read the gas proxy while the gas meter sleeps.",
            "Send a command for the gas meter and check that it is taken at the next waking.",
        ),
    ),
    CaseFacts(
        "DUAL",
        "Dual band",
        "Devices on the sub-GHz and the 2.4 GHz network work together on one hub.",
        (
            "Join devices on both bands to a dual-band hub.",
            "Repeat the read and top-up cases across both.",
            "On a single-band hub report this case as blocked.",
        ),
    ),
)
