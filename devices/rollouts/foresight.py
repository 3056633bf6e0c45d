"""What a plan would do, before it is made: read only, by the same rules that plan, pace and gate it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from devices.fleet.places import REGIONS
from devices.gateway import Stage
from devices.rollouts import firm, forecast
from devices.rollouts.forecast import ByRegion, Run
from devices.rollouts.models import Rollout
from devices.rollouts.planning import quotas
from devices.rollouts.plans import Plan
from devices.rollouts.states import OVER
from portal.workflow.actor import Actor
from releases.gates.queries import cells_of, reasons
from releases.gates.release_wide import Facts
from releases.holds.queries import in_force
from releases.holds.queries import visible_to as visible_holds
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.products.models import Cell, FirmwareVersion
from releases.products.queries import validity_by_version
from releases.products.validity import words as day_words
from releases.publishing.models import Release
from releases.publishing.scope import affected_cells
from releases.scheduling import queries as scheduling


@dataclass(frozen=True, slots=True)
class Share:
    """So many hubs, and why they wait or are left out; `hold` is the reference of the hold behind it, if any."""

    hubs: int
    why: str
    hold: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a rollout would reach today: what waits behind a gate, and what it leaves out for good, with the reason."""

    hubs: int
    homes: int
    suppliers: int
    by_region: dict[str, int]
    held: int
    waiting: list[Share]
    excluded: list[Share]


def reach(release: Release, actor: Actor, at: datetime) -> Reach:
    """Return what a rollout of this release would reach today, and which of its models' hubs it would not."""
    cells = affected_cells(release)
    reached = cohorts.counts(cells)
    totals = by_region(release)
    homes = dict(cells.values_list("number", "homes"))
    facts, rows = Facts(release, at), cells_of(release)
    gates = [reasons(facts, stage.word, rows) for stage in Stage]
    held = _homes(homes, gates[0].held | gates[1].held)
    return Reach(
        hubs=reached.hubs,
        homes=reached.homes,
        suppliers=reached.suppliers,
        by_region={str(region.label): totals[region.value] for region in REGIONS},
        held=held,
        waiting=[
            *_holds(release, actor, homes, at),
            *_counted(_homes(homes, gates[1].disputed), "an objection closes the gate to their activation"),
            *_counted(_homes(homes, gates[0].unserved), "a responsible supplier has not been served notice"),
            *_counted(_homes(homes, gates[1].in_notice), "a responsible supplier's notice of activation still runs"),
        ],
        excluded=list(_excluded(release)),
    )


def by_region(release: Release) -> dict[str, int]:
    """Return the hubs a release would update by region, in fixed order."""
    rows = affected_cells(release).order_by().values_list("region").annotate(total=Sum("homes"))
    totals = dict(rows)
    return {region.value: totals.get(region.value, 0) for region in REGIONS}


def _homes(homes: dict[int, int], cells: Iterable[int]) -> int:
    chosen = frozenset(cells)
    return sum(count for number, count in homes.items() if number in chosen)


def _counted(hubs: int, why: str) -> Iterator[Share]:
    if hubs:
        yield Share(hubs, why)


def _holds(release: Release, actor: Actor, homes: dict[int, int], at: datetime) -> Iterator[Share]:
    """Yield each hold in force that stops hubs of the release; holds may overlap."""
    seen = visible_holds(actor).filter(pk__in=in_force(at, release=release).values("pk")).order_by("pk")
    for hold in seen:
        hubs = _homes(homes, cohorts.cells(Cohort.of(hold)).values_list("number", flat=True))
        if hubs:
            yield Share(hubs, f"held from {hold.get_stage_display().lower()}: {hold.cause_words}", hold.reference)


def _excluded(release: Release) -> Iterator[Share]:
    rows = Cell.objects.filter(combination__hub_model__in=release.hub_models.all(), homes__gt=0)
    others = rows.exclude(pk__in=affected_cells(release).values("pk"))
    counted = others.order_by().values_list("firmware").annotate(total=Sum("homes"))
    versions = FirmwareVersion.objects.select_related("hub_model").in_bulk([pk for pk, _ in counted])
    for pk, hubs in sorted(counted, key=lambda row: str(versions[row[0]])):
        version = versions[pk]
        runs_it = version.version == release.firmware_version
        yield Share(hubs, f"{version}: " + ("runs the version already" if runs_it else "no permitted from-version"))


@dataclass(frozen=True, slots=True)
class WavePlan:
    """One wave of a plan: its hubs by region, and when it would run in each programme."""

    number: int
    by_region: ByRegion
    deployment: Run
    activation: Run

    @property
    def hubs(self) -> int:
        """How many hubs it holds."""
        return sum(self.by_region)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A validity date that the plan would pass, for how many hubs, and whether that forbids the plan."""

    hubs: int
    words: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Foresight:
    """When a plan would run, if nothing stops it, the validity dates it would pass, the firm nights for which a stated
    capacity is too small, and the rollouts of other releases that ask the same hubs."""

    waves: list[WavePlan]
    nights: dict[str, int]
    deployed_by: datetime | None
    finished_by: datetime | None
    deadlines: list[Deadline]
    is_dated: bool
    short: list[firm.Short]
    elsewhere: list[str]

    @property
    def is_refused(self) -> bool:
        """Whether a validity date forbids the plan."""
        return any(one.blocks for one in self.deadlines)

    @property
    def mend(self) -> str:
        """What to do about a plan that is refused."""
        if self.is_dated:
            return "choose a quicker pace, or ask silent hubs less often; the firm nights stay."
        return "plan larger or fewer waves, or agree on more hubs a night."


def foresee(release: Release, chosen: Plan, at: datetime) -> Foresight:
    """Return the waves, nights and dates of a plan made now, with the deadlines it would pass.

    Where the release has firm nights these are the waves, whatever was chosen.
    """
    totals, exercise = by_region(release), scheduling.confirmed(release)
    dated = firm.by_night(exercise) if exercise else {}
    waves = list(dated.values()) or [list(wave.values()) for wave in quotas(totals, chosen.waves)]
    planned = firm.deploys_from(exercise, release) if exercise else release.planned_deployment_at
    start = max(at, planned or at)
    deployment = forecast.programme(waves, chosen.pace(Stage.DEPLOYMENT), start)
    deployed_by = deployment[-1].ends_at if deployment else start
    activation = [Run() for _ in waves]
    if dated:
        activation = forecast.dated(dated, chosen.pace(Stage.ACTIVATION))
    elif deployed_by is not None:
        begins = max(deployed_by, release.planned_activation_at or deployed_by)
        activation = forecast.programme(waves, chosen.pace(Stage.ACTIVATION), begins)
    runs = zip(waves, deployment, activation, strict=True)
    late = firm.late(dated, activation, deployed_by)
    return Foresight(
        waves=[WavePlan(number, *one) for number, one in enumerate(runs, start=1)],
        nights={"deployment": forecast.nights(deployment), "activation": forecast.nights(activation)},
        deployed_by=deployed_by,
        finished_by=activation[-1].ends_at if activation else None,
        deadlines=[
            *([Deadline(sum(map(sum, waves)), late, True)] if late else []),
            *(_deadlines(release, _asked(waves, activation), activation, totals) if waves else ()),
        ],
        is_dated=bool(dated),
        short=firm.short(dated, activation, chosen.pace(Stage.ACTIVATION)) if dated else [],
        elsewhere=_elsewhere(release),
    )


def _elsewhere(release: Release) -> list[str]:
    """Return a sentence on each rollout of another release that is not over and has hubs of the same models."""
    rows = Rollout.objects.filter(release__hub_models__in=release.hub_models.all()).exclude(release=release)
    return [
        f"Rollout {row} of {row.release}, to version {row.release.firmware_version}, is not over and has hubs of the "
        "same models. Those that wait in it would be asked by both: let it end, or stop it, before this one starts."
        for row in rows.exclude(state__in=OVER).select_related("release").order_by("pk").distinct()
    ]


def _asked(waves: Sequence[ByRegion], activation: Sequence[Run]) -> list[ByRegion]:
    """Return the waves without the hubs that their firm night has no room for."""
    pairs = zip(waves, activation, strict=True)
    return [[hubs - left for hubs, left in zip(wave, run.left or [0] * len(wave), strict=True)] for wave, run in pairs]


def _deadlines(
    release: Release, waves: Sequence[ByRegion], activation: Sequence[Run], totals: dict[str, int]
) -> Iterator[Deadline]:
    """Yield the dates passed. Rule (Gates): the target's maintenance and applicability cover every activation, a closed
    installation period only warns, and the end of the old version's maintenance is a deadline shown, never a block."""
    periods = validity_by_version()
    for specification, version in (("CHTS", release.chts), ("GBCS", release.gbcs)):
        row = periods.get((specification, version))
        if row is None:
            continue  # the gate says so, and stays shut
        yield from _passed(waves, activation, row.maintenance_to, f"the maintenance period of {row}", blocks=True)
        yield from _passed(waves, activation, row.installation_to, f"the installation period of {row}", blocks=False)
        if specification == "GBCS":
            yield from _passed(waves, activation, row.applicability_to, f"the applicability of {row}", blocks=True)
    for old, homes in _old_versions(release).items():
        ends = [periods[pair].maintenance_to for pair in old.specifications if pair in periods]
        if last := min((day for day in ends if day is not None), default=None):
            late = forecast.after(activation, waves, last)
            shares = (
                hubs * homes.get(region, 0) / (totals[region] or 1) for region, hubs in zip(totals, late, strict=True)
            )
            if hubs := round(sum(shares)):
                why = f"still run {old} when its maintenance ends on {day_words(last)}: move them before."
                yield Deadline(hubs, f"About {hubs:,} hubs would {why}", False)


def _passed(
    waves: Sequence[ByRegion], activation: Sequence[Run], last: date | None, what: str, *, blocks: bool
) -> Iterator[Deadline]:
    hubs = sum(forecast.after(activation, waves, last)) if last else 0
    if last and hubs:
        yield Deadline(hubs, f"{hubs:,} hubs would be activated after {what} ends on {day_words(last)}.", blocks)


def _old_versions(release: Release) -> dict[FirmwareVersion, dict[str, int]]:
    """Return the versions that the hubs of a release run now, with their hubs by region."""
    counted = affected_cells(release).order_by().values_list("firmware", "region").annotate(total=Sum("homes"))
    versions = FirmwareVersion.objects.select_related("hub_model").in_bulk([pk for pk, _, _ in counted])
    found: dict[FirmwareVersion, dict[str, int]] = {}
    for pk, region, hubs in sorted(counted):
        found.setdefault(versions[pk], {})[region] = hubs
    return found
