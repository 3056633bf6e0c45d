"""What a release reaches: the cells it updates and the organisations to be served notice of it."""

from django.db.models import Q, QuerySet

from portal.people.models import Organisation, OrganisationKind
from releases.products.models import Cell
from releases.publishing.models import Classification, Release

_NEVER_SERVED = (OrganisationKind.DCC, OrganisationKind.CSP, OrganisationKind.OPERATOR)


def affected_cells(release: Release) -> QuerySet[Cell]:
    """Return the cells whose hubs the release would update.

    They are of its hub models and run a permitted from-version, or anything but the target where none is named.
    """
    cells = Cell.objects.filter(combination__hub_model__in=release.hub_models.all())
    permitted = list(release.from_versions.values_list("pk", flat=True))
    if permitted:
        return cells.filter(firmware__in=permitted)
    return cells.exclude(firmware__version=release.firmware_version)


def responsible_suppliers(release: Release) -> set[int]:
    """Return the ids of the responsible suppliers of the hubs the release would update."""
    pairs = affected_cells(release).order_by().values_list("electricity_supplier", "gas_supplier").distinct()
    return {supplier for pair in pairs for supplier in pair if supplier is not None}


def recipients(release: Release) -> QuerySet[Organisation]:
    """Return the organisations to be served notice, by name.

    Rule: every supplier, other DCC User and RSA (Notice). An Amber release reaches the named ones, and whoever
    became responsible for its hubs since.
    """
    users = Q(kind__in=(OrganisationKind.SUPPLIER, OrganisationKind.RSA)) | ~Q(user_roles=[])
    found = Organisation.objects.filter(users, is_active=True).exclude(kind__in=_NEVER_SERVED)
    if release.classification == Classification.AMBER:
        found = found.filter(Q(pk__in=release.readers.all()) | Q(pk__in=responsible_suppliers(release)))
    return found.order_by("name")
