from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from releases.holds.union import Scope, Span, Stage, added, freed, held, in_force

NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)
moments = st.integers(min_value=-3, max_value=3).map(lambda hours: NOON + timedelta(hours=hours))
cell_sets = st.frozensets(st.integers(min_value=1, max_value=8))


@st.composite
def worlds(draw: st.DrawFn) -> list[Span]:
    count = draw(st.integers(min_value=0, max_value=5))
    return [
        Span(
            hold=number,
            cells=draw(cell_sets),
            scope=draw(st.sampled_from(list(Scope))),
            start=draw(moments),
            end=draw(st.none() | moments),
        )
        for number in range(count)
    ]


def held_by_hand(spans: list[Span], cell: int, stage: Stage, at: datetime) -> bool:
    for span in spans:
        running = span.start <= at and (span.end is None or span.end > at)
        if cell in span.cells and running and span.scope in {"both", str(stage)}:
            return True
    return False


@settings(deadline=None)
@given(worlds(), st.sampled_from(list(Stage)), moments)
def test_held_cells_are_the_union_cell_by_cell(spans: list[Span], stage: Stage, at: datetime):
    assert held(spans, stage=stage, at=at) == {c for c in range(1, 9) if held_by_hand(spans, c, stage, at)}


@settings(deadline=None)
@given(worlds(), st.sampled_from(list(Stage)), moments)
def test_lifting_one_hold_leaves_exactly_what_the_others_hold(spans: list[Span], stage: Stage, at: datetime):
    before = held(spans, stage=stage, at=at)
    for span in spans:
        others = [other for other in spans if other.hold != span.hold]
        after = held(others, stage=stage, at=at)
        assert freed(spans, span.hold, stage=stage, at=at) == before - after


@settings(deadline=None)
@given(worlds(), cell_sets, st.sampled_from(list(Stage)), moments)
def test_placing_a_hold_adds_exactly_what_was_free(spans, cells, stage, at):
    new = Span(hold=99, cells=cells, scope=Scope.BOTH, start=NOON - timedelta(days=1))
    before, after = held(spans, stage=stage, at=at), held([*spans, new], stage=stage, at=at)
    assert added(spans, cells, stage=stage, at=at) == after - before
    assert before <= after


def test_a_hold_counts_from_its_first_moment_and_not_at_its_last():
    span = Span(hold=1, cells=frozenset({1}), scope=Scope.BOTH, start=NOON, end=NOON + timedelta(hours=1))
    assert in_force(span, at=NOON)
    assert not in_force(span, at=NOON + timedelta(hours=1))
    assert not in_force(span, at=NOON - timedelta(microseconds=1))


def test_nothing_is_held_without_holds():
    assert held([], stage=Stage.ACTIVATION, at=NOON) == frozenset()
