"""Counting queries: a list must cost the same however many rows it shows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


class Cost:
    """What each call cost, in queries."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def of(self, call: Callable[[], Any]) -> Any:
        """Make the call, note its queries and return what it answered; the answer must be a page.

        The first call is made once before: it begins the session.
        """
        if not self.calls:
            call()
        with CaptureQueriesContext(connection) as captured:
            answer = call()
        assert answer.status_code == 200
        self.calls.append([query["sql"] for query in captured.captured_queries])
        return answer


@contextmanager
def same_queries() -> Iterator[Cost]:
    """Check at the end that every call noted cost the same number of queries."""
    cost = Cost()
    yield cost
    counts = [len(call) for call in cost.calls]
    assert len(counts) > 1, "nothing to compare"
    assert len(set(counts)) == 1, f"{counts}: " + "\n".join(sql for sql in cost.calls[-1] if sql not in cost.calls[0])
