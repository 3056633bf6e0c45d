import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from devices.gateway import UNREACHABLE, Stage
from devices.rollouts import path
from devices.rollouts.path import LEAVE, NO_CODE, Beat, Phase, Wait
from devices.rollouts.states import HUB_NEXT, HubState

S = HubState


def places(*hubs):
    return np.array([path.pack(*hub) if isinstance(hub, tuple) else path.pack(hub) for hub in hubs], dtype=np.uint8)


def mask(*marks):
    return np.array(marks, dtype=bool)


def test_phases_read_back_and_only_grow():
    numbers = [
        Phase(stage, turn, beat).number
        for stage in Stage
        for turn in range(path.MAX_ATTEMPTS)
        for beat in (Beat.SEND, Beat.COLLECT)
    ]
    assert numbers == sorted(set(numbers))
    assert [Phase.read(number).number for number in numbers] == numbers
    assert max(numbers) < path.RECORD < path.DONE


@pytest.mark.parametrize("number", [-1, path.RECORD, path.DONE])
def test_what_names_no_step_is_refused(number):
    with pytest.raises(ValueError, match="not a phase"):
        Phase.read(number)


def test_send_asks_waiting_and_silent_hubs_in_open_cells_only():
    before = places(S.SCHEDULED, S.SCHEDULED, (S.UNREACHABLE, 2), S.FAILED, S.DEPLOYED)
    step = path.send(before, Stage.DEPLOYMENT, mask(True, False, True, True, True))
    assert list(step.places) == [path.pack(S.DISTRIBUTING), LEAVE, path.pack(S.DISTRIBUTING, 2), LEAVE, LEAVE]
    assert list(step.codes) == [NO_CODE] * 5
    assert step.moved == 2


def test_collect_moves_each_hub_by_its_answer():
    before = places(*[(S.ACTIVATING, 1)] * 5, S.DEPLOYED)
    answers = np.array([0, 1, 2, 3, UNREACHABLE, 0], dtype=np.uint8)
    step = path.collect(before, Stage.ACTIVATION, answers, last=False)
    assert list(path.apply(before, step)) == [
        path.pack(S.ACTIVATED),
        *[path.pack(S.FAILED)] * 3,
        path.pack(S.UNREACHABLE, 2),
        path.pack(S.DEPLOYED),
    ]
    assert list(step.codes) == [0, 1, 2, 3, UNREACHABLE, NO_CODE]


def test_attempts_never_spill_into_the_state_nor_spell_leave():
    before = places((S.DISTRIBUTING, 14), (S.DISTRIBUTING, 13))
    after = path.apply(before, path.collect(before, Stage.DEPLOYMENT, silence(2), last=False))
    assert list(after) == [path.pack(S.UNREACHABLE, 14)] * 2


def silence(hubs):
    return np.full(hubs, UNREACHABLE, dtype=np.uint8)


def test_on_the_last_turn_a_silent_hub_has_expired_and_its_answer_is_silence():
    before = places((S.DISTRIBUTING, 2), S.SCHEDULED)
    step = path.collect(before, Stage.DEPLOYMENT, silence(2), last=True)
    assert list(path.apply(before, step)) == [path.pack(S.EXPIRED, 3), path.pack(S.SCHEDULED)]
    assert list(step.codes) == [UNREACHABLE, NO_CODE]


@pytest.mark.parametrize(("stage", "waits"), [(Stage.DEPLOYMENT, S.SCHEDULED), (Stage.ACTIVATION, S.DEPLOYED)])
def test_a_silent_hub_behind_a_shut_gate_waits_again_after_the_last_turn(stage, waits):
    before = places((S.UNREACHABLE, 2), path.UNDERWAY[stage])
    step = path.collect(before, stage, np.array([0, 0], dtype=np.uint8), last=True)
    assert list(path.apply(before, step)) == [path.pack(waits), path.pack(path.REACHED[stage])]
    assert list(step.codes) == [NO_CODE, 0]
    earlier = path.collect(before, stage, np.array([0, 0], dtype=np.uint8), last=False)
    assert list(earlier.places) == [LEAVE, path.pack(path.REACHED[stage])]


def test_where_the_time_of_all_is_over_a_silent_hub_that_was_not_asked_again_has_expired_too():
    before = places((S.UNREACHABLE, 2), S.ACTIVATING, S.DEPLOYED)
    step = path.collect(before, Stage.ACTIVATION, silence(3), last=True, is_over=True)
    assert list(path.apply(before, step)) == [
        path.pack(S.EXPIRED, 2),
        path.pack(S.EXPIRED, 1),
        path.pack(S.DEPLOYED),
    ]
    assert list(step.codes) == [NO_CODE, UNREACHABLE, NO_CODE]


def test_winding_up_closes_every_path():
    before = places((S.UNREACHABLE, 3), S.SCHEDULED, S.DEPLOYED, S.ACTIVATED)
    after = path.apply(before, path.wind_up(before))
    assert list(path.states(after)) == [S.EXPIRED, S.EXCLUDED, S.EXCLUDED, S.ACTIVATED]


@pytest.mark.parametrize(
    ("phase", "after", "expected"),
    [
        (Phase(Stage.DEPLOYMENT, 0, Beat.SEND), [S.DISTRIBUTING], (1, Wait.ANSWERS)),
        (Phase(Stage.DEPLOYMENT, 0, Beat.COLLECT), [S.UNREACHABLE], (2, Wait.RETRY)),
        (Phase(Stage.DEPLOYMENT, 0, Beat.COLLECT), [S.DEPLOYED, S.SCHEDULED], (100, Wait.WAVE)),
        (Phase(Stage.ACTIVATION, 1, Beat.COLLECT), [S.UNREACHABLE], (104, Wait.RETRY)),
        (Phase(Stage.ACTIVATION, 1, Beat.COLLECT), [S.ACTIVATED], (path.RECORD, Wait.WAVE)),
        (Phase(Stage.ACTIVATION, 2, Beat.COLLECT), [S.EXPIRED], (path.RECORD, Wait.WAVE)),
    ],
)
def test_what_follows(phase, after, expected):
    assert path.following(phase, places(*after)) == expected


hub_bytes = st.builds(path.pack, st.sampled_from(HubState), st.integers(0, 14))
batches = st.lists(hub_bytes, min_size=1, max_size=60).map(lambda hubs: np.array(hubs, dtype=np.uint8))


@given(batches, st.sampled_from(Stage), st.data())
def test_every_move_of_every_step_is_an_edge_of_the_table(before, stage, data):
    n = len(before)
    answers = data.draw(hnp.arrays(np.uint8, n, elements=st.integers(0, UNREACHABLE)))
    is_open = data.draw(hnp.arrays(np.bool_, n))
    steps = [
        path.send(before, stage, is_open),
        path.collect(before, stage, answers, last=False),
        path.collect(before, stage, answers, last=True),
        path.collect(before, stage, answers, last=True, is_over=True),
        path.wind_up(before),
    ]
    for step in steps:
        after = path.apply(before, step)
        moved = step.places != LEAVE
        assert step.moved == np.count_nonzero(moved)
        for old, new in zip(path.states(before)[moved], path.states(after)[moved], strict=True):
            assert HubState(new) in HUB_NEXT[HubState(old)]
        assert np.array_equal(after[~moved], before[~moved])
        assert np.all(step.codes[~moved] == NO_CODE)


@given(batches, st.data())
def test_counts_lose_nobody(before, data):
    regions = data.draw(hnp.arrays(np.uint8, len(before), elements=st.integers(0, 2)))
    table = path.count(before, regions, regions_total=3).reshape(3, len(HubState))
    assert table.sum() == len(before)
    for region in range(3):
        for state in HubState:
            expected = np.count_nonzero((regions == region) & (path.states(before) == state))
            assert table[region, state] == expected


@given(st.lists(st.sampled_from([0, 0, 0, 3, UNREACHABLE]), min_size=1, max_size=40), st.integers(1, 4), st.data())
def test_a_batch_always_reaches_its_end_in_its_turns(codes, turns, data):
    now = np.zeros(len(codes), dtype=np.uint8)
    number, phases = path.START[Stage.DEPLOYMENT], []
    while number != path.RECORD:
        phases.append(number)
        phase = Phase.read(number)
        if phase.beat is Beat.SEND:
            shut = phase.turn and data.draw(st.booleans())  # a hold is placed between two turns
            step = path.send(now, phase.stage, data.draw(hnp.arrays(np.bool_, len(now))) & (not shut))
        else:
            answers = np.array(data.draw(st.permutations(codes)), dtype=np.uint8)
            step = path.collect(now, phase.stage, answers, last=phase.turn + 1 >= turns)
        now = path.apply(now, step)
        number, _ = path.following(phase, now)
    assert phases == sorted(set(phases))
    assert all(Phase.read(number).turn < turns for number in phases)
    now = path.apply(now, path.wind_up(now))
    final = {S.ACTIVATED, S.FAILED, S.EXPIRED, S.EXCLUDED}
    assert {HubState(state) for state in path.states(now)} <= final
