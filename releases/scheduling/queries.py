"""What a person may see of exercises, and the reads behind pages, API and the solver."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from portal.people.models import Organisation
from portal.people.permissions import Permission
from portal.workflow.actor import Actor
from portal.workflow.history import came_into_state
from portal.working_days import london_day
from releases.products.models import Cell, ValidityPeriod
from releases.products.queries import validity_by_version
from releases.publishing import queries as publishing
from releases.publishing.classification import acts_for
from releases.publishing.models import Classification, Release
from releases.publishing.scope import affected_cells
from releases.publishing.states import ENDED_EARLY
from releases.publishing.terms import Approach
from releases.scheduling.frames import Frame
from releases.scheduling.models import Draft, Exercise, FirmNight, Group, Party, Statement
from releases.scheduling.problem import Placement, Schedule
from releases.scheduling.states import UNDER_WAY, DraftState, ExerciseState

Shares = dict[int, Counter[str]]


def visible_to(actor: Actor) -> QuerySet[Exercise]:
    """Return the exercises this actor may know of: on releases it may read, and those in which it has homes.

    The release of an exercise is a draft, which is DCC's alone: its parties learn what the exercise says of it, as far
    as the release's classification lets them.
    """
    found = Exercise.objects.select_related("release")
    if actor.is_system or actor.has(Permission.MANAGE_RELEASES):
        return found
    if not actor.has(Permission.READ_PORTAL):
        return found.none()
    own = Party.objects.filter(exercise=OuterRef("pk"), organisation__in=acts_for(actor))
    named = Release.readers.through.objects.filter(release_id=OuterRef("release"), organisation_id__in=acts_for(actor))
    open_to_all = Q(release__classification__in=(Classification.WHITE, Classification.GREEN))
    fits = open_to_all | Q(release__classification=Classification.AMBER) & Q(Exists(named))
    return found.filter(Q(Exists(own)) & fits | Q(release__in=publishing.visible_to(actor).values("pk")))


def listed(actor: Actor, chosen: Mapping[str, Any]) -> QuerySet[Exercise]:
    """Return the visible exercises that fit the filters, the newest first."""
    found = visible_to(actor)
    if chosen.get("state"):
        found = found.filter(state=chosen["state"])
    if chosen.get("release"):
        found = found.filter(release__reference__iexact=chosen["release"])
    return found


def on_release(release: Release, actor: Actor) -> QuerySet[Exercise]:
    """Return the visible exercises of a release, the newest first."""
    return visible_to(actor).filter(release=release)


def parties(exercise: Exercise) -> QuerySet[Party]:
    """Return who is asked, by name."""
    return exercise.parties.select_related("organisation").order_by("organisation__name", "pk")


def statements(exercise: Exercise) -> dict[int, Statement]:
    """Return what is stated, by organisation; what was taken back is left out."""
    rows = exercise.statements.filter(left_at=None).select_related("organisation")
    return {one.organisation_id: one for one in rows}


def own_parties(exercise: Exercise, actor: Actor) -> QuerySet[Party]:
    """Return the parties of an exercise for which the actor states."""
    return parties(exercise).filter(organisation__in=actor.suppliers)


def statement_of(exercise: Exercise, organisation: Organisation) -> Statement | None:
    """Return what an organisation stated, also where it took it back."""
    return exercise.statements.filter(organisation=organisation).first()


def silent(exercise: Exercise) -> QuerySet[Organisation]:
    """Return the organisations that are asked and have stated nothing, by name."""
    asked = exercise.parties.values("organisation")
    spoken = exercise.statements.filter(left_at=None).values("organisation")
    return Organisation.objects.filter(pk__in=asked).exclude(pk__in=spoken).order_by("name")


def homes_by_region(release: Release, regions: Collection[str]) -> dict[str, int]:
    """Return the homes of a release in these regions, each counted once."""
    cells = affected_cells(release).filter(region__in=regions).order_by()
    found = dict(cells.values_list("region").annotate(sum=Sum("homes")))
    return {region: found.get(region, 0) for region in regions}


def homes_by_party(release: Release, regions: Collection[str]) -> Shares:
    """Return the homes of each supplier by region; a home of two suppliers counts for each."""
    found: Shares = {}
    axes = ("region", "electricity_supplier", "gas_supplier")
    cells = affected_cells(release).filter(region__in=regions).order_by().values_list(*axes)
    for region, electricity, gas, homes in cells.annotate(sum=Sum("homes")):
        for supplier in {electricity, gas} - {None}:
            found.setdefault(supplier, Counter())[region] += homes
    return {supplier: shares for supplier, shares in found.items() if shares.total()}


def valid_to(release: Release) -> date | None:
    """Return the last day on which the release's firmware may be activated, None where no end is set.

    Rule: the target's maintenance period and GBCS applicability cover the activation (Gates).
    """
    rows = validity_by_version()
    chts, gbcs = rows.get(("CHTS", release.chts)), rows.get(("GBCS", release.gbcs))
    ends = [row.maintenance_to for row in (chts, gbcs) if row is not None]
    ends += [gbcs.applicability_to] if gbcs is not None else []
    return min((day for day in ends if day is not None), default=None)


def groups_of(exercise: Exercise) -> list[Group]:
    """Return the homes of an exercise in groups alike to a schedule, numbered; nothing is written.

    Rule: homes leave an old version before its maintenance period ends, where a night of the horizon still lets them.
    """
    frame, periods = exercise.frame, validity_by_version()
    counted: Counter[tuple[str, tuple[int, ...], date]] = Counter()
    axes = ("region", "electricity_supplier", "gas_supplier", "firmware__chts", "firmware__gbcs")
    cells = affected_cells(exercise.release).filter(region__in=exercise.capacity).order_by().values_list(*axes)
    for region, electricity, gas, chts, gbcs, homes in cells.annotate(sum=Sum("homes")):
        suppliers = tuple(sorted({electricity, gas} - {None}))
        valid = (periods.get(("CHTS", chts)), periods.get(("GBCS", gbcs)))
        counted[region, suppliers, _latest(frame, valid)] += homes
    rows = sorted((key, homes) for key, homes in counted.items() if homes)
    return [
        Group(
            exercise=exercise,
            number=number,
            region=region,
            suppliers=list(suppliers),
            earliest=frame.begins,
            latest=latest,
            homes=homes,
        )
        for number, ((region, suppliers, latest), homes) in enumerate(rows, start=1)
    ]


def _latest(frame: Frame, rows: Iterable[ValidityPeriod | None]) -> date:
    ends = [row.maintenance_to for row in rows if row is not None and row.maintenance_to is not None]
    deadline = min(ends, default=frame.ends)
    nights = frame.nights()
    return deadline if nights and nights[0] <= deadline <= frame.ends else frame.ends


def to_close(at: datetime) -> QuerySet[Exercise]:
    """Return the exercises whose time to state is over."""
    return Exercise.objects.filter(state=ExerciseState.OPEN, closes_at__lte=at).order_by("closes_at", "pk")


def to_remind(at: datetime) -> QuerySet[Exercise]:
    """Return the exercises whose silent parties are to be reminded."""
    found = Exercise.objects.filter(state=ExerciseState.OPEN, reminded_at=None, remind_at__lte=at)
    return found.filter(closes_at__gt=at).order_by("remind_at", "pk")


def set_aside() -> QuerySet[Exercise]:
    """Return the exercises whose release has ended early or takes another approach, and those whose dates are not firm
    any more, because what they rested on has changed."""
    not_over = Q(state__in=[*UNDER_WAY, ExerciseState.CONFIRMED])
    ended, other = Q(release__state__in=ENDED_EARLY), ~Q(release__approach=Approach.SCHEDULING)
    lapsed = Q(state=ExerciseState.CONFIRMED, release__schedule_confirmed_at=None)
    return Exercise.objects.filter(not_over & (ended | other) | lapsed).select_related("release").order_by("pk")


def own_exercises(actor: Actor) -> QuerySet[Exercise]:
    """Return the visible exercises in which the actor states for somebody."""
    own = Party.objects.filter(exercise=OuterRef("pk"), organisation__in=actor.suppliers)
    return visible_to(actor).filter(Exists(own))


def silent_parties(actor: Actor, at: datetime) -> QuerySet[Party]:
    """Return the parties the actor states for, that have stated nothing in an open exercise; the first due first."""
    spoken = Statement.objects.filter(
        exercise=OuterRef("exercise"), organisation=OuterRef("organisation"), left_at=None
    )
    asked = visible_to(actor).filter(state=ExerciseState.OPEN, closes_at__gt=at).order_by()
    found = Party.objects.filter(exercise__in=asked.values("pk"), organisation__in=actor.suppliers)
    found = found.exclude(Exists(spoken)).select_related("exercise__release", "organisation")
    return found.order_by("exercise__closes_at", "organisation__name", "pk")


def statements_for(exercise: Exercise, actor: Actor) -> QuerySet[Statement]:
    """Return the statements the actor may read: all for DCC, for others those of the parties they act for."""
    found = exercise.statements.select_related("organisation")
    if actor.has(Permission.MANAGE_RELEASES):
        return found
    return found.filter(organisation__in=actor.suppliers)


def firm_nights(exercise: Exercise, suppliers: Collection[int] | None = None) -> list[tuple[date, str, int]]:
    """Return night, region and homes in order: of these suppliers, a home of two counted once; None for all."""
    rows = FirmNight.objects.filter(group__exercise=exercise)
    if suppliers is not None:
        rows = rows.filter(group__suppliers__overlap=list(suppliers))
    found = rows.order_by("night", "group__region").values_list("night", "group__region")
    return [(night, region, homes) for night, region, homes in found.annotate(sum=Sum("homes"))]


def firm_load(since: date) -> dict[str, dict[date, int]]:
    """Return by region the homes of each firm night from a day on, in order: of all releases, as their dates stand."""
    rows = FirmNight.objects.filter(group__exercise__state=ExerciseState.CONFIRMED, night__gte=since)
    found: dict[str, dict[date, int]] = {}
    axes = ("group__region", "night")
    for region, night, homes in rows.order_by(*axes).values_list(*axes).annotate(sum=Sum("homes")):
        found.setdefault(region, {})[night] = homes
    return found


def schedule_of(exercise: Exercise) -> Schedule:
    """Return the confirmed schedule as the solver writes it."""
    rows = FirmNight.objects.filter(group__exercise=exercise).order_by("group__number", "night")
    placed = rows.values_list("group__number", "night", "homes")
    return tuple(Placement(number - 1, night, homes) for number, night, homes in placed)


def dated_nights(actor: Actor, start: datetime, end: datetime) -> QuerySet[FirmNight]:
    """Return the firm nights between two moments: all for DCC, for others those of the parties they act for.

    One row for each exercise and night, with ``sum``, its homes.
    """
    days = (london_day(start), london_day(end))
    rows = FirmNight.objects.filter(group__exercise__in=visible_to(actor).values("pk"), night__range=days)
    if not actor.has(Permission.MANAGE_RELEASES):
        rows = rows.filter(group__suppliers__overlap=list(actor.suppliers))
    return rows


def given_up() -> dict[int, datetime]:
    """Return when the firm dates of each exercise ended (by its id): with a re-run, or with its release."""
    rows = Exercise.objects.filter(confirmed_at__isnull=False).exclude(state=ExerciseState.CONFIRMED)
    return dict(rows.annotate(ended=came_into_state(Exercise)).values_list("pk", "ended"))


def drafts_visible_to(actor: Actor) -> QuerySet[Draft]:
    """Return the draft schedules that an actor may know of: they are DCC's until one is confirmed."""
    found = Draft.objects.select_related("exercise__release")
    if actor.is_system or actor.has(Permission.MANAGE_RELEASES):
        return found
    return found.none()


def drafts_of(exercise: Exercise, actor: Actor) -> list[Draft]:
    """Return the drafts of an exercise that are not discarded, without what they were made from."""
    found = drafts_visible_to(actor).filter(exercise=exercise).exclude(state=DraftState.DISCARDED)
    return list(found.defer("problem", "rows").order_by("number"))


def confirmed(release: Release) -> Exercise | None:
    """Return the exercise whose dates are firm on a release now."""
    return release.exercises.filter(state=ExerciseState.CONFIRMED).first()


def homes_by_night(exercise: Exercise) -> dict[date, int]:
    """Return the homes of each firm night, in order."""
    rows = FirmNight.objects.filter(group__exercise=exercise).order_by("night").values_list("night")
    return dict(rows.annotate(sum=Sum("homes")))


def group_of_cells(exercise: Exercise, cells: Iterable[Cell]) -> dict[int, int]:
    """Return the group (its number) in which the homes of each cell were counted, by the cell's number.

    A cell that has none by its last day is of the first group of its region and suppliers.
    """
    frame, periods = exercise.frame, validity_by_version()
    numbers: dict[tuple[str, tuple[int, ...], date | None], int] = {}
    for one in exercise.groups.order_by("number"):
        numbers[one.region, tuple(one.suppliers), one.latest] = one.number
        numbers.setdefault((one.region, tuple(one.suppliers), None), one.number)
    found: dict[int, int] = {}
    for cell in cells:
        pair = {cell.electricity_supplier_id, cell.gas_supplier_id or cell.electricity_supplier_id}
        suppliers = tuple(sorted(pair))
        rows = (periods.get(("CHTS", cell.firmware.chts)), periods.get(("GBCS", cell.firmware.gbcs)))
        for latest in (_latest(frame, rows), None):
            if (cell.region, suppliers, latest) in numbers:
                found.setdefault(cell.number, numbers[cell.region, suppliers, latest])
    return found
