"""What a release reaches: the cells it updates and the organisations to be served notice of it."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from portal.people.models import Organisation, OrganisationKind
from releases.products.cohorts import supplied_by
from releases.products.models import Cell, Region
from releases.publishing.models import Classification, Notice, NoticeShare, Release

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


def homes_of_suppliers(release: Release) -> Counter[tuple[int, str, int]]:
    """Return the homes the release concerns by (responsible supplier, region, hub model).

    A home with two suppliers counts for each of them; with one for both fuels once.
    """
    axes = ("electricity_supplier", "gas_supplier", "region", "combination__hub_model")
    found: Counter[tuple[int, str, int]] = Counter()
    for electricity, gas, region, model, homes in (
        affected_cells(release).order_by().values_list(*axes).annotate(sum=Sum("homes"))
    ):
        for supplier in {electricity, gas} - {None}:
            found[supplier, region, model] += homes
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """Homes of one's own that a release concerns, in one region and of one hub model."""

    region: str
    hub_model: str
    homes: int


def own_shares(release: Release, suppliers: Collection[int]) -> list[Share]:
    """Return the homes of these suppliers by region and hub model as they are now, each home counted once."""
    if not suppliers:
        return []
    cells = affected_cells(release).filter(supplied_by(suppliers)).order_by("region", "combination__hub_model__name")
    rows = cells.values_list("region", "combination__hub_model__name").annotate(sum=Sum("homes"))
    return [Share(str(Region(region).label), model, homes) for region, model, homes in rows if homes]


def keep_shares(notice: Notice, organisations: Iterable[Organisation]) -> None:
    """Write down which homes of these organisations the notice concerns, as proof of what it told them."""
    chosen = {one.pk for one in organisations}
    NoticeShare.objects.bulk_create(
        (
            NoticeShare(notice=notice, organisation_id=supplier, region=region, hub_model_id=model, homes=homes)
            for (supplier, region, model), homes in sorted(homes_of_suppliers(notice.release).items())
            if supplier in chosen and homes
        ),
        ignore_conflicts=True,
    )


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
