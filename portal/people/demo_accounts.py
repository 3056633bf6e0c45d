"""The accounts of the demonstration, one per kind of actor: for the seed, the start-up message and the sign-in page.

Used only where ``settings.DEMO`` is true. Organisations are invented except the roles DCC, SECAS and Panel.
"""

from dataclasses import dataclass

from portal.people.models import Role

PASSWORD = "amber kettle north hub"  # noqa: S105  # shown to everybody, in the demonstration only


@dataclass(frozen=True)
class DemoAccount:
    """Who can be tried out. ``organisation`` is a name in the seeded world; ``seat`` is what is held on a committee."""

    key: str
    title: str
    name: str
    email: str
    organisation: str
    roles: tuple[Role, ...]
    seat: str = ""


ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(
        "release_manager",
        "DCC release manager",
        "Rhona Baird",
        "release.manager@dcc.example",
        "DCC",
        (Role.RELEASE_MANAGER, Role.ORGANISATION_MANAGER),
    ),
    DemoAccount(
        "second_release_manager",
        "Second DCC release manager",
        "Tomos Pryce",
        "second.manager@dcc.example",
        "DCC",
        (Role.RELEASE_MANAGER,),
    ),
    DemoAccount(
        "csp_north",
        "CSP operator, North",
        "Isla Munro",
        "operator@csp-north.example",
        "CSP North",
        (Role.CSP_OPERATOR,),
    ),
    DemoAccount(
        "csp_central_south",
        "CSP operator, Central and South",
        "Dev Kapoor",
        "operator@csp-south.example",
        "CSP Central and South",
        (Role.CSP_OPERATOR,),
    ),
    DemoAccount(
        "large_supplier",
        "Large supplier",
        "Grace Adeyemi",
        "firmware@heronpower.example",
        "Heron Power",
        (Role.SUPPLIER_USER, Role.ORGANISATION_MANAGER),
    ),
    DemoAccount(
        "small_supplier",
        "Small supplier",
        "Piotr Nowak",
        "ops@fernlight.example",
        "Fernlight Energy",
        (Role.SUPPLIER_USER, Role.ORGANISATION_MANAGER),
    ),
    DemoAccount(
        "rsa",
        "Registered Supplier Agent",
        "Colm Byrne",
        "field@meterwrights.example",
        "Meterwrights",
        (Role.RSA_USER, Role.ORGANISATION_MANAGER),
    ),
    DemoAccount(
        "secretary",
        "SECAS secretary",
        "Harriet Lowe",
        "secretary@secas.example",
        "SECAS",
        (Role.SECRETARY,),
    ),
    DemoAccount(
        "panel_chair",
        "Panel Chair",
        "Margaret Osei",
        "chair@panel.example",
        "",
        (),
        seat="chair",
    ),
    DemoAccount(
        "panel_member",
        "Panel member (large suppliers)",
        "Alan Whitfield",
        "large.seat@panel.example",
        "",
        (),
        seat="member",
    ),
    DemoAccount(
        "subcommittee_member",
        "Sub-Committee member",
        "Yasmin Rahman",
        "security.seat@panel.example",
        "",
        (),
        seat="member",
    ),
    DemoAccount(
        "observer",
        "Observer (the Authority)",
        "Owen Clarke",
        "observer@authority.example",
        "The Authority",
        (Role.OBSERVER,),
    ),
    DemoAccount(
        "administrator",
        "Administrator",
        "Site Administrator",
        "admin@portal.example",
        "Portal operations",
        (Role.ADMINISTRATOR,),
    ),
)
BY_KEY: dict[str, DemoAccount] = {account.key: account for account in ACCOUNTS}
