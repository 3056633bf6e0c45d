"""Who plays in the demonstration: invented organisations, a Panel of twelve, and one account per kind of actor."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils import timezone

from portal.people import verbs
from portal.people.actors import actor_for
from portal.people.demo_accounts import ACCOUNTS, PASSWORD
from portal.people.models import (
    Committee,
    CommitteeKind,
    Organisation,
    OrganisationKind,
    PartyCategory,
    Role,
    Seat,
    User,
)
from portal.workflow.actor import Actor, Channel, system

SEEDER = system("Demonstration", channel=Channel.COMMAND)
LARGE, SMALL = PartyCategory.LARGE_SUPPLIER, PartyCategory.SMALL_SUPPLIER
TERM = timedelta(days=730)
NO_MAIL = "Thistle and Gorse"  # takes its notices by letter
# Name, party category, user roles, who looks after firmware there (empty: has an account of its own).
SUPPLIERS = (
    ("Heron Power", LARGE, ["IS", "GS"], ""),
    ("Brackenhall Energy", LARGE, ["IS", "GS"], "Ruth Aldous"),
    ("Tidewater Supply", LARGE, ["IS", "GS"], "Callum Reid"),
    ("Osprey Gas", LARGE, ["GS"], "Priya Nair"),
    ("Kittiwake Energy", LARGE, ["IS", "GS", "ES"], "Jonas Lind"),
    ("Fernlight Energy", SMALL, ["IS", "GS"], ""),
    ("Copperbeck Electric", SMALL, ["IS"], "Sian Morgan"),
    ("Hollin Green Power", SMALL, ["IS", "ES"], "Farah Aziz"),
    ("Millrace Utilities", SMALL, ["IS", "GS"], "Ewan Laidlaw"),
    ("Saltmarsh Community Energy", SMALL, ["IS"], "Bridget Doyle"),
    (NO_MAIL, SMALL, ["IS", "GS"], "Hamish Orr"),
    ("Wharfside Heat and Light", SMALL, ["IS", "GS"], "Amara Eze"),
)
Line = tuple[str, str, str, list[str], list[str]]  # name, kind, party category, user roles, regions
OTHERS: tuple[Line, ...] = (
    ("DCC", OrganisationKind.DCC, PartyCategory.DCC, [], []),
    ("CSP North", OrganisationKind.CSP, "", [], ["north"]),
    ("CSP Central and South", OrganisationKind.CSP, "", [], ["central", "south"]),
    ("Meterwrights", OrganisationKind.RSA, PartyCategory.OTHER, ["RSA"], []),
    ("Gauge and Dial Services", OrganisationKind.RSA, PartyCategory.OTHER, ["RSA"], []),
    ("Pennine Wires", OrganisationKind.NETWORK, PartyCategory.ELECTRICITY_NETWORK, ["ED"], []),
    ("Lowland Gas Networks", OrganisationKind.NETWORK, PartyCategory.GAS_NETWORK, ["GT"], []),
    ("SECAS", OrganisationKind.SECAS, "", [], []),
    ("The Authority", OrganisationKind.AUTHORITY, "", [], []),
    ("Household Voice", OrganisationKind.CONSUMER_BODY, PartyCategory.CONSUMER, [], []),
    ("Portal operations", OrganisationKind.OPERATOR, "", [], []),
)
STAFF = (
    ("Gauge and Dial Services", "Trevor Nunn-Hale", Role.RSA_USER),
    ("Pennine Wires", "Joanna Fell", Role.OBSERVER),
    ("Lowland Gas Networks", "Stuart Kerr", Role.OBSERVER),
    ("Household Voice", "Leila Haddad", Role.OBSERVER),
)
APPOINTMENTS = (
    ("Heron Power", "Meterwrights"),
    ("Fernlight Energy", "Meterwrights"),
    ("Copperbeck Electric", "Gauge and Dial Services"),
    ("Saltmarsh Community Energy", "Gauge and Dial Services"),
)
CHAIR, DEPUTY, MEMBER = Seat.Capacity.CHAIR, Seat.Capacity.DEPUTY, Seat.Capacity.MEMBER
Chair = tuple[str, str, str, str]  # account key or name, capacity, constituency, employer
PANEL: tuple[Chair, ...] = (
    ("panel_chair", CHAIR, "", ""),
    ("Deirdre Walsh", DEPUTY, "", ""),
    ("panel_member", MEMBER, LARGE, "Brackenhall Energy"),
    ("Imran Sheikh", MEMBER, LARGE, "Heron Power"),
    ("Bronwen Hughes", MEMBER, SMALL, "Hollin Green Power"),
    ("Lewis Tait", MEMBER, SMALL, "Wharfside Heat and Light"),
    ("Oluwaseun Bello", MEMBER, PartyCategory.ELECTRICITY_NETWORK, "Pennine Wires"),
    ("Fiona Carrick", MEMBER, PartyCategory.GAS_NETWORK, "Lowland Gas Networks"),
    ("Peter Langdale", MEMBER, PartyCategory.OTHER, ""),
    ("Nadia Petrenko", MEMBER, PartyCategory.OTHER, ""),
    ("George Ashworth", MEMBER, PartyCategory.CONSUMER, "Household Voice"),
    ("Mei Lin Chua", MEMBER, PartyCategory.CONSUMER, ""),
)
ALTERNATES = (("Sunita Rao", "panel_member"), ("Martin Sorley", "Fiona Carrick"))
OPERATIONS: tuple[Chair, ...] = (
    ("Deirdre Walsh", CHAIR, "", ""),
    ("Catriona Bell", MEMBER, LARGE, ""),
    ("Rhys Parry", MEMBER, SMALL, ""),
    ("Nadia Petrenko", MEMBER, PartyCategory.OTHER, ""),
    ("Mei Lin Chua", MEMBER, PartyCategory.CONSUMER, ""),
)
SECURITY: tuple[Chair, ...] = (
    ("Ingrid Solberg", CHAIR, "", ""),
    ("subcommittee_member", MEMBER, LARGE, ""),
    ("Daniel Okafor", MEMBER, SMALL, ""),
    ("Moira Strachan", MEMBER, PartyCategory.ELECTRICITY_NETWORK, ""),
)


@dataclass
class Players:
    """Everybody by name: organisations by theirs, people by account key or their own name."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    desks: dict[str, str] = field(default_factory=dict)  # a supplier's or agent's name to who acts for it
    panel: Committee = field(init=False)
    operations: Committee = field(init=False)
    security: Committee = field(init=False)

    def actor(self, who: str, at: datetime) -> Actor:
        """Return somebody, or who acts for an organisation, as an actor who has just given a password."""
        user = self.users[self.desks.get(who, who)]
        return replace(actor_for(user, at=at), proved_at=timezone.now())


def assemble(at: datetime) -> Players:
    """Create organisations, accounts, appointments and committees at portal time ``at``; return them."""
    players = Players()
    suppliers: list[Line] = [
        (name, OrganisationKind.SUPPLIER, category, roles, []) for name, category, roles, _ in SUPPLIERS
    ]
    for line in (*OTHERS, *suppliers):
        _organisation(players, line, at)
    _accounts(players, at)
    for name, _, _, who in SUPPLIERS:
        if who:
            _employ(players, name, who, Role.SUPPLIER_USER, at)
    for name, who, role in STAFF:
        _employ(players, name, who, role, at)
    for supplier, agent in APPOINTMENTS:
        verbs.appoint_rsa(players.organisations[supplier], players.organisations[agent], by=SEEDER, at=at)
    _committees(players, at)
    return players


def _organisation(players: Players, line: Line, at: datetime) -> None:
    name, kind, category, roles, regions = line
    address = "" if name == NO_MAIL else f"notices@{_domain(name)}"
    players.organisations[name] = verbs.create_organisation(
        name=name,
        kind=kind,
        party_category=category,
        user_roles=roles,
        regions=regions,
        notice_address=address,
        by=SEEDER,
        at=at,
    )


def _domain(name: str) -> str:
    return f"{name.lower().replace(' ', '-')}.example"


def _accounts(players: Players, at: datetime) -> None:
    for account in ACCOUNTS:
        user = User.objects.create_user(account.email, PASSWORD, name=account.name)
        players.users[account.key] = user
        for role in account.roles:
            verbs.add_membership(players.organisations[account.organisation], user, role=role, by=SEEDER, at=at)
        players.desks.setdefault(account.organisation, account.key)
    rsa = players.users["rsa"]  # also works for a supplier, to show the switch of organisation
    second = at + timedelta(minutes=5)  # the older membership is the one acted for first
    verbs.add_membership(
        players.organisations["Millrace Utilities"], rsa, role=Role.SUPPLIER_USER, by=SEEDER, at=second
    )


def _employ(players: Players, organisation: str, name: str, role: Role, at: datetime) -> None:
    user = _person(players, name, _domain(organisation))
    verbs.add_membership(players.organisations[organisation], user, role=role, by=SEEDER, at=at)
    players.desks[organisation] = name


def _person(players: Players, name: str, domain: str) -> User:
    """Return the person of this name, made on first mention."""
    if name not in players.users:
        address = f"{name.lower().replace(' ', '.')}@{domain}"
        players.users[name] = User.objects.create_user(address, PASSWORD, name=name)
    return players.users[name]


def _committees(players: Players, at: datetime) -> None:
    players.panel = _committee(players, "Panel", CommitteeKind.PANEL, PANEL, at)
    players.operations = _committee(players, "Operations Sub-Committee", CommitteeKind.SUB_COMMITTEE, OPERATIONS, at)
    players.security = _committee(players, "Security Sub-Committee", CommitteeKind.SECURITY_SUB_COMMITTEE, SECURITY, at)
    for name, member in ALTERNATES:
        seat = Seat.objects.get(committee=players.panel, user=players.users[member])
        verbs.seat_member(
            players.panel,
            _person(players, name, "panel.example"),
            capacity=Seat.Capacity.ALTERNATE,
            constituency=seat.constituency,
            alternate_for=seat,
            ends_at=at + TERM,
            by=SEEDER,
            at=at,
        )


def _committee(players: Players, name: str, kind: str, chairs: tuple[Chair, ...], at: datetime) -> Committee:
    committee = verbs.create_committee(name=name, kind=kind, by=SEEDER, at=at)
    for who, capacity, constituency, employer in chairs:
        verbs.seat_member(
            committee,
            _person(players, who, "panel.example"),
            capacity=capacity,
            constituency=constituency,
            organisation=players.organisations[employer] if employer else None,
            ends_at=at + TERM,
            by=SEEDER,
            at=at,
        )
    held = Counter(name for _, capacity, name, _ in chairs if capacity == MEMBER and name)
    return verbs.set_places(committee, held, by=SEEDER, at=at)
