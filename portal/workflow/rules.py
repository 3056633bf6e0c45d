"""Rules that both raise and answer.

A rule is a function that returns ``None`` or the reason why not. Decorated with ``who`` (in ``may.py``) or
``when`` (in ``can.py``) it raises when called and answers through ``why_not``::

    @who
    def announce(release: Release, *, by: Actor) -> str | None: ...

    may.announce(release, by=by)            # raises NotAllowed
    may.announce.why_not(release, by=by)    # the reason or None, for a page
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, ParamSpec

from portal.workflow.errors import NotAllowed, NotNow, Refusal

P = ParamSpec("P")


class Rule(Generic[P]):
    """One rule: ``rule(...)`` raises its refusal, ``rule.why_not(...)`` returns the reason or ``None``."""

    def __init__(self, reason: Callable[P, str | None], refusal: type[Refusal]) -> None:
        self.why_not = reason
        self.refusal = refusal
        update_wrapper(self, reason)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        reason = self.why_not(*args, **kwargs)
        if reason is not None:
            raise self.refusal(reason)


def who(reason: Callable[P, str | None]) -> Rule[P]:
    """Make a rule about the actor, refused as ``NotAllowed``."""
    return Rule(reason, NotAllowed)


def when(reason: Callable[P, str | None]) -> Rule[P]:
    """Make a rule about state and time, refused as ``NotNow``."""
    return Rule(reason, NotNow)
