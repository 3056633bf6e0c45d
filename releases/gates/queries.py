"""The only answer to "may this image be deployed or activated on this cell now"."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from releases.ballots.models import Objection
from releases.gates import answers, release_wide
from releases.gates.conditions import Condition, Gate, Standing, holds
from releases.gates.release_wide import Facts
from releases.holds.models import Stage
from releases.holds.queries import held_cells
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.publishing import dates
from releases.publishing.models import Release
from releases.publishing.queries import served_suppliers
from releases.publishing.scope import affected_cells, responsible_suppliers
from releases.publishing.terms import Approach

CellRow = tuple[int, int, int | None, int]  # number, electricity supplier, gas supplier, homes


@dataclass(frozen=True)
class Reasons:
    """Why each closed cell of a release is closed: sets of cell numbers by cause, and when notice opens them."""

    unserved: frozenset[int]
    in_notice: dict[int, datetime]
    held: frozenset[int]
    disputed: frozenset[int]

    def closed(self) -> frozenset[int]:
        """Return every closed cell."""
        return self.unserved | frozenset(self.in_notice) | self.held | self.disputed


def cells_of(release: Release) -> list[CellRow]:
    """Return the cells a release concerns: its hub models on its permitted from-versions."""
    return list(affected_cells(release).values_list("number", "electricity_supplier", "gas_supplier", "homes"))


def open_cells(release: Release, stage: str, cells: Collection[int], at: datetime) -> frozenset[int]:
    """Return which of these cell numbers are open for the stage ("deployment" or "activation") at ``at``.

    Asked by every batch inside its transaction, after the barrier. Empty when a release-wide condition fails.
    Rule: hubs in closed cells are left where they are, the others move (Gates).
    """
    look_up = partial(_open_cells, release.pk, stage, at)
    return answers.remembered("open", release.pk, stage, at, look_up).intersection(cells)


def _open_cells(number: int, stage: str, at: datetime) -> frozenset[int]:
    release = Release.objects.select_related("image", "urgency_class").get(pk=number)  # as it stands now
    facts = Facts(release, at)
    if not holds(release_wide.conditions(facts, stage)):
        return frozenset()
    rows = cells_of(release)
    return frozenset(row[0] for row in rows) - reasons(facts, stage, rows).closed()


def shut_by_people(release: Release, stage: str, at: datetime) -> tuple[frozenset[int], frozenset[int]]:
    """Return the cells that holds stop and those that objections limited to a cohort stop."""
    return answers.remembered("shut", release.pk, stage, at, partial(_shut_by_people, release.pk, stage, at))


def _shut_by_people(number: int, stage: str, at: datetime) -> tuple[frozenset[int], frozenset[int]]:
    release = Release.objects.get(pk=number)
    disputed = _disputed(Facts(release, at).objections) if stage == Stage.ACTIVATION else frozenset()
    return held_cells(stage, at, release=release), disputed


def reasons(facts: Facts, stage: str, rows: Iterable[CellRow]) -> Reasons:
    """Return why cells among these are closed: notice by supplier, holds, objections limited to a cohort."""
    release, at = facts.release, facts.at
    opens = opening_by_supplier(release, stage)
    unserved: set[int] = set()
    in_notice: dict[int, datetime] = {}
    for number, electricity, gas, _ in rows:
        moments = [opens.get(supplier) for supplier in {electricity, gas} if supplier is not None]
        latest = max((moment for moment in moments if moment is not None), default=at)
        if None in moments:
            unserved.add(number)
        elif latest > at:
            in_notice[number] = latest
    disputed = _disputed(facts.objections) if stage == Stage.ACTIVATION else frozenset()
    return Reasons(frozenset(unserved), in_notice, held_cells(stage, at, release=release), disputed)


def opening_by_supplier(release: Release, stage: str) -> dict[int, datetime | None]:
    """Return for each served supplier when its own notice is over."""
    terms, approach, waived = release.terms, Approach(release.approach), release.notice_waived_at is not None
    confirmed = release.planned_deployment_at if release.schedule_confirmed_at else None
    served = served_suppliers(release)
    if stage == Stage.DEPLOYMENT:
        return {who: dates.deployment_notice_over(terms, approach, when, confirmed) for who, when in served.items()}
    return {who: dates.activation_notice_over(terms, when, waived=waived) for who, when in served.items()}


def notice_over(release: Release, stage: str, at: datetime) -> datetime | None:
    """Return when the notice of the last responsible supplier served so far is over; None when none still runs."""
    responsible = responsible_suppliers(release)
    opens = opening_by_supplier(release, stage).items()
    running = [moment for who, moment in opens if who in responsible and moment is not None and moment > at]
    return max(running, default=None)


def _disputed(objections: Iterable[Objection]) -> frozenset[int]:
    limited = (Cohort.of(objection) for objection in objections if objection.is_limited)
    return frozenset(cohorts.union(limited).values_list("number", flat=True))


def gates(release: Release, at: datetime) -> dict[Stage, Gate]:
    """Return both gates for a page, deployment first."""
    facts, rows = Facts(release, at), cells_of(release)
    return {stage: _gate(facts, stage, rows) for stage in (Stage.DEPLOYMENT, Stage.ACTIVATION)}


def gate(release: Release, stage: str, at: datetime) -> Gate:
    """Return one gate: its release-wide conditions, then what each cell still waits for, in homes."""
    return _gate(Facts(release, at), stage, cells_of(release))


def _gate(facts: Facts, stage: str, rows: list[CellRow]) -> Gate:
    homes = {row[0]: row[3] for row in rows}
    why = reasons(facts, stage, rows)
    wide = release_wide.conditions(facts, stage)
    closed = why.closed()
    open_homes = sum(count for number, count in homes.items() if number not in closed) if holds(wide) else 0
    return Gate(wide, tuple(_by_cell(why, homes, stage)), open_homes, sum(homes.values()))


def _by_cell(why: Reasons, homes: dict[int, int], stage: str) -> Iterable[Condition]:
    total = sum(homes.values())
    yield _counted("Notice served on the responsible suppliers", why.unserved, homes, total, Standing.UNMET)
    opens_at = max(why.in_notice.values(), default=None)
    yield _counted(f"{stage.capitalize()} notice over", why.in_notice, homes, total, Standing.NOT_YET, opens_at)
    yield _counted(f"No {stage} hold", why.held, homes, total, Standing.UNMET)
    if stage == Stage.ACTIVATION:
        yield _counted("No objection limited to a cohort", why.disputed, homes, total, Standing.UNMET)


def _counted(
    title: str,
    closed: Iterable[int],
    homes: dict[int, int],
    total: int,
    standing: Standing,
    on: datetime | None = None,
) -> Condition:
    count = sum(homes.get(number, 0) for number in closed)
    if not count:
        return Condition(title, Standing.MET, f"Holds for all {total:,} homes.")
    if count < total:
        return Condition(title, Standing.NOTE, f"{count:,} of {total:,} homes wait; the others pass.", on)
    return Condition(title, standing, f"All {total:,} homes wait.", on)
