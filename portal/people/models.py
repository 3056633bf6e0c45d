"""Who everyone is.

Two axes, never merged: party category decides votes and seats; user role what may be asked of a hub.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from portal.workflow.transitions import Versioned


class PartyCategory(models.TextChoices):
    LARGE_SUPPLIER = "large_supplier", "Large Supplier"
    SMALL_SUPPLIER = "small_supplier", "Small Supplier"
    ELECTRICITY_NETWORK = "electricity_network", "Electricity Network"
    GAS_NETWORK = "gas_network", "Gas Network"
    OTHER = "other", "Other SEC Party"
    DCC = "dcc", "DCC"
    CONSUMER = "consumer", "Consumer"


class UserRole(models.TextChoices):
    """What a DCC User is in the Code, per organisation."""

    IS = "IS", "Import Supplier"
    ES = "ES", "Export Supplier"
    GS = "GS", "Gas Supplier"
    RSA = "RSA", "Registered Supplier Agent"
    ED = "ED", "Electricity Distributor"
    GT = "GT", "Gas Transporter"
    OU = "OU", "Other User"


class OrganisationKind(models.TextChoices):
    """What an organisation is to the portal."""

    DCC = "dcc", "DCC"
    CSP = "csp", "Communications Service Provider"
    SUPPLIER = "supplier", "Supplier"
    RSA = "rsa", "Registered Supplier Agent"
    NETWORK = "network", "Network party"
    OTHER_USER = "other_user", "Other DCC User"
    SECAS = "secas", "Code administrator (SECAS)"
    AUTHORITY = "authority", "Authority"
    CONSUMER_BODY = "consumer_body", "Consumer body"
    OPERATOR = "operator", "Portal operator"


class Role(models.TextChoices):
    """What a person does for an organisation. Committee functions come from seats, not from roles."""

    RELEASE_MANAGER = "release_manager", "DCC release manager"
    CSP_OPERATOR = "csp_operator", "CSP operator"
    SUPPLIER_USER = "supplier_user", "Supplier user"
    RSA_USER = "rsa_user", "RSA user"
    SECRETARY = "secretary", "SECAS secretary"
    OBSERVER = "observer", "Observer"
    ORGANISATION_MANAGER = "organisation_manager", "Organisation manager"
    ADMINISTRATOR = "administrator", "Administrator"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create and return a user who logs in by e-mail; without a password they must set one by link."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create and return an administrator of the site."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    def __str__(self) -> str:
        return self.name or self.email


class Organisation(Versioned):
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind)
    party_category = models.CharField(max_length=30, choices=PartyCategory, blank=True)
    user_roles = ArrayField(models.CharField(max_length=3, choices=UserRole), default=list, blank=True)
    regions = ArrayField(models.CharField(max_length=10), default=list, blank=True, help_text="A CSP's regions.")
    notice_address = models.EmailField(blank=True, help_text="Where statutory notices are sent.")
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_supplier(self) -> bool:
        """Whether it supplies electricity or gas."""
        return self.kind == OrganisationKind.SUPPLIER


def _on(day_from: str, day_to: str, at: datetime) -> Q:
    return Q(**{f"{day_from}__lte": at}) & (Q(**{f"{day_to}__isnull": True}) | Q(**{f"{day_to}__gt": at}))


class TermQuerySet(models.QuerySet[Any]):
    def current(self, at: datetime) -> "TermQuerySet":
        """Return the rows whose term covers portal time ``at``."""
        return self.filter(_on("starts_at", "ends_at", at))


class Term(Versioned):
    """A row that holds from ``starts_at`` until, but not at, ``ends_at`` (open while null)."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    objects = TermQuerySet.as_manager()

    class Meta:
        abstract = True


class Membership(Term):
    """What a person does for an organisation, and from when to when."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], condition=Q(ends_at=None), name="one_open_membership_a_role"
            ),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="membership_term"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation} · {self.get_role_display()}"


class Appointment(Term):
    """A supplier's appointment of a Registered Supplier Agent to act for it."""

    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agents")
    rsa = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="principals")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "rsa"], condition=Q(ends_at=None), name="one_open_appointment"),
            models.CheckConstraint(condition=~Q(supplier=F("rsa")), name="nobody_appoints_itself"),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="appointment_term"),
        ]

    def __str__(self) -> str:
        return f"{self.rsa} for {self.supplier}"


class CommitteeKind(models.TextChoices):
    PANEL = "panel", "Panel"
    SUB_COMMITTEE = "sub_committee", "Sub-Committee"
    SECURITY_SUB_COMMITTEE = "security_sub_committee", "Security Sub-Committee"


class Committee(Versioned):
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=30, choices=CommitteeKind)
    places = models.JSONField(
        default=dict, blank=True, help_text="Members it has by constituency; one left out has none of its own."
    )
    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.name


class Seat(Term):
    """A person's place on a committee: capacity, constituency, term; an alternate names whom they stand in for."""

    class Capacity(models.TextChoices):
        CHAIR = "chair", "Chair"
        DEPUTY = "deputy", "Deputy Chair"
        MEMBER = "member", "Member"
        ALTERNATE = "alternate", "Alternate"

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, help_text="The person's employer, if a party."
    )
    capacity = models.CharField(max_length=10, choices=Capacity)
    constituency = models.CharField(max_length=30, choices=PartyCategory, blank=True)
    alternate_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="alternates"
    )
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "user"], condition=Q(ends_at=None), name="one_open_seat_a_person"
            ),
            models.UniqueConstraint(
                fields=["committee"], condition=Q(ends_at=None, capacity="chair"), name="one_chair"
            ),
            models.CheckConstraint(
                condition=Q(capacity="alternate", alternate_for__isnull=False)
                | (~Q(capacity="alternate") & Q(alternate_for=None)),
                name="alternates_stand_in_for_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_capacity_display()})"


class ApiToken(models.Model):
    """A named, scoped, expiring key to the API; only its hash is stored.

    It acts for one organisation, or in the person's seat on one committee and for nobody else.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE)
    committee = models.ForeignKey(Committee, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    may_write = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, committee=None) | Q(organisation=None, committee__isnull=False),
                name="a_key_acts_for_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def acts_for(self) -> str:
        """The organisation or the committee it acts for."""
        return str(self.committee or self.organisation)


class SavedFilter(models.Model):
    """What a person asks of a list again and again, under a name of their own: an address, and nothing of its rows."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    page = models.CharField(max_length=60, help_text="The name of the list's address.")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1500, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="one_filter_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The list with this filter."""
        return f"{reverse(self.page)}?{self.query}"


class CalendarFeed(models.Model):
    """A named address at which a calendar program reads what one person may see; only its hash is stored.

    It acts for one organisation, or for none where the person only holds seats.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_feeds")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
