"""A small world for tests, made with the same verbs as the real one: who exists, and each of them as an actor."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from portal.people import verbs
from portal.people.actors import actor_for
from portal.people.models import (
    Appointment,
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

START = datetime(2017, 1, 9, 12, 0, tzinfo=UTC)  # a Monday, noon
PASSWORD = "correct horse battery"
SEED = system("seed", channel=Channel.COMMAND)

ORGANISATIONS: dict[str, tuple[str, OrganisationKind, str, list[str], list[str]]] = {
    "dcc": ("DCC", OrganisationKind.DCC, PartyCategory.DCC, [], []),
    "csp_north": ("CSP North", OrganisationKind.CSP, "", [], ["north"]),
    "csp_south": ("CSP Central and South", OrganisationKind.CSP, "", [], ["central", "south"]),
    "heron": ("Heron Power", OrganisationKind.SUPPLIER, PartyCategory.LARGE_SUPPLIER, ["IS", "GS"], []),
    "fernlight": ("Fernlight Energy", OrganisationKind.SUPPLIER, PartyCategory.SMALL_SUPPLIER, ["IS"], []),
    "osprey": ("Osprey Gas", OrganisationKind.SUPPLIER, PartyCategory.LARGE_SUPPLIER, ["GS"], []),
    "meterwrights": ("Meterwrights", OrganisationKind.RSA, PartyCategory.OTHER, ["RSA"], []),
    "secas": ("SECAS", OrganisationKind.SECAS, "", [], []),
    "authority": ("The Authority", OrganisationKind.AUTHORITY, "", [], []),
    "operator": ("Portal operations", OrganisationKind.OPERATOR, "", [], []),
}
PEOPLE: dict[str, tuple[str, Role]] = {
    "manager": ("dcc", Role.RELEASE_MANAGER),
    "second_manager": ("dcc", Role.RELEASE_MANAGER),
    "csp_north": ("csp_north", Role.CSP_OPERATOR),
    "csp_south": ("csp_south", Role.CSP_OPERATOR),
    "supplier": ("heron", Role.SUPPLIER_USER),
    "supplier_lead": ("heron", Role.ORGANISATION_MANAGER),
    "small_supplier": ("fernlight", Role.SUPPLIER_USER),
    "other_supplier": ("osprey", Role.SUPPLIER_USER),
    "rsa": ("meterwrights", Role.RSA_USER),
    "secretary": ("secas", Role.SECRETARY),
    "observer": ("authority", Role.OBSERVER),
    "administrator": ("operator", Role.ADMINISTRATOR),
}
SEATS = ("chair", "deputy", "member", "second_member", "third_member")


@dataclass
class World:
    """Everybody by a short name. ``at`` is the portal time at which it was made."""

    at: datetime
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    panel: Committee = field(init=False)
    security: Committee = field(init=False)
    appointment: Appointment = field(init=False)
    seats: dict[str, Seat] = field(default_factory=dict)

    def actor(self, who: str, *, at: datetime | None = None, channel: Channel = Channel.PAGE) -> Actor:
        """Return somebody as an actor, afresh."""
        return actor_for(self.users[who], at=at or self.at, channel=channel)

    def organisation(self, name: str) -> Organisation:
        return self.organisations[name]


def make_world(at: datetime = START) -> World:
    """Make and return the world at portal time ``at``."""
    world = World(at)
    for key, (name, kind, category, user_roles, regions) in ORGANISATIONS.items():
        world.organisations[key] = verbs.create_organisation(
            name=name,
            kind=kind,
            party_category=category,
            user_roles=user_roles,
            regions=regions,
            notice_address=f"notices@{key.replace('_', '-')}.example",
            by=SEED,
            at=at,
        )
    for key, (organisation, role) in PEOPLE.items():
        user = _user(world, key)
        verbs.add_membership(world.organisations[organisation], user, role=role, by=SEED, at=at)
    world.appointment = verbs.appoint_rsa(
        world.organisations["heron"], world.organisations["meterwrights"], by=SEED, at=at
    )
    _committees(world)
    return world


def _user(world: World, key: str) -> User:
    name = key.replace("_", " ").title()
    world.users[key] = User.objects.create_user(f"{key}@portal.example", PASSWORD, name=name)
    return world.users[key]


def _committees(world: World) -> None:
    world.panel = verbs.create_committee(name="Panel", kind=CommitteeKind.PANEL, by=SEED, at=world.at)
    world.security = verbs.create_committee(
        name="Security Sub-Committee", kind=CommitteeKind.SECURITY_SUB_COMMITTEE, by=SEED, at=world.at
    )
    for key in (*SEATS, "security_member"):
        _user(world, key)
    for key in SEATS:
        capacity = key if key in Seat.Capacity.values else Seat.Capacity.MEMBER
        world.seats[key] = verbs.seat_member(
            world.panel,
            world.users[key],
            capacity=capacity,
            constituency=PartyCategory.LARGE_SUPPLIER if capacity == Seat.Capacity.MEMBER else "",
            by=SEED,
            at=world.at,
        )
    _user(world, "alternate")
    world.seats["alternate"] = verbs.seat_member(
        world.panel,
        world.users["alternate"],
        capacity=Seat.Capacity.ALTERNATE,
        alternate_for=world.seats["member"],
        by=SEED,
        at=world.at,
    )
    world.seats["security_member"] = verbs.seat_member(
        world.security, world.users["security_member"], capacity=Seat.Capacity.MEMBER, by=SEED, at=world.at
    )
