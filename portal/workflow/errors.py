"""The only three ways the portal refuses. One middleware makes pages of them, one handler API answers."""

from collections.abc import Mapping, Sequence


class Refusal(Exception):
    """A refusal with a sentence for the person who asked. ``status`` is the HTTP status it becomes."""

    status = 400
    title = "That cannot be done"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAllowed(Refusal):
    """Who: this actor may not do it, whatever the state."""

    status = 403
    title = "You may not do this"


class NotNow(Refusal):
    """When: nobody may do it in the present state, or somebody was faster."""

    status = 409
    title = "This cannot be done now"


class Invalid(Refusal):
    """What: the input is wrong. ``fields`` maps a field's name to its sentences."""

    status = 400
    title = "Something needs to be put right"

    def __init__(self, reason: str, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(reason)
        self.fields = {name: list(sentences) for name, sentences in (fields or {}).items()}
