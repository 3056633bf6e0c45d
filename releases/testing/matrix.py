"""Coverage of a release read from the database: one statement weighs every combination and judges every pair."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db import connection

from portal.working_days import london_day
from releases.products.models import DeviceCombination
from releases.publishing.models import Release
from releases.testing import advice, queries
from releases.testing import coverage as figures
from releases.testing.coverage import Coverage, Report, Standing, Tested
from releases.testing.models import TestCase

# Each organisation's last word on each pair is the highest row; its outcome rides in the lowest two bits, so that
# grouping finds both and nothing is sorted. A sign (see figures.sign) is a place of the catalogue and a standing.
_TESTED = """
WITH word AS (
    SELECT r.combination_id, r.case_id,
           max(r.id * 4 + CASE r.outcome WHEN 'fail' THEN 2 WHEN 'pass' THEN 1 ELSE 0 END) & 3 AS said
    FROM testing_testresult r JOIN testing_testwindow w ON w.id = r.window_id
    WHERE w.release_id = %(release)s AND r.case_id = ANY(%(cases)s::bigint[])
    GROUP BY w.organisation_id, r.combination_id, r.case_id
), pair AS (
    SELECT combination_id, case_id, max(said) AS standing FROM word GROUP BY combination_id, case_id
), tested AS (
    SELECT combination_id,
           count(*) FILTER (WHERE standing = 1) AS covered,
           count(*) FILTER (WHERE standing = 2) AS failed,
           count(*) FILTER (WHERE standing = 0) AS blocked,
           string_agg(chr((252 + 4 * array_position(%(cases)s::bigint[], case_id) + standing)::int), '') AS signs
    FROM pair GROUP BY combination_id
), weight AS (
    SELECT c.combination_id, sum(c.homes) AS homes,
           sum(c.homes) FILTER (
               WHERE c.electricity_supplier_id = ANY(%(own)s::bigint[]) OR c.gas_supplier_id = ANY(%(own)s::bigint[])
           ) AS own
    FROM products_cell c JOIN products_devicecombination d ON d.id = c.combination_id
    WHERE d.hub_model_id = ANY(%(models)s::bigint[]) AND c.homes > 0
    GROUP BY c.combination_id
)
SELECT combination_id, homes::bigint, coalesce(own, 0)::bigint, coalesce(covered, 0), coalesce(failed, 0),
       coalesce(blocked, 0), coalesce(signs, '')
FROM weight LEFT JOIN tested USING (combination_id)
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A release's combinations as tested, weighted by all homes and by those of some suppliers."""

    cases: list[TestCase]
    everybody: list[Tested]
    own: list[Tested]

    @property
    def numbers(self) -> list[int]:
        """The numbers of the cases, in the order of the signs."""
        return [case.pk for case in self.cases]

    @property
    def all_homes(self) -> Coverage:
        """Coverage of all homes."""
        return figures.tally(self.everybody, self.numbers)

    @property
    def own_homes(self) -> Coverage:
        """Coverage of the homes of those suppliers."""
        return figures.tally(self.own, self.numbers)


def weigh(release: Release, suppliers: Iterable[int] = ()) -> Weighed:
    """Return the combinations of a release with their standings; three queries whatever their number.

    Results of everybody count, on editions in force.
    """
    cases = queries.cases()
    asked: dict[str, int | list[int]] = {
        "release": release.pk,
        "cases": [case.pk for case in cases],
        "own": list(suppliers),
        "models": list(release.hub_models.values_list("pk", flat=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TESTED, asked)
        rows = cursor.fetchall()
    everybody = [Tested(number, homes, *counts) for number, homes, _, *counts in rows]
    own = [Tested(number, homes, *counts) for number, _, homes, *counts in rows if homes]
    return Weighed(cases, everybody, own)


def coverage(release: Release, suppliers: Iterable[int] | None = None) -> Coverage:
    """Return how much of the homes is covered by user tests: at least one pass and no open fail.

    With `suppliers`, over their homes only; the results of everybody count all the same.
    """
    found = weigh(release, suppliers or ())
    return found.all_homes if suppliers is None else found.own_homes


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the matrix: a combination, its homes, its standing in each case, and homes x cases not covered."""

    combination: DeviceCombination
    homes: int
    covered: int
    gap: int
    standings: list[Standing]


def drawn(rows: list[Tested], cases: int) -> list[Line]:
    """Return lines of the matrix for these combinations; one query."""
    named = _named(row.combination for row in rows)
    return [
        Line(
            named[row.combination],
            row.homes,
            row.covered,
            row.gap(cases),
            figures.standings_of(row.signs, cases),
        )
        for row in rows
    ]


def _named(numbers: Iterable[int]) -> dict[int, DeviceCombination]:
    rows = DeviceCombination.objects.select_related("hub_model", "esme", "gsme", "display")
    return rows.in_bulk(list(numbers))


@dataclass(frozen=True, slots=True)
class Advised:
    """A combination to test next: what it would add, alone, in homes x cases and as a share of all of them."""

    combination: DeviceCombination
    homes: int
    open_cases: int
    gain: int


@dataclass(frozen=True, slots=True)
class Advice:
    """The best combinations for so many slots; homes x cases covered now and then, if every open case passes.

    `booked` combinations are left out: a window that covers them is booked.
    """

    rows: list[Advised]
    now: int
    then: int
    whole: int
    booked: int

    @property
    def before(self) -> Fraction:
        """The share covered now."""
        return figures.ratio(self.now, self.whole)

    @property
    def after(self) -> Fraction:
        """The share covered then."""
        return figures.ratio(self.then, self.whole)


def next_to_test(rows: list[Tested], cases: int, slots: int, *, besides: Collection[int] = ()) -> Advice:
    """Return what to test next among these combinations, besides those that a window is booked for; one query."""
    open_ones = (row for row in rows if row.combination not in besides)
    candidates = (advice.Candidate(row.combination, row.homes, cases - row.covered - row.failed) for row in open_ones)
    chosen = advice.best(candidates, slots)
    named = _named(one.combination for one in chosen)
    covered, whole = sum(row.homes * row.covered for row in rows), sum(row.homes for row in rows) * cases
    found = [Advised(named[one.combination], one.homes, one.open_cases, one.gain) for one in chosen]
    left_out = sum(row.combination in besides for row in rows)
    return Advice(found, covered, covered + sum(one.gain for one in chosen), whole, left_out)


def over_time(release: Release, at: datetime) -> list[tuple[date, Fraction]]:
    """Return the share covered at the end of each day from the announcement to the last result or today.

    Weighted by the homes of today, on editions in force.
    """
    if release.announced_at is None:
        return []
    found = weigh(release)
    said = queries.results_of(release).values_list(
        "window__organisation_id", "combination_id", "case_id", "outcome", "pk", "reported_at"
    )
    by_day: dict[date, list[Report]] = {}
    for organisation, combination, case, outcome, order, reported_at in said:
        report = Report(organisation, combination, case, outcome, order)
        by_day.setdefault(london_day(reported_at), []).append(report)
    first = london_day(release.announced_at)
    last = min(london_day(at), max([first, *by_day]))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    homes = {row.combination: row.homes for row in found.everybody}
    return list(zip(days, figures.course(homes, found.numbers, (by_day.get(day, []) for day in days)), strict=True))
