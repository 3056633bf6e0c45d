"""Who plays in the demonstration: invented organisations, a Panel of twelve, and one account per kind of actor."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from portal.people import verbs
from portal.people.actors import actor_for
from portal.people.demo_accounts import ACCOUNTS, PASSWORD
from portal.people.models import Committee, CommitteeKind, Organisation, OrganisationKind, PartyCategory, Seat, User
from portal.workflow.actor import Actor, Channel, system

SEEDER = system("Demonstration", channel=Channel.COMMAND)
LARGE, SMALL = PartyCategory.LARGE_SUPPLIER, PartyCategory.SMALL_SUPPLIER
SUPPLIERS = (
    ("Heron Power", LARGE, ["IS", "GS"]),
    ("Brackenhall Energy", LARGE, ["IS", "GS"]),
    ("Tidewater Supply", LARGE, ["IS", "GS"]),
    ("Osprey Gas", LARGE, ["GS"]),
    ("Kittiwake Energy", LARGE, ["IS", "GS", "ES"]),
    ("Fernlight Energy", SMALL, ["IS", "GS"]),
    ("Copperbeck Electric", SMALL, ["IS"]),
    ("Hollin Green Power", SMALL, ["IS", "ES"]),
    ("Millrace Utilities", SMALL, ["IS", "GS"]),
    ("Saltmarsh Community Energy", SMALL, ["IS"]),
    ("Thistle and Gorse", SMALL, ["IS", "GS"]),
    ("Wharfside Heat and Light", SMALL, ["IS", "GS"]),
)
Line = tuple[str, str, str, list[str], list[str]]  # name, kind, party category, user roles, regions
OTHERS: tuple[Line, ...] = (
    ("DCC", OrganisationKind.DCC, PartyCategory.DCC, [], []),
    ("CSP North", OrganisationKind.CSP, "", [], ["north"]),
    ("CSP Central and South", OrganisationKind.CSP, "", [], ["central", "south"]),
    ("Meterwrights", OrganisationKind.RSA, PartyCategory.OTHER, ["RSA"], []),
    ("Gauge and Dial Services", OrganisationKind.RSA, PartyCategory.OTHER, ["RSA"], []),
    ("Pennine Wires", OrganisationKind.NETWORK, PartyCategory.ELECTRICITY_NETWORK, ["ED"], []),
    ("SECAS", OrganisationKind.SECAS, "", [], []),
    ("The Authority", OrganisationKind.AUTHORITY, "", [], []),
    ("Household Voice", OrganisationKind.CONSUMER_BODY, PartyCategory.CONSUMER, [], []),
    ("Portal operations", OrganisationKind.OPERATOR, "", [], []),
)
APPOINTMENTS = (
    ("Heron Power", "Meterwrights"),
    ("Fernlight Energy", "Meterwrights"),
    ("Copperbeck Electric", "Gauge and Dial Services"),
)
# The seats of the Panel besides the Chair and the large suppliers' first seat, which have accounts of their own.
PANEL = (
    ("Deirdre Walsh", Seat.Capacity.DEPUTY, ""),
    ("Imran Sheikh", Seat.Capacity.MEMBER, LARGE),
    ("Bronwen Hughes", Seat.Capacity.MEMBER, SMALL),
    ("Lewis Tait", Seat.Capacity.MEMBER, SMALL),
    ("Oluwaseun Bello", Seat.Capacity.MEMBER, PartyCategory.ELECTRICITY_NETWORK),
    ("Fiona Carrick", Seat.Capacity.MEMBER, PartyCategory.GAS_NETWORK),
    ("Peter Langdale", Seat.Capacity.MEMBER, PartyCategory.OTHER),
    ("Nadia Petrenko", Seat.Capacity.MEMBER, PartyCategory.OTHER),
    ("George Ashworth", Seat.Capacity.MEMBER, PartyCategory.CONSUMER),
    ("Mei Lin Chua", Seat.Capacity.MEMBER, PartyCategory.CONSUMER),
)


@dataclass
class Players:
    """Everybody by name: organisations by theirs, users by account key or their own name."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, who: str, at: datetime) -> Actor:
        """Return somebody as an actor who has just given a password."""
        return replace(actor_for(self.users[who], at=at), proved_at=timezone.now())


def assemble(at: datetime) -> tuple[Players, Committee]:
    """Create organisations, accounts, appointments and committees at portal time ``at``; return them and the Panel."""
    players = Players()
    suppliers: list[Line] = [
        (name, OrganisationKind.SUPPLIER, category, roles, []) for name, category, roles in SUPPLIERS
    ]
    for name, kind, category, roles, regions in (*OTHERS, *suppliers):
        players.organisations[name] = verbs.create_organisation(
            name=name,
            kind=kind,
            party_category=category,
            user_roles=roles,
            regions=regions,
            notice_address=f"notices@{name.lower().replace(' ', '-')}.example",
            by=SEEDER,
            at=at,
        )
    _accounts(players, at)
    for supplier, agent in APPOINTMENTS:
        verbs.appoint_rsa(players.organisations[supplier], players.organisations[agent], by=SEEDER, at=at)
    return players, _committees(players, at)


def _accounts(players: Players, at: datetime) -> None:
    for account in ACCOUNTS:
        user = User.objects.create_user(account.email, PASSWORD, name=account.name)
        players.users[account.key] = user
        for role in account.roles:
            verbs.add_membership(players.organisations[account.organisation], user, role=role, by=SEEDER, at=at)
    rsa = players.users["rsa"]  # also works for a supplier, to show the switch of organisation
    verbs.add_membership(players.organisations["Millrace Utilities"], rsa, role="supplier_user", by=SEEDER, at=at)


def _committees(players: Players, at: datetime) -> Committee:
    panel = verbs.create_committee(name="Panel", kind=CommitteeKind.PANEL, by=SEEDER, at=at)
    security = verbs.create_committee(
        name="Security Sub-Committee", kind=CommitteeKind.SECURITY_SUB_COMMITTEE, by=SEEDER, at=at
    )
    for name, _, _ in PANEL:
        email = f"{name.lower().replace(' ', '.')}@panel.example"
        players.users[name] = User.objects.create_user(email, PASSWORD, name=name)
    seats = (
        ("panel_chair", Seat.Capacity.CHAIR, ""),
        ("panel_member", Seat.Capacity.MEMBER, LARGE),
        *PANEL,
    )
    for who, capacity, constituency in seats:
        verbs.seat_member(panel, players.users[who], capacity=capacity, constituency=constituency, by=SEEDER, at=at)
    verbs.seat_member(security, players.users["subcommittee_member"], capacity=Seat.Capacity.MEMBER, by=SEEDER, at=at)
    return panel
