"""The alerts a person may read: each hub that activated, once for each supplier responsible for its home.

They are read from the engine's blocks of activated hubs, in the order given to these, and from the fixed vectors of
their batches; suppliers are those of the cell in which a hub stood when it activated, whoever supplies its home since.
A reader's own right is asked each time.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from django.core.cache import cache
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from numpy.typing import NDArray

from devices.alerts.models import Position, Webhook
from devices.alerts.reading import Cursor, Told
from devices.fleet.models import Hub, eui64_text
from devices.fleet.queries import visible_cells
from devices.rollouts.models import MovedHome, Rollout
from portal.people.models import Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor, Channel
from portal.working_days import LONDON, end_of, london_day, start_of
from releases.products.models import Cell

BLOCKS_AT_ONCE = 8
MOST_TURNS = 25
DAYS_SHOWN = 20
TALLIES_KEPT_SECONDS = 3600
_OF_ROLLOUTS = ("reference", "release__reference", "release__title", "release__firmware_version")


class _Block(NamedTuple):
    number: int
    rollout: int
    at: datetime
    activated: bytes
    hubs: NDArray[np.uint32]
    cells: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Alert:
    """A supplier's alert that a hub for which it is responsible runs a new version."""

    place: Cursor
    at: datetime
    chf: str
    rollout: Rollout
    supplier: Organisation
    fuels: tuple[str, ...]

    @property
    def version(self) -> str:
        """The firmware version activated."""
        return self.rollout.release.firmware_version


@dataclass(frozen=True, slots=True)
class Page:
    """Alerts in order, where reading goes on, and whether there may be more by now."""

    rows: list[Alert]
    following: Cursor
    more: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day's activations in one rollout: the hubs one is told of, and the alerts (two where suppliers differ)."""

    day: date
    rollout: Rollout
    hubs: int
    alerts: int


def page(actor: Actor, start: Cursor, size: int) -> Page:
    """Return so many alerts from a place on: read on from `following`, everything comes exactly once.

    A page ends early, with more to come, where little of what many batches did concerns the reader.
    """
    told, cursor = _told(actor), start
    found: list[tuple[_Block, int]] = []
    for _ in range(MOST_TURNS):
        blocks = list(_blocks(Position.objects.filter(number__gte=cursor.block)))
        for block in blocks:
            places = told.places(block.activated, block.cells)
            own = places[places >= cursor.place][: size - len(found) + 1]
            if len(found) + len(own) > size:
                found += [(block, int(place)) for place in own[:-1]]
                return Page(_alerts(told, found), Cursor(block.number, int(own[-1])), True)
            found += [(block, int(place)) for place in own]
            cursor = Cursor(block.number + 1)
        if len(blocks) < BLOCKS_AT_ONCE:
            return Page(_alerts(told, found), cursor, False)
    return Page(_alerts(told, found), cursor, True)


def newest(actor: Actor, size: int) -> list[Alert]:
    """Return the latest alerts, the last first."""
    told, before = _told(actor), Q()
    found: list[tuple[_Block, int]] = []
    for _ in range(MOST_TURNS):
        blocks = list(_blocks(Position.objects.filter(before).order_by("-number")))
        for block in blocks:
            own = told.places(block.activated, block.cells)[::-1][: size - len(found)]
            found += [(block, int(place)) for place in own]
        if len(found) == size or len(blocks) < BLOCKS_AT_ONCE:
            break
        before = Q(number__lt=blocks[-1].number)
    return _alerts(told, found)


def of_day(actor: Actor, day: date) -> Iterator[Alert]:
    """Yield every alert of a day in order, block by block: no long transaction keeps the engine from its pages."""
    told = _told(actor)
    for block in _every_block(_on(day)):
        yield from _alerts(told, [(block, int(place)) for place in told.places(block.activated, block.cells)])


def days(actor: Actor, *, day: date | None = None) -> list[Day]:
    """Return the newest days with their alerts by rollout, or one day; those that tell the reader nothing left out."""
    told = _told(actor)
    rows = (
        Position.objects.filter(_on(day) if day else Q())
        .order_by()
        .values("block__rollout", day=TruncDate("block__at", tzinfo=LONDON))
        .annotate(total=Sum("block__hubs"))
        .order_by("-day", "-block__rollout")
    )
    chosen = [(row["day"], row["block__rollout"]) for row in (rows if day else rows[:DAYS_SHOWN])]
    tallies, rollouts = _tallies(chosen), _rollouts({rollout for _, rollout in chosen})
    counted = [Day(on, rollouts[rollout], *told.count(tallies[on, rollout])) for on, rollout in chosen]
    return [one for one in counted if one.alerts]


def reader(supplier: Organisation) -> Actor:
    """Return the portal as it reads on behalf of a supplier's own system."""
    return Actor(
        f"Webhook of {supplier}", Channel.TASK, organisation_id=supplier.pk, suppliers=frozenset({supplier.pk})
    )


def days_to_sum(after: date, before: date) -> list[date]:
    """Return the days between two, neither included, on which a hub activated."""
    rows = Position.objects.filter(block__at__gte=end_of(after), block__at__lt=start_of(before)).order_by()
    return sorted(rows.values_list(TruncDate("block__at", tzinfo=LONDON), flat=True).distinct())


def by_supplier(day: date) -> list[tuple[Organisation, list[Day]]]:
    """Return each supplier with a hub that activated on a day, by name, and its hubs by rollout."""
    rollouts = _rollouts(
        Position.objects.filter(_on(day)).order_by().values_list("block__rollout", flat=True).distinct()
    )
    tallies = _tallies([(day, rollout) for rollout in rollouts])
    hubs: Counter[tuple[int, int]] = Counter()
    for number, *pair in Cell.objects.order_by().values_list("number", "electricity_supplier_id", "gas_supplier_id"):
        for (_, rollout), tally in tallies.items():
            if number < len(tally) and tally[number]:
                hubs.update({(who, rollout): int(tally[number]) for who in {*pair} - {None}})
    found: dict[int, list[Day]] = {}
    for (who, rollout), count in sorted(hubs.items()):
        found.setdefault(who, []).append(Day(day, rollouts[rollout], count, count))
    return [(supplier, found[supplier.pk]) for supplier in Organisation.objects.filter(pk__in=found).order_by("name")]


def webhook_of(actor: Actor) -> Webhook | None:
    """Return the webhook of the actor's own organisation."""
    return Webhook.objects.filter(organisation=actor.organisation_id or 0).select_related("organisation").first()


def due_webhooks(real: datetime) -> list[int]:
    """Return the webhooks that may be called at a moment of real time, the longest due first."""
    rows = Webhook.objects.filter(is_dead=False, next_attempt_at__lte=real).order_by("next_attempt_at", "pk")
    return list(rows.values_list("pk", flat=True))


def _tallies(chosen: list[tuple[date, int]]) -> dict[tuple[date, int], NDArray[np.int64]]:
    """Return the hubs by cell number of days and rollouts.

    What was summed is kept, with the place up to which it was, and only what came since is read: nothing comes before.
    It holds nothing of a user.
    """
    keys = {place: "activated-{}-{}".format(*place) for place in chosen}
    kept = cache.get_many(keys.values())
    found: dict[tuple[date, int], tuple[int, NDArray[np.int64]]] = {
        place: kept.get(key, (0, np.zeros(1, np.int64))) for place, key in keys.items()
    }
    condition = Q(pk=None)
    for (day, rollout), (last, _) in found.items():
        condition |= _on(day) & Q(block__rollout=rollout, number__gt=last)
    for block in _every_block(condition):
        place = london_day(block.at), block.rollout
        found[place] = block.number, _sum(found[place][1], block)
    cache.set_many({keys[place]: value for place, value in found.items()}, TALLIES_KEPT_SECONDS)
    return {place: tally for place, (_, tally) in found.items()}


def _sum(total: NDArray[np.int64], block: _Block) -> NDArray[np.int64]:
    bits = np.unpackbits(np.frombuffer(block.activated, np.uint8), count=len(block.cells))
    counts = np.bincount(block.cells[bits == 1], minlength=len(total))
    counts[: len(total)] += total
    return counts


def _told(actor: Actor) -> Told:
    """Rule: suppliers read their own alerts, agents those of who appointed them today, a CSP its region's, DCC all."""
    cells = Cell.objects.filter(visible_cells(actor)).order_by()
    rows = cells.values_list("number", "electricity_supplier_id", "gas_supplier_id")
    reads_all = actor.has(Permission.MANAGE_ROLLOUTS) or actor.has(Permission.PACE_ROLLOUTS)
    return Told.of(rows, None if reads_all else actor.suppliers)


def _on(day: date) -> Q:
    return Q(block__at__gte=start_of(day), block__at__lt=end_of(day))


def _every_block(condition: Q) -> Iterator[_Block]:
    last: int | None = 0
    while last is not None:
        rows = list(_blocks(Position.objects.filter(condition, number__gt=last)))
        yield from rows
        last = rows[-1].number if len(rows) == BLOCKS_AT_ONCE else None


def _blocks(rows: QuerySet[Position]) -> Iterator[_Block]:
    """Read some blocks with the fixed vectors of their batches."""
    names = ("rollout_id", "at", "activated", "batch_id", "batch__low", "batch__hubs", "batch__cells")
    read = list(rows.values_list("number", *(f"block__{name}" for name in names))[:BLOCKS_AT_ONCE])
    moved = _moved_since({row[4] for row in read})
    for number, rollout, at, activated, batch, low, hubs, vector in read:
        cells = np.frombuffer(vector, np.uint32).copy()
        for slot, was in moved[batch]:
            cells[slot - low] = was
        yield _Block(number, rollout, at, bytes(activated), np.frombuffer(hubs, np.uint32), cells)


def _moved_since(batches: Collection[int]) -> defaultdict[int, list[tuple[int, int]]]:
    """Return by batch the slots whose hub changed its cell after it had activated, with the cell it left, newest first.

    Read after the vectors: what changes in between says only what they say.
    """
    found = defaultdict(list)
    rows = MovedHome.objects.filter(batch__in=batches, had_activated=True).order_by("-pk")
    for batch, slot, was in rows.values_list("batch_id", "slot", "was"):
        found[batch].append((slot, was))
    return found


def _alerts(told: Told, found: list[tuple[_Block, int]]) -> list[Alert]:
    """Say the alerts at these places in words: three queries, however many."""
    numbers = [int(block.hubs[place // 2]) for block, place in found]
    eui64 = dict(Hub.objects.filter(pk__in=set(numbers)).values_list("pk", "eui64"))
    cells = [int(block.cells[place // 2]) for block, place in found]
    named = [told.supplier(place, cell) for (_, place), cell in zip(found, cells, strict=True)]
    suppliers = Organisation.objects.in_bulk(set(named))
    rollouts = _rollouts({block.rollout for block, _ in found})
    return [
        Alert(
            Cursor(block.number, place),
            block.at,
            eui64_text(eui64[hub]),
            rollouts[block.rollout],
            suppliers[supplier],
            told.fuels(place, cell),
        )
        for (block, place), hub, cell, supplier in zip(found, numbers, cells, named, strict=True)
    ]


def _rollouts(numbers: Iterable[int]) -> dict[int, Rollout]:
    return Rollout.objects.select_related("release").only(*_OF_ROLLOUTS).in_bulk(list(numbers))
