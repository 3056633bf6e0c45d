from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from releases.testing.advice import Candidate, best
from releases.testing.coverage import (
    Outcome,
    Report,
    Standing,
    Tested,
    course,
    heaviest_gaps,
    ratio,
    sign,
    standings_of,
    tally,
)
from tests.factories.coverage import latest, measure, standings

numbers = st.integers(min_value=1, max_value=5)
reports = st.lists(
    st.builds(
        Report,
        organisation=st.integers(min_value=1, max_value=3),
        combination=numbers,
        case=numbers,
        outcome=st.sampled_from(list(Outcome)),
        order=st.integers(min_value=1, max_value=10**6),
    ),
    max_size=20,
    unique_by=lambda report: report.order,
)
worlds = st.dictionaries(numbers, st.integers(min_value=0, max_value=12), max_size=5)
case_lists = st.lists(numbers, unique=True, max_size=5)


def said_last(said: list[Report], organisation: int, combination: int, case: int) -> str | None:
    words = [r for r in said if (r.organisation, r.combination, r.case) == (organisation, combination, case)]
    return max(words, key=lambda report: report.order).outcome if words else None


def covered_by_hand(said: list[Report], combination: int, case: int) -> bool:
    words = [said_last(said, organisation, combination, case) for organisation in (1, 2, 3)]
    return Outcome.PASS in words and Outcome.FAIL not in words


@given(worlds, case_lists, reports)
def test_the_share_equals_a_count_home_by_home(homes: dict[int, int], cases: list[int], said: list[Report]):
    every_home = [combination for combination, count in homes.items() for _ in range(count)]
    covered = sum(covered_by_hand(said, home, case) for home in every_home for case in cases)
    full = sum(bool(cases) and all(covered_by_hand(said, home, case) for case in cases) for home in every_home)

    coverage = measure(homes, cases, said)

    assert coverage.share == ratio(covered, len(every_home) * len(cases))
    assert coverage.full_share == ratio(full, len(every_home))
    assert 0 <= coverage.share <= 1
    assert coverage.share + coverage.failed_share <= 1
    for case in cases:
        by_hand = sum(covered_by_hand(said, home, case) for home in every_home)
        assert coverage.case_share(case) == ratio(by_hand, len(every_home))


@given(worlds, case_lists, reports)
def test_the_order_in_which_results_are_read_changes_nothing(homes, cases, said):
    assert measure(homes, cases, said) == measure(homes, cases, list(reversed(said)))


def test_one_open_fail_outweighs_any_number_of_passes():
    said = [Report(1, 7, 1, Outcome.PASS, 1), Report(2, 7, 1, Outcome.PASS, 2), Report(3, 7, 1, Outcome.FAIL, 3)]
    assert standings(said) == {(7, 1): Standing.FAILED}
    assert measure({7: 10}, [1], said).failed_share == 1


def test_a_correction_by_the_same_organisation_closes_its_fail():
    said = [Report(1, 7, 1, Outcome.FAIL, 1), Report(1, 7, 1, Outcome.PASS, 2)]
    assert latest(said) == [said[1]]
    assert measure({7: 10, 8: 30}, [1], said).share == Fraction(1, 4)


def test_a_pass_of_somebody_else_leaves_the_fail_open():
    said = [Report(1, 7, 1, Outcome.FAIL, 1), Report(2, 7, 1, Outcome.PASS, 2)]
    assert measure({7: 10}, [1], said).share == 0


def test_blocked_is_neither_cover_nor_fail():
    assert standings([Report(1, 7, 1, Outcome.BLOCKED, 1)]) == {(7, 1): Standing.BLOCKED}
    coverage = measure({7: 10}, [1], [Report(1, 7, 1, Outcome.BLOCKED, 1)])
    assert (coverage.share, coverage.failed_share) == (0, 0)


def test_nothing_to_test_is_no_cover_rather_than_a_division_by_zero():
    coverage = measure({}, [], [])
    assert (coverage.share, coverage.full_share, coverage.case_share(9)) == (0, 0, 0)


# Counted in the database


places = st.integers(min_value=0, max_value=40)


@given(st.dictionaries(places, st.sampled_from([Standing.COVERED, Standing.FAILED, Standing.BLOCKED])))
def test_signs_are_read_as_they_were_written(said):
    signs = "".join(sign(place, standing) for place, standing in said.items())
    assert standings_of(signs, 41) == [said.get(place, Standing.UNTESTED) for place in range(41)]


def counted(homes, cases, said) -> list[Tested]:
    known, rows = standings(said), []
    for combination, count in homes.items():
        here = {place: known[combination, case] for place, case in enumerate(cases) if (combination, case) in known}
        counts = [list(here.values()).count(one) for one in (Standing.COVERED, Standing.FAILED, Standing.BLOCKED)]
        signs = "".join(sign(place, standing) for place, standing in here.items())
        rows.append(Tested(combination, count, *counts, signs))
    return rows


@given(worlds, case_lists, reports)
def test_a_tally_of_counted_pairs_is_the_measure(homes, cases, said):
    assert tally(counted(homes, cases, said), cases) == measure(homes, cases, said)


@given(worlds, case_lists, reports)
def test_gaps_and_cover_together_are_everything(homes: dict[int, int], cases: list[int], said: list[Report]):
    coverage = measure(homes, cases, said)
    listed = heaviest_gaps(counted(homes, cases, said), len(cases))
    weights = [(row.gap(len(cases)), row.combination) for row in listed]
    assert sum(weight for weight, _ in weights) + coverage.covered_cell_homes == sum(homes.values()) * len(cases)
    assert weights == sorted(weights, key=lambda gap: (-gap[0], gap[1]))
    assert all(weight >= 0 for weight, _ in weights)


# Over time


@given(worlds, case_lists, st.lists(reports, max_size=4))
def test_each_day_of_the_course_is_the_measure_of_all_until_then(homes, cases, days):
    so_far, expected = [], []
    told = []
    for number, day in enumerate(days):
        later = [replace(report, order=report.order + number * 10**6) for report in day]
        told.append(later)
        so_far += later
        expected.append(measure(homes, cases, so_far).share)
    assert course(homes, cases, told) == expected


# What to test next


candidates = st.lists(
    st.builds(Candidate, combination=st.integers(1, 99), homes=st.integers(0, 9), open_cases=st.integers(0, 4)),
    max_size=7,
    unique_by=lambda one: one.combination,
)


@given(candidates, st.integers(min_value=-1, max_value=8))
def test_the_advice_gains_as_much_as_the_best_of_every_set(found, slots):
    chosen = best(found, slots)
    sets = (one for size in range(max(slots, 0) + 1) for one in combinations(found, size))
    assert sum(one.gain for one in chosen) == max((sum(one.gain for one in some) for some in sets), default=0)
    assert len(chosen) <= max(slots, 0)
    assert all(one.gain for one in chosen)
    assert chosen == best(list(reversed(found)), slots)


@given(worlds, case_lists, reports, st.integers(0, 3))
def test_what_the_advice_promises_comes_true_when_every_open_case_passes(homes, cases, said, slots):
    """Coverage rises by exactly the gains, whoever reports the passes."""
    before, known = measure(homes, cases, said), standings(said)
    still = {
        combination: [
            case for case in cases if known.get((combination, case)) not in (Standing.COVERED, Standing.FAILED)
        ]
        for combination in homes
    }
    chosen = best((Candidate(one, homes[one], len(still[one])) for one in homes), slots)
    passes = [
        Report(9, one.combination, case, Outcome.PASS, 10**7) for one in chosen for case in still[one.combination]
    ]
    after = measure(homes, cases, [*said, *passes])
    assert after.covered_cell_homes == before.covered_cell_homes + sum(one.gain for one in chosen)
