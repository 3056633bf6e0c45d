"""Releases ready to roll out to real hub rows, and a rollout taken through its life without a broker."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from devices.copying import copy_into, microseconds
from devices.fleet.models import Hub, SmiStatus
from devices.rollouts import verbs
from devices.rollouts.models import ActivationBlock, Batch, Rollout
from devices.rollouts.planning import WaveSpec
from devices.rollouts.states import HubState
from devices.rollouts.verdicts import Thresholds
from portal.workflow.actor import system
from releases.gates import verbs as gates
from releases.products.models import Cell, ValidityPeriod
from releases.publishing import scope
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState
from tests.factories.releases import Catalogue, make_announced, make_catalogue
from tests.factories.world import World, make_world

ENGINE = system("Rollout engine")
DEPLOYMENT_DAY = datetime(2017, 1, 18, 10, tzinfo=UTC)
ACTIVATION_DAY = datetime(2017, 1, 31, 10, tzinfo=UTC)
QUICK = verbs.Plan(
    waves=(WaveSpec(hubs=60), WaveSpec(share=1.0)),
    thresholds=Thresholds(limit=0.10, minimum=20, confidence=0.95),
    retry_seconds=0,
    soak_seconds=0,
    seed=1,
)


def make_hubs(*, factor: int = 1) -> int:
    """Give every cell the hubs it counts, times `factor`; return how many."""
    cells = list(Cell.objects.order_by("number"))
    for cell in cells:
        cell.homes *= factor
        cell.save(update_fields=["homes"])
    number = np.repeat([cell.number for cell in cells], [cell.homes for cell in cells]).astype(np.int32)
    version = np.repeat([cell.firmware_id for cell in cells], [cell.homes for cell in cells]).astype(np.int64)
    ids = np.arange(1, len(number) + 1, dtype=np.int64)
    return copy_into(
        Hub._meta.db_table,
        {
            "id": ids,
            "eui64": ids * 2,
            "cell": number,
            "smi_status": np.full(len(ids), SmiStatus.COMMISSIONED, dtype=np.int16),
            "inventory_version_id": version,
            "read_version_id": version,
            "read_at": np.full(len(ids), microseconds(DEPLOYMENT_DAY - timedelta(days=30)), dtype=np.int64),
        },
    )


def make_served(world: World, catalogue: Catalogue, **changes) -> Release:
    """An announced Urgent release of which everybody has been served notice at once."""
    for specification, version in (("CHTS", "1.1"), ("GBCS", "3.2")):
        ValidityPeriod.objects.create(specification=specification, version=version, installation_from=date(2016, 1, 1))
    release = make_announced(world, catalogue, **changes)
    for organisation in scope.recipients(release):
        publishing.serve_by_other_means(release, organisation, why="By hand.", by=world.actor("manager"), at=world.at)
    return release


@dataclass
class Road:
    """A rollout on its way: the people who run it, the time, and the machine turned by hand."""

    world: World
    rollout: Rollout
    at: datetime = DEPLOYMENT_DAY

    @property
    def manager(self):
        return self.world.actor("manager", at=self.at)

    @property
    def second(self):
        return self.world.actor("second_manager", at=self.at)

    def fresh(self) -> Rollout:
        """The rollout as it stands."""
        self.rollout = Rollout.objects.select_related("release").get(pk=self.rollout.pk)
        return self.rollout

    def approve(self) -> Rollout:
        return verbs.approve(self.rollout, by=self.second, at=self.at)

    def start(self) -> Rollout:
        self.approve()
        verbs.start(self.fresh(), by=self.manager, at=self.at)
        return self.fresh()

    def clear(self) -> None:
        """Let activation day come and the gates clear the release."""
        self.at = max(self.at, ACTIVATION_DAY)
        release = self.fresh().release
        if release.state == ReleaseState.NOTIFIED:
            gates.clear(release, by=system("Gate keeper"), at=self.at)

    def activate(self) -> Rollout:
        self.clear()
        verbs.start_activation(self.fresh(), by=self.manager, at=self.at)
        return self.fresh()

    def turn(self) -> int:
        """Do everything that is due once; return how many batches moved."""
        verbs.advance(self.fresh(), by=ENGINE, at=self.at)
        return self.step()

    def step(self) -> int:
        """Take every batch that is due one step on; return how many moved."""
        due = Batch.objects.filter(rollout=self.rollout, due_at__lte=self.at).order_by("phase", "number")
        return sum(verbs.step(batch, phase, at=self.at) for batch, phase in due.values_list("pk", "phase"))

    def run(self, *, rounds: int = 200) -> Rollout:
        """Turn the machine until nothing moves any more."""
        for _ in range(rounds):
            before = self.fresh().state
            if not self.turn() and self.fresh().state == before:
                return self.rollout
        raise AssertionError(f"still moving after {rounds} rounds")

    def deploy(self) -> Rollout:
        self.start()
        return self.run()

    def finish(self) -> Rollout:
        """Take it from approval to the end."""
        self.deploy()
        self.activate()
        return self.run()


def make_road(world: World, release: Release, *, plan: verbs.Plan = QUICK, **changes) -> Road:
    """A planned and prepared rollout."""
    chosen = replace(plan, **changes)
    rollout = verbs.plan(release, chosen, by=world.actor("manager", at=DEPLOYMENT_DAY), at=DEPLOYMENT_DAY)
    return Road(world, verbs.prepare(rollout, by=ENGINE, at=DEPLOYMENT_DAY))


def make_started(*, factor: int, **changes: object) -> Road:
    """A rollout over 350 x factor hubs, started at the present time."""
    world = make_world()
    call_command("ensure_defaults", verbosity=0)
    catalogue = make_catalogue(world)
    make_hubs(factor=factor)
    road = make_road(world, make_served(world, catalogue), **changes)
    road.at = timezone.now()
    road.start()
    return road


def hubs_by_state(rollout: Rollout) -> dict[HubState, int]:
    """Counted from the hub rows."""
    return _grouped("SELECT state, count(*) FROM rollouts_hubupdate WHERE rollout_id = %s GROUP BY state", rollout.pk)


def last_events_by_state(rollout: Rollout) -> dict[HubState, int]:
    """Counted from each hub's last event by time (at one moment, a frozen clock: the one written last); without any
    it is scheduled."""
    return _grouped(
        """
        SELECT coalesce(e.state, 0), count(*) FROM rollouts_hubupdate u LEFT JOIN (
            SELECT DISTINCT ON (slot) slot, state FROM rollouts_hubupdateevent WHERE rollout_id = %s
            ORDER BY slot, at DESC, ctid DESC) e USING (slot)
        WHERE u.rollout_id = %s GROUP BY 1
        """,
        rollout.pk,
        rollout.pk,
    )


def batch_counts_by_state(rollout: Rollout) -> dict[HubState, int]:
    """Summed from the batches' own counts."""
    totals = np.zeros(len(HubState), dtype=int)
    for counts in Batch.objects.filter(rollout=rollout).values_list("counts", flat=True):
        totals += np.array(counts).reshape(-1, len(HubState)).sum(axis=0)
    return {state: int(totals[state]) for state in HubState if totals[state]}


def assert_counts_agree(rollout: Rollout) -> dict[HubState, int]:
    """Hubs by state = last event by hub = batch counts, and the activated are those of the blocks; return them."""
    hubs = hubs_by_state(rollout)
    assert hubs == last_events_by_state(rollout) == batch_counts_by_state(rollout)
    noted = ActivationBlock.objects.filter(rollout=rollout).aggregate(total=Sum("hubs"))["total"]
    assert hubs.get(HubState.ACTIVATED, 0) == (noted or 0)
    assert sum(hubs.values()) == rollout.hubs
    return hubs


def _grouped(query: str, *parameters: int) -> dict[HubState, int]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return {HubState(state): count for state, count in cursor.fetchall()}
