"""Every change to objections and ballots, one function each, by noun."""

from releases.ballots.verbs.answers import accept, agree, contest, contest_by_silence, disagree, narrow
from releases.ballots.verbs.appeals import record_appeal, record_appeal_outcome
from releases.ballots.verbs.ballots import add_statement, extend, notice, void
from releases.ballots.verbs.closing import casting_vote, close, count
from releases.ballots.verbs.determinations import determine, publish
from releases.ballots.verbs.drafting import draft
from releases.ballots.verbs.emergencies import draft_review, draft_waiver
from releases.ballots.verbs.evidence import add_evidence
from releases.ballots.verbs.exporting import dossier
from releases.ballots.verbs.meetings import call_meeting, cancel_meeting, put_on_agenda
from releases.ballots.verbs.misplacing import tell_misplaced
from releases.ballots.verbs.objections import Grounds, admit, join, lapse, lodge, return_with_reasons, withdraw
from releases.ballots.verbs.opening import begin, open_voting
from releases.ballots.verbs.referring import refer
from releases.ballots.verbs.rule_sets import RuleSetFacts, add_rule_set
from releases.ballots.verbs.voting import Paper, cast, declare, read_own_vote, rule_on_interest

__all__ = [
    "Grounds",
    "Paper",
    "RuleSetFacts",
    "accept",
    "add_evidence",
    "add_rule_set",
    "add_statement",
    "admit",
    "begin",
    "agree",
    "call_meeting",
    "cancel_meeting",
    "cast",
    "casting_vote",
    "close",
    "contest",
    "contest_by_silence",
    "count",
    "declare",
    "determine",
    "disagree",
    "dossier",
    "draft",
    "draft_review",
    "draft_waiver",
    "extend",
    "join",
    "lapse",
    "lodge",
    "narrow",
    "notice",
    "open_voting",
    "publish",
    "put_on_agenda",
    "read_own_vote",
    "record_appeal",
    "record_appeal_outcome",
    "refer",
    "return_with_reasons",
    "rule_on_interest",
    "void",
    "tell_misplaced",
    "withdraw",
]
