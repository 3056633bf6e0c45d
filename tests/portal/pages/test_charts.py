import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from portal.pages.templatetags import charts
from tests.html import mistakes


def draw(tag: str, **context: object) -> str:
    page = Template("{% load charts %}{% " + tag + " %}").render(Context(context))
    assert mistakes(page, fragment=True) == []
    return page


class TestTicks:
    @pytest.mark.parametrize(
        ("highest", "expected"),
        [(100, [0, 25, 50, 75, 100]), (97, [0, 25, 50, 75, 100]), (0, [0, 1]), (7, [0, 2, 4, 6, 8])],
    )
    def test_ticks_are_round(self, highest: int, expected: list[int]) -> None:
        assert charts.ticks(highest) == expected

    @given(st.floats(min_value=0.001, max_value=1e9))
    def test_ticks_reach_the_highest_value_and_are_few(self, highest: float) -> None:
        values = charts.ticks(highest)
        assert values[0] == 0
        assert values[-1] >= highest * (1 - 1e-9)
        assert 2 <= len(values) <= 6


class TestLineChart:
    def test_each_series_is_a_line_with_its_name_at_the_end(self) -> None:
        page = draw("line_chart 'Hubs' labels series", labels=["a", "b"], series=[("Up", [0, 10]), ("Down", [10, 0])])
        assert page.count("<polyline") == 2
        assert ">Up</text>" in page
        assert ">Down</text>" in page

    def test_the_same_figures_stand_in_the_table(self) -> None:
        page = draw("line_chart 'Hubs' labels series", labels=["a"], series=[("Up", [12345])])
        assert '<td class="num">12,345</td>' in page

    def test_a_missing_value_breaks_the_line(self) -> None:
        page = draw("line_chart 'Hubs' labels series", labels=list("abcde"), series=[("Up", [1, 2, None, 2, 3])])
        assert page.count("<polyline") == 2

    def test_a_value_that_stands_alone_is_a_dot(self) -> None:
        page = draw("line_chart 'Hubs' labels series", labels=["a", "b", "c", "d"], series=[("Up", [1, None, 2, 3])])
        assert page.count("<polyline") == 1
        assert page.count("<circle") == 2  # one more beside the name at the end

    def test_a_target_is_drawn_with_its_words(self) -> None:
        page = draw("line_chart 'H' labels series target=5 target_words='Limit'", labels=["a"], series=[("Up", [1])])
        assert "chart-target" in page
        assert ">Limit</text>" in page

    def test_nothing_at_all_can_be_drawn(self) -> None:
        assert "<svg" in draw("line_chart 'Hubs' labels series", labels=[], series=[])

    def test_names_at_the_ends_do_not_cover_each_other(self) -> None:
        marks = charts._spread([charts.Mark(0, 10), charts.Mark(0, 11), charts.Mark(0, 12)])
        heights = [mark.y for mark in marks]
        assert all(later - earlier >= charts.LABEL_GAP for earlier, later in zip(heights, heights[1:], strict=False))


class TestBars:
    def test_the_longest_bar_fills_the_room(self) -> None:
        page = draw("bar_chart 'Hubs' rows", rows=[("North", 40), ("South", 10)])
        assert 'width="100.000%"' in page
        assert 'width="25.000%"' in page

    def test_parts_follow_one_another(self) -> None:
        segments = charts._segments(["a", "b", "c"], [1, 0, 3], 4)
        assert [(segment.start, segment.length) for segment in segments] == [("0.000", "25.000"), ("25.000", "75.000")]

    def test_stacked_bars_show_every_figure_and_the_total(self) -> None:
        page = draw("stacked_bar_chart 'Hubs' names rows", names=["On", "Off"], rows=[("North", [1200, 34])])
        for figure in ("1,200", "34", "1,234"):
            assert f'<td class="num">{figure}</td>' in page

    def test_empty_rows_can_be_drawn(self) -> None:
        assert 'class="num">0</td>' in draw("stacked_bar_chart 'H' names rows", names=["On"], rows=[("North", [0])])


class TestProgress:
    def test_progress_says_its_figures(self) -> None:
        page = draw("progress 'Wave 1' 250 1000 'hubs'")
        assert "250 of 1,000 hubs (25.0 %)" in page

    def test_more_than_all_is_all_and_nothing_is_nothing(self) -> None:
        assert charts.progress("x", 12, 10)["share"] == "100.000"
        assert charts.progress("x", 0, 0)["share"] == "0"


def test_hostile_words_are_escaped() -> None:
    page = draw("bar_chart title rows", title="<script>", rows=[("<img src=x>", 1)])
    assert "<script>" not in page
    assert "<img" not in page
