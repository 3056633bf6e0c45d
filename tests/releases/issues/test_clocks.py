from datetime import UTC, datetime, timedelta

import pytest

from portal.working_days import LONDON
from releases.issues.clocks import acknowledge_by, reopen_until


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("raised", "severity", "due"),
    [
        pytest.param("2017-01-07T23:30", 1, "2017-01-08T03:30", id="severity 1 runs through a Saturday night"),
        pytest.param("2017-01-09T12:00", 2, "2017-01-11T00:00", id="severity 2 by the end of the next Working Day"),
        pytest.param("2017-01-09T17:01", 2, "2017-01-12T00:00", id="raised after 17:00 counts as the next day"),
        pytest.param("2017-01-07T12:00", 2, "2017-01-11T00:00", id="raised on a Saturday counts as Monday"),
        pytest.param("2017-01-09T12:00", 3, "2017-01-13T00:00", id="others within 3 Working Days"),
        pytest.param("2017-04-13T12:00", 5, "2017-04-21T00:00", id="Easter is not counted"),
    ],
)
def test_acknowledgement_is_due(raised: str, severity: int, due: str):
    assert acknowledge_by(london(raised), severity) == london(due)


def test_four_hours_are_four_hours_when_the_clocks_change():
    raised = london("2017-03-26T00:30")
    assert acknowledge_by(raised, 1) - raised.astimezone(UTC) == timedelta(hours=4)


def test_an_issue_may_be_reopened_for_ten_working_days():
    assert reopen_until(london("2017-01-09T12:00")) == london("2017-01-24T00:00")
