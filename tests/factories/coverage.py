"""Coverage as it is meant, report by report: what the database counts is held to this on generated worlds."""

from collections.abc import Iterable, Mapping, Sequence

from releases.testing.coverage import Coverage, Pair, Report, Standing, standing_of


def latest(reports: Iterable[Report]) -> list[Report]:
    """Each organisation's last word on each pair; earlier ones stay on record but no longer count."""
    last: dict[tuple[int, Pair], Report] = {}
    for report in reports:
        key = (report.organisation, (report.combination, report.case))
        if key not in last or last[key].order < report.order:
            last[key] = report
    return list(last.values())


def standings(reports: Iterable[Report]) -> dict[Pair, Standing]:
    """The standing of every pair that anybody reported on."""
    said: dict[Pair, list[str]] = {}
    for report in latest(reports):
        said.setdefault((report.combination, report.case), []).append(report.outcome)
    return {pair: standing_of(outcomes) for pair, outcomes in said.items()}


def measure(homes: Mapping[int, int], cases: Sequence[int], reports: Iterable[Report]) -> Coverage:
    """Coverage of the combinations in `homes` (number -> count of homes) over `cases`, as it is meant.

    Reports on combinations or cases outside these are ignored: they weigh nothing here.
    """
    wanted = set(cases)
    known = {pair: standing for pair, standing in standings(reports).items() if pair[0] in homes and pair[1] in wanted}
    reported_on = {combination for combination, _ in known}
    by_case = dict.fromkeys(wanted, 0)
    by_combination = dict.fromkeys(homes, 0)
    failed = 0
    for (combination, case), standing in known.items():
        if standing is Standing.COVERED:
            by_case[case] += homes[combination]
            by_combination[combination] += 1
        elif standing is Standing.FAILED:
            failed += homes[combination]
    return Coverage(
        homes=sum(homes.values()),
        cases=len(wanted),
        covered_cell_homes=sum(by_case.values()),
        failed_cell_homes=failed,
        full_homes=sum(homes[c] for c, n in by_combination.items() if wanted and n == len(wanted)),
        untested_homes=sum(count for combination, count in homes.items() if combination not in reported_on),
        by_case=by_case,
        by_combination=by_combination,
    )
