from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from releases.testing.coverage import Outcome, Report, Standing, gaps, latest, measure, ratio, standings

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
def test_gaps_and_cover_together_are_everything(homes: dict[int, int], cases: list[int], said: list[Report]):
    coverage = measure(homes, cases, said)
    listed = gaps(homes, coverage)
    assert sum(weight for _, weight in listed) + coverage.covered_cell_homes == sum(homes.values()) * len(cases)
    assert listed == sorted(listed, key=lambda gap: (-gap[1], gap[0]))
    assert all(weight > 0 for _, weight in listed)


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
