"""What a person may see of the product lists, and the reads behind the API."""

from django.db.models import QuerySet

from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from releases.products.cohorts import supplied_by
from releases.products.models import Cell, DeviceCombination, FirmwareVersion, HubModel, ValidityPeriod


def hub_models(actor: Actor) -> QuerySet[HubModel]:
    """Return the hub models, for whoever may read the portal."""
    return HubModel.objects.all() if actor.has(Permission.READ_PORTAL) else HubModel.objects.none()


def versions(actor: Actor) -> QuerySet[FirmwareVersion]:
    """Return the Central Products List, for whoever may read the portal."""
    rows = FirmwareVersion.objects.select_related("hub_model")
    return rows if actor.has(Permission.READ_PORTAL) else rows.none()


def validity(actor: Actor) -> QuerySet[ValidityPeriod]:
    """Return the validity rows, for whoever may read the portal."""
    rows = ValidityPeriod.objects.order_by("specification", "version")
    return rows if actor.has(Permission.READ_PORTAL) else rows.none()


def combinations(actor: Actor) -> QuerySet[DeviceCombination]:
    """Return the combinations of the Deployed Products List, for whoever may read the portal."""
    rows = DeviceCombination.objects.select_related("hub_model", "esme", "gsme", "display").order_by("pk")
    return rows if actor.has(Permission.READ_PORTAL) else rows.none()


def cells(actor: Actor) -> QuerySet[Cell]:
    """Return the cells whose counts the actor may know: all for DCC, for others those of their suppliers."""
    rows = Cell.objects.select_related("electricity_supplier", "gas_supplier").order_by("number")
    if actor.has(Permission.MANAGE_RELEASES):
        return rows
    return rows.filter(supplied_by(actor.suppliers))
