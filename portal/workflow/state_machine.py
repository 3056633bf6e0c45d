"""State machines as tables: which moves are legal and who holds each state. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from portal.workflow.errors import NotNow

machines: dict[str, "StateMachine"] = {}


@dataclass(frozen=True)
class StateMachine:
    """``moves`` maps each state to the states it may become; ``owners`` says who holds it (for "waiting on").

    Raises ``ValueError`` at import when a state has no row or no owner, so that none is forgotten.
    """

    name: str
    states: type[Enum]
    moves: Mapping[str, frozenset[str]]
    owners: Mapping[str, str]
    initial: str = field(kw_only=True)

    def __post_init__(self) -> None:
        every = {str(state.value) for state in self.states}
        for table, what in ((self.moves, "row of moves"), (self.owners, "owner")):
            lacking = every - set(table)
            if lacking:
                raise ValueError(f"{self.name}: no {what} for {', '.join(sorted(lacking))}")
        unknown = {to for targets in self.moves.values() for to in targets} - every
        if unknown:
            raise ValueError(f"{self.name}: moves to unknown states {', '.join(sorted(unknown))}")
        machines[self.name] = self

    def allows(self, old: str, new: str) -> bool:
        """Whether the table has a move from ``old`` to ``new``."""
        return new in self.moves[old]

    def check(self, old: str, new: str) -> None:
        """Raise ``NotNow`` unless the table has a move from ``old`` to ``new``."""
        if not self.allows(old, new):
            raise NotNow(f"{self.name.capitalize()} is {words(old)} and cannot become {words(new)}.")

    def is_final(self, state: str) -> bool:
        """Whether nothing follows this state."""
        return not self.moves[state]

    def diagram(self) -> str:
        """Return the machine as a Mermaid state diagram, in table order."""
        lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {self.initial}"]
        for old in (str(state.value) for state in self.states):
            lines += [f"    {old} --> {new}" for new in sorted(self.moves[old])]
            if self.is_final(old):
                lines.append(f"    {old} --> [*]")
        return "\n".join([*lines, "```"])


def words(state: str) -> str:
    """Return a state as words for a sentence: ``not_needed`` → "not needed"."""
    return state.replace("_", " ")


def table(**moves: str) -> dict[str, frozenset[str]]:
    """Return a table of moves from strings: ``draft="notified withdrawn"``; an empty string is final."""
    return {old: frozenset(new.split()) for old, new in moves.items()}
