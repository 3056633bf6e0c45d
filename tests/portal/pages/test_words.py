from datetime import UTC, date, datetime, timedelta

import pytest

from portal.pages.templatetags import words
from releases.publishing.states import ReleaseState

NOON = datetime(2017, 1, 9, 12, tzinfo=UTC)


class TestDates:
    @pytest.mark.parametrize(
        ("end", "expected"),
        [
            (datetime(2017, 1, 10, tzinfo=UTC), "the end of 9 January 2017"),
            (datetime(2017, 6, 30, 23, tzinfo=UTC), "the end of 30 June 2017"),
            (datetime(2017, 7, 1, 0, tzinfo=UTC), "1 July 2017, 01:00 BST"),
            (NOON, "9 January 2017, 12:00 GMT"),
            (None, ""),
        ],
    )
    def test_a_deadline_at_midnight_is_said_by_the_day_that_ends(self, end, expected) -> None:
        assert words.deadline(end) == expected

    def test_a_date_is_written_out(self) -> None:
        assert words.uk_date(date(2017, 1, 9)) == "9 January 2017"

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            (datetime(2017, 1, 9, 12, tzinfo=UTC), "9 January 2017, 12:00 GMT"),
            (datetime(2017, 3, 26, 0, 59, tzinfo=UTC), "26 March 2017, 00:59 GMT"),
            (datetime(2017, 3, 26, 1, 0, tzinfo=UTC), "26 March 2017, 02:00 BST"),
            (datetime(2017, 6, 30, 23, 30, tzinfo=UTC), "1 July 2017, 00:30 BST"),
            (datetime(2017, 10, 29, 0, 30, tzinfo=UTC), "29 October 2017, 01:30 BST"),
            (datetime(2017, 10, 29, 1, 30, tzinfo=UTC), "29 October 2017, 01:30 GMT"),
        ],
    )
    def test_a_moment_is_shown_in_london_with_its_zone(self, moment: datetime, expected: str) -> None:
        assert words.uk_datetime(moment) == expected

    def test_a_wide_table_shortens_the_month(self) -> None:
        assert words.uk_short(datetime(2017, 6, 30, 23, 30, tzinfo=UTC)) == "1 Jul 2017, 00:30 BST"

    def test_nothing_is_written_for_nothing(self) -> None:
        written = (words.uk_date, words.uk_time, words.uk_datetime, words.uk_short, words.iso)
        assert [write(None) for write in written] == [""] * 5

    def test_the_weekday_is_that_of_london(self) -> None:
        assert words.uk_weekday(datetime(2017, 6, 30, 23, 30, tzinfo=UTC)) == "Saturday"


class TestAges:
    @pytest.mark.parametrize(
        ("length", "expected"),
        [
            (timedelta(seconds=20), "less than a minute"),
            (timedelta(minutes=1), "1 minute"),
            (timedelta(hours=26), "26 hours"),
            (timedelta(days=3, hours=5), "3 days"),
            (timedelta(seconds=-5), "less than a minute"),
        ],
    )
    def test_an_age_is_a_round_span(self, length: timedelta, expected: str) -> None:
        assert words.age(NOON - length, NOON) == expected

    def test_a_due_date_lies_ahead_or_is_late(self) -> None:
        assert words.until(NOON + timedelta(days=3), NOON) == "in 3 days"
        assert words.until(NOON - timedelta(hours=1), NOON) == "1 hour late"
        assert words.is_late(NOON - timedelta(hours=1), NOON)
        assert not words.is_late(NOON, NOON)
        assert not words.is_late(None, NOON)


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "places", "expected"),
        [(1234567, 0, "1,234,567"), (0, 0, "0"), (12.345, 1, "12.3"), (1234.5, 0, "1,234"), (None, 0, "–")],
    )
    def test_thousands_are_separated(self, value: float | None, places: int, expected: str) -> None:
        assert words.number(value, places) == expected

    def test_a_share_of_nothing_is_a_dash(self) -> None:
        assert words.percent(1, 8) == "12.5 %"
        assert words.percent(0, 0) == "–"

    def test_sizes_of_files(self) -> None:
        assert [words.bytes_size(size) for size in (512, 1536, 12 * 1024**2, None)] == [
            "512 bytes",
            "1.5 KB",
            "12.0 MB",
            "–",
        ]


class TestStates:
    def test_every_state_of_a_release_has_words_and_a_colour(self) -> None:
        for state in ReleaseState:
            assert words.state_words(state) == state.label
            assert words.state_colour(state) in words.COLOURS

    def test_a_bare_value_loses_its_underscores(self) -> None:
        assert words.state_words("not_met") == "Not met"
        assert words.state_colour("not-met") == "red"

    def test_an_unknown_state_is_grey(self) -> None:
        assert words.state_colour("unheard of") == "grey"

    def test_no_state_has_two_colours(self) -> None:
        states = " ".join(words.COLOURS.values()).split()
        assert len(states) == len(set(states))


class TestMarkdown:
    def test_headings_begin_at_the_third_level(self) -> None:
        assert words.markdown("# Notes\n\n## Known\n") == "<h3>Notes</h3>\n<h4>Known</h4>\n"
        assert words.markdown("## Notes\n") == "<h3>Notes</h3>\n"

    def test_tables_are_kept(self) -> None:
        assert "<td>fixed</td>" in words.markdown("| A | B |\n|---|---|\n| Alder | fixed |\n")

    @pytest.mark.parametrize(
        "attack",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "![x](https://example.com/track.png)",
            "<p style='color:red'>x</p>",
            '[x](https://e.com "t" onclick=alert(1))',
            "<svg/onload=alert(1)>",
        ],
    )
    def test_nothing_active_survives(self, attack: str) -> None:
        cleaned = words.markdown(attack).lower()
        for trace in ("<script", "<img", "<svg", "<p style", 'href="javascript', 'href="data', "<a onclick"):
            assert trace not in cleaned

    def test_nothing_for_nothing(self) -> None:
        assert words.markdown(None) == ""
