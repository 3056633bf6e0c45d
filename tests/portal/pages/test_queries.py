from datetime import UTC, datetime, timedelta

from portal.pages.contributions import Due, Waiting
from portal.pages.queries import grouped, moments

NOON = datetime(2017, 1, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def thing(text: str, *, since: int, due: int | None = None, group: str = "To do") -> Waiting:
    """Something that waits since so many days and is due in so many."""
    by = None if due is None else NOON + timedelta(days=due)
    return Waiting(text, "/", since=NOON - timedelta(days=since), due=by, group=group)


def test_the_earliest_due_date_comes_first_and_undated_things_last() -> None:
    (group,) = grouped([thing("undated", since=9), thing("later", since=1, due=5), thing("soon", since=1, due=1)])
    assert [item.text for item in group.items] == ["soon", "later", "undated"]


def test_undated_things_come_oldest_first() -> None:
    (group,) = grouped([thing("young", since=1), thing("old", since=7)])
    assert [item.text for item in group.items] == ["old", "young"]


def test_the_group_with_the_most_pressing_thing_comes_first() -> None:
    groups = grouped([thing("a", since=1, due=4, group="Notices"), thing("b", since=1, due=2, group="Ballots")])
    assert [group.title for group in groups] == ["Ballots", "Notices"]


def test_what_falls_due_together_is_one_moment_and_said_once() -> None:
    tomorrow = NOON + DAY
    rows = [
        Due(tomorrow, "b"),
        Due(tomorrow, "a"),
        Due(tomorrow, "b"),
        Due(NOON, "now"),
        Due(NOON - timedelta(days=1), "past"),
    ]
    assert [(moment.at, moment.texts) for moment in moments(rows, NOON)] == [(tomorrow, ["a", "b"])]
