"""What else must agree with the journal: found in each app's ``auditing.py``, which registers it here."""

from collections.abc import Callable, Iterator

Check = Callable[[], Iterator[str]]
_CHECKS: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check; it yields one sentence for each bad row, naming it, first things first."""
    _CHECKS[name] = check


def faults() -> Iterator[str]:
    """Yield what every registered check finds, by the check's name."""
    for name in sorted(_CHECKS):
        yield from _CHECKS[name]()
