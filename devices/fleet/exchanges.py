"""What the exchange of one meter makes of a device combination; combinations that are new with it are listed."""

from collections import defaultdict

from devices.fleet import catalogue
from releases.products.models import DeviceCombination, DeviceModel, Smets

_PARTS = ("hub_model_id", "esme_id", "gsme_id", "display_id", "smets")


def exchanges() -> dict[int, list[int]]:
    """Return for each combination those with one of its meters exchanged for the model fitted today.

    SMETS1 meters are replaced by their like: one meter of the second generation would not join the first's network.
    """
    fitted = dict(DeviceModel.objects.filter(name__in=catalogue.FITTED_TODAY).values_list("type", "pk"))
    rows = list(DeviceCombination.objects.filter(smets=Smets.TWO).order_by("pk").values_list("pk", *_PARTS))
    known = {tuple(parts): pk for pk, *parts in rows}
    wanted = defaultdict(list)
    for pk, hub_model, esme, gsme, display, smets in rows:
        if (meter := fitted.get("ESME", esme)) != esme:
            wanted[pk].append((hub_model, meter, gsme, display, smets))
        if gsme is not None and (meter := fitted.get("GSME", gsme)) != gsme:
            wanted[pk].append((hub_model, esme, meter, display, smets))
    new = {parts for several in wanted.values() for parts in several} - known.keys()
    made = DeviceCombination.objects.bulk_create(
        DeviceCombination(**dict(zip(_PARTS, parts, strict=True))) for parts in sorted(new, key=str)
    )
    known |= {tuple(getattr(row, name) for name in _PARTS): row.pk for row in made}
    return {pk: [known[parts] for parts in several] for pk, several in wanted.items()}
