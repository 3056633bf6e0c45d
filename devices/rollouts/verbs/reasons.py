"""Reasons that people give for what they do to a rollout."""

from portal.workflow.errors import Invalid


def needs_reason(why: str) -> None:
    """Raise Invalid where no reason is given."""
    if not why.strip():
        raise Invalid("Give the reason.", {"why": ["Give the reason."]})
