"""Rows of objections, ballots and decisions."""

from releases.ballots.models.ballots import RUNNING, Ballot, Declaration, Entitlement, RuleSet, Ruling, Statement
from releases.ballots.models.decisions import (
    ABSTAIN,
    CHOICES,
    OPTIONS,
    SEARCHED,
    AppealResult,
    CastingVote,
    Determination,
    Laid,
    Tally,
    Vote,
)
from releases.ballots.models.meetings import Meeting
from releases.ballots.models.objections import Departure, Exhibit, Joinder, Objection, Remedy

__all__ = [
    "ABSTAIN",
    "CHOICES",
    "OPTIONS",
    "RUNNING",
    "SEARCHED",
    "AppealResult",
    "Ballot",
    "CastingVote",
    "Declaration",
    "Departure",
    "Determination",
    "Entitlement",
    "Exhibit",
    "Joinder",
    "Laid",
    "Meeting",
    "Objection",
    "Remedy",
    "RuleSet",
    "Ruling",
    "Statement",
    "Tally",
    "Vote",
]
