"""When the waves of a plan would run."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from devices.rollouts.forecast import Pace, after, dated, nights, programme
from devices.rollouts.windows import LONDON, closing, is_open, night_of

START = datetime(2017, 1, 18, 10, tzinfo=UTC)
FREE = Pace([None, None, None], turns=3, answer_seconds=60, retry_seconds=3_600, soak_seconds=600)

waves = st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=1, max_size=4)
limits = st.lists(st.one_of(st.none(), st.integers(5, 60)), min_size=3, max_size=3)
windows = st.sampled_from([(None, None), (time(22), time(4)), (time(1, 30), time(2))])
starts = st.datetimes(datetime(2017, 3, 20), datetime(2017, 11, 2)).map(lambda moment: moment.replace(tzinfo=UTC))


def test_without_a_limit_a_wave_takes_one_night_and_its_waits():
    (first, second) = programme([[5, 0, 5], [50, 50, 50]], FREE, START)
    judged = START + 2 * timedelta(seconds=3_660) + timedelta(seconds=660)
    assert (first.opens_at, first.ends_at, second.opens_at) == (START, judged, judged)
    assert second.asked == [(judged, [50, 50, 50])]
    assert nights([first, second]) == 2  # noon lies between


def test_a_full_night_leaves_the_rest_to_the_next():
    pace = replace(FREE, limits=[20, None, 10], turns=1)
    (run,) = programme([[50, 7, 10]], pace, START)
    noon = datetime(2017, 1, 18, 12, tzinfo=UTC)
    assert run.asked == [(START, [20, 7, 10]), (noon, [20, 0, 0]), (noon + timedelta(days=1), [10, 0, 0])]
    assert after([run], [[50, 7, 10]], date(2017, 1, 18)) == [10, 0, 0]
    assert after([run], [[50, 7, 10]], date(2017, 1, 17)) == [50, 7, 10]


def test_the_next_wave_finds_what_the_last_left_of_the_night():
    pace = replace(FREE, limits=[20, None, None], turns=1, soak_seconds=0)
    _, second = programme([[15, 0, 0], [15, 0, 0]], pace, START)
    assert [hubs[0] for _, hubs in second.asked] == [5, 10]


def test_a_region_that_takes_no_hub_never_ends():
    first, second = programme([[1, 0, 0], [0, 1, 0]], replace(FREE, limits=[0, None, None]), START)
    assert (first.opens_at, first.ends_at, first.asked) == (START, None, [])
    assert (second.opens_at, second.ends_at) == (None, None)
    assert after([first, second], [[1, 0, 0], [0, 1, 0]], date(2099, 1, 1)) == [1, 1, 0]


def test_a_firm_night_takes_what_the_two_nights_of_the_network_that_touch_it_have_left():
    """From noon to noon: the first day takes 20 before noon and 20 after it; the second finds none of these left."""
    pace = replace(FREE, limits=[20, None, 0], turns=1)
    first, second = dated({date(2017, 2, 2): [70, 7, 5], date(2017, 2, 3): [10, 1, 0]}, pace)
    midnight, noon = datetime(2017, 2, 2, tzinfo=UTC), datetime(2017, 2, 2, 12, tzinfo=UTC)
    assert first.asked == [(midnight, [20, 7, 0]), (noon, [20, 0, 0])]
    assert (first.left, second.left) == ([30, 0, 5], [])
    assert first.ends_at == noon + timedelta(seconds=660)
    assert second.asked == [(midnight + timedelta(days=1), [0, 1, 0]), (noon + timedelta(days=1), [10, 0, 0])]


def test_a_firm_night_that_takes_nobody_is_judged_by_itself():
    (run,) = dated({date(2017, 2, 2): [1, 0, 0]}, replace(FREE, limits=[0, 0, 0]))
    assert (run.asked, run.left) == ([], [1, 0, 0])
    assert run.ends_at is not None and run.ends_at < datetime(2017, 2, 3, tzinfo=UTC)


@given(waves, limits, windows, starts)
def test_on_firm_nights_nobody_is_asked_or_lost_outside_them(sizes, stated, window, start):
    pace = replace(FREE, limits=stated, opens=window[0], closes=window[1])
    days = [start.date() + timedelta(days=number) for number in range(len(sizes))]
    for day, wave, run in zip(days, sizes, dated(dict(zip(days, sizes, strict=True)), pace), strict=True):
        gone = [sum(hubs) for hubs in zip([0, 0, 0], *(asked for _, asked in run.asked), strict=True)]
        assert [hubs + left for hubs, left in zip(gone, run.left or [0, 0, 0], strict=True)] == wave
        for at, _ in run.asked:
            assert is_open(at, *window) and at < closing(day, *window)
            assert at.astimezone(LONDON).date() >= day


@given(waves, limits, windows, starts)
def test_everybody_is_asked_once_within_window_and_capacity(sizes, stated, window, start):
    pace = replace(FREE, limits=stated, opens=window[0], closes=window[1])
    runs = programme(sizes, pace, start)
    spent = {}
    for wave, run in zip(sizes, runs, strict=True):
        assert [sum(hubs) for hubs in zip(*(asked for _, asked in run.asked), strict=True)] in (wave, [])
        for at, asked in run.asked:
            assert is_open(at, *window)
            assert run.opens_at <= at <= run.ends_at
            for region, hubs in enumerate(asked):
                spent[night_of(at), region] = spent.get((night_of(at), region), 0) + hubs
    assert all(hubs <= (stated[region] or hubs) for (_, region), hubs in spent.items())
    assert all(a.ends_at <= b.opens_at for a, b in zip(runs, runs[1:], strict=False))
    assert after(runs, sizes, date(2099, 1, 1)) == [0, 0, 0]
