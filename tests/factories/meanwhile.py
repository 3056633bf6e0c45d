"""Somebody is faster: something else happens between two statements of one call."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def meanwhile(pattern: str, happens: Callable[[], object]) -> Iterator[None]:
    """Call `happens` once, after the first statement within that the pattern matches.

    Raises when no statement did: then nothing came in between, and nothing was shown.
    """
    waiting = [happens]

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = run(sql, params, many, context)
        if waiting and re.search(pattern, sql):
            waiting.pop()()
        return answer

    with connection.execute_wrapper(execute):
        yield
    assert not waiting, f"no statement had {pattern!r}"
