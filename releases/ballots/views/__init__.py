"""Pages of objections, ballots and determinations."""

from releases.ballots.views.ballots import (
    ballot,
    ballot_step,
    ballots,
    ballots_csv,
    draft,
    rule_on_interest,
    turnout,
)
from releases.ballots.views.casting import casting_receipt, casting_vote, give_casting_vote
from releases.ballots.views.determinations import determination, determination_pdf, determinations, dossier
from releases.ballots.views.emergencies import draft_review, draft_waiver
from releases.ballots.views.meetings import call_meeting, cancel_meeting, meeting, meetings
from releases.ballots.views.objections import count_homes, exhibit, lodge, objection, objection_step, objections
from releases.ballots.views.rules import add_rules, rule_set, rules
from releases.ballots.views.voting import cast, read_own_vote, receipt, vote

__all__ = [
    "add_rules",
    "ballot",
    "ballot_step",
    "ballots",
    "ballots_csv",
    "call_meeting",
    "cancel_meeting",
    "cast",
    "casting_receipt",
    "casting_vote",
    "count_homes",
    "determination",
    "determination_pdf",
    "determinations",
    "dossier",
    "draft",
    "draft_review",
    "draft_waiver",
    "exhibit",
    "give_casting_vote",
    "lodge",
    "meeting",
    "meetings",
    "objection",
    "objection_step",
    "objections",
    "read_own_vote",
    "receipt",
    "rule_on_interest",
    "rule_set",
    "rules",
    "turnout",
    "vote",
]
