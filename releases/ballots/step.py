"""What one act of a short form is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.workflow.actor import Actor
from portal.workflow.errors import Refusal
from releases.ballots import forms

Row = Any  # an Objection or a Ballot: each table below holds steps of one of them


@dataclass(frozen=True)
class Step:
    """One act: what its page says, and the rules and the verb behind it."""

    name: str
    label: str
    explain: str
    form: type[forms.StepForm]
    verb: Callable[..., Any]
    may: Callable[[Row, Actor], None]
    can: Callable[[Row, datetime], None]
    done: str
    kind: str = "secondary"
    effects: Callable[[Row], list[str]] = lambda row: []  # what it would do to this row, with numbers

    def refused(self, row: Row, actor: Actor, at: datetime) -> str | None:
        """Why not now, for somebody who may."""
        try:
            self.can(row, at)
        except Refusal as refusal:
            return refusal.reason
        return None

    def offered(self, row: Row, actor: Actor) -> bool:
        """Whether this person's page shows the act at all."""
        try:
            self.may(row, actor)
        except Refusal:
            return False
        return True
