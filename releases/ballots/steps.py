"""The acts on ballots that are one short form each; a step is named as its verb, rules and address."""

from portal.workflow.actor import Actor
from releases.ballots import can, effects, forms, may, verbs
from releases.ballots.models import Ballot
from releases.ballots.roll import roll_of
from releases.ballots.step import Step


def _speaks(ballot: Ballot, by: Actor) -> None:
    own = sorted({by.organisation_id, *by.suppliers} - {None}, key=str)
    allowed = [one for one in own if one is not None and may.add_statement.why_not(ballot, one, by=by) is None]
    may.add_statement(ballot, allowed[0] if allowed else 0, by=by)


BALLOT_STEPS: tuple[Step, ...] = (
    Step(
        "notice",
        "Give notice",
        "The committee and the parties are told. Voting may open when the notice is over.",
        forms.PlainForm,
        verbs.notice,
        lambda row, by: may.notice(row, by=by),
        lambda row, at: can.notice(row),
        "Notice is given.",
        "primary",
    ),
    Step(
        "put_on_agenda",
        "Vote in a meeting or by correspondence",
        "A ballot on the agenda of a meeting is voted on there: voting opens when the meeting begins and closes when it"
        " ends. Others are voted on by correspondence.",
        forms.AgendaForm,
        verbs.put_on_agenda,
        lambda row, by: may.put_on_agenda(by=by),
        lambda row, at: can.put_on_agenda(row, at=at),
        "It is settled where the ballot is voted on.",
    ),
    Step(
        "open_voting",
        "Open voting",
        "The roll of voters, the rules, the homes excluded and the deferral date are frozen now. What a meeting votes"
        " on the portal opens by itself when the meeting begins.",
        forms.PlainForm,
        verbs.open_voting,
        lambda row, by: may.open_voting(row, by=by),
        lambda row, at: can.open_voting(row, at=at),
        "Voting is open.",
        "primary",
    ),
    Step(
        "declare",
        "Declare an interest or none",
        "Everybody on the roll declares before voting. Recused is not abstaining: who is recused takes no part and"
        " leaves the base of the quorum; who abstains votes, and counts for the quorum.",
        forms.DeclareForm,
        verbs.declare,
        lambda row, by: may.declare(roll_of(row), by=by),
        lambda row, at: can.declare(row, at=at),
        "Your declaration is on the page.",
    ),
    Step(
        "add_statement",
        "Add a statement",
        "The objector, those who joined and DCC may put statements on the ballot page.",
        forms.StatementForm,
        verbs.add_statement,
        _speaks,
        lambda row, at: can.add_statement(row),
        "The statement is on the page.",
    ),
    Step(
        "close",
        "Close voting",
        "Voting ends and the votes are counted at once. Before the time is over this is possible only when every seat"
        " has voted.",
        forms.UnseenForm,
        verbs.close,
        lambda row, by: may.close(row, roll_of(row), by=by),
        lambda row, at: can.close(row, roll_of(row), at=at),
        "Voting is closed.",
        "warning",
    ),
    Step(
        "count",
        "Count again",
        "The votes are opened and counted, once the master key is in place.",
        forms.PlainForm,
        verbs.count,
        lambda row, by: may.count(row, by=by),
        lambda row, at: can.count(row),
        "The count was tried again.",
    ),
    Step(
        "extend",
        "Extend voting",
        "Voting opens once more, by correspondence, for the time that a vote by correspondence has. Votes cast stay"
        " sealed and count. Portal default: only within that time after the close; later a new ballot is drafted, with"
        " the evidence and the roll of its day.",
        forms.PlainForm,
        verbs.extend,
        lambda row, by: may.extend(row, by=by),
        lambda row, at: can.extend(row, at=at),
        "Voting is extended.",
        "primary",
    ),
    Step(
        "refer",
        "Refer it to the Panel",
        "This ballot is void, its votes stay sealed, and a ballot of the Panel is drafted on the same objections, with"
        " the same question and deferral date. You give notice of that one next.",
        forms.PlainForm,
        verbs.refer,
        lambda row, by: may.refer(row, by=by),
        lambda row, at: can.refer(row, at=at),
        "It is referred: the Panel’s ballot is drafted.",
        "primary",
    ),
    Step(
        "determine",
        "Record the determination",
        "The rule for this case applies without a vote: a tie without a casting vote in time falls to the more cautious"
        " option; at a Panel still inquorate the cohort is held and the rest proceeds.",
        forms.UnseenForm,
        verbs.determine,
        lambda row, by: may.determine(row, by=by),
        lambda row, at: can.determine(row, at=at),
        "The determination is in effect.",
    ),
    Step(
        "publish",
        "Publish the determination",
        "The determination is published with tally, rule, reasons and the minority’s statement. The appeal window of 10"
        " Working Days opens.",
        forms.PublishForm,
        verbs.publish,
        lambda row, by: may.publish(row, by=by),
        lambda row, at: can.publish(row),
        "The determination is published.",
        "primary",
    ),
    Step(
        "record_appeal",
        "Record an appeal",
        "The objected cohort waits for the Authority’s outcome; the rest proceeds.",
        forms.AppealForm,
        verbs.record_appeal,
        lambda row, by: may.record_appeal(row, by=by),
        lambda row, at: can.record_appeal(row, at=at),
        "The appeal is recorded.",
    ),
    Step(
        "record_appeal_outcome",
        "Record the appeal’s outcome",
        "It takes effect now. Homes that the minority safeguard holds stay held until fixed, whatever the outcome.",
        forms.AppealOutcomeForm,
        verbs.record_appeal_outcome,
        lambda row, by: may.record_appeal_outcome(row, by=by),
        lambda row, at: can.record_appeal_outcome(row),
        "The outcome is recorded and in effect.",
        effects=effects.appealing,
    ),
    Step(
        "void",
        "Void the ballot",
        "The ballot is never reopened; a new one refers to it.",
        forms.WhyForm,
        verbs.void,
        lambda row, by: may.void(row, by=by),
        lambda row, at: can.void(row),
        "The ballot is void.",
        "warning",
        effects.voiding,
    ),
)

BALLOT_STEP = {step.name: step for step in BALLOT_STEPS}
