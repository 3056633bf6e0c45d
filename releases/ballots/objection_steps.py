"""The acts on objections that are one short form each; a step is named as its verb, rules and address."""

from datetime import datetime

from portal.workflow.actor import Actor
from releases.ballots import can, effects, forms, may, verbs
from releases.ballots.models import Objection
from releases.ballots.objection_forms import EvidenceForm, JoinForm, NarrowForm
from releases.ballots.step import Step


def _join(objection: Objection, by: Actor) -> None:
    others = by.suppliers - {objection.organisation_id}
    may.join(objection, min(others, default=objection.organisation_id), by=by)


def _joinable(objection: Objection, at: datetime) -> None:
    can.join(objection, 0)


def _speaks_for(objection: Objection, by: Actor) -> None:
    own = [one for one in sorted(by.suppliers) if may.add_evidence.why_not(objection, one, by=by) is None]
    may.add_evidence(objection, own[0] if own else 0, by=by)


OBJECTION_STEPS: tuple[Step, ...] = (
    Step(
        "admit",
        "Admit",
        "The objector is an affected party, in time, with evidence. DCC’s clock to answer starts; a late objection gets"
        " a provisional hold on its cohort.",
        forms.PlainForm,
        verbs.admit,
        lambda row, by: may.admit(row, by=by),
        lambda row, at: can.admit(row),
        "The objection is admitted.",
        "primary",
    ),
    Step(
        "return_with_reasons",
        "Return with reasons",
        "The objection does not meet the conditions. It ends here, and the gate is free of it.",
        forms.ReasonsForm,
        verbs.return_with_reasons,
        lambda row, by: may.return_with_reasons(row, by=by),
        lambda row, at: can.return_with_reasons(row),
        "The objection is returned with reasons.",
    ),
    Step(
        "accept",
        "Accept the remedy",
        "The remedy sought takes effect now; there is no vote.",
        forms.AnswerForm,
        verbs.accept,
        lambda row, by: may.accept(row, by=by),
        lambda row, at: can.accept(row),
        "The remedy is accepted and in effect.",
        "primary",
    ),
    Step(
        "narrow",
        "Narrow to a hold on the cohort",
        "You offer to hold the objection’s homes, or a part of them, while the rest proceeds. The objector has 2"
        " Working Days to agree; silence counts as contested.",
        NarrowForm,
        verbs.narrow,
        lambda row, by: may.narrow(row, by=by),
        lambda row, at: can.narrow(row),
        "The narrowing is offered to the objector.",
    ),
    Step(
        "contest",
        "Contest",
        "A committee will vote. Your statement stands on the ballot page.",
        forms.AnswerForm,
        verbs.contest,
        lambda row, by: may.contest(row, by=by),
        lambda row, at: can.contest(row),
        "The objection is contested: a committee will vote.",
        "warning",
    ),
    Step(
        "agree",
        "Agree to the narrowing",
        "The homes offered are held until the fault is fixed; the rest of the release proceeds; there is no vote.",
        forms.PlainForm,
        verbs.agree,
        lambda row, by: may.agree(row, by=by),
        lambda row, at: can.agree(row, at=at),
        "You agreed: the homes offered are held and the rest proceeds.",
        "primary",
        effects.agreeing,
    ),
    Step(
        "disagree",
        "Disagree",
        "The objection counts as contested and a committee will vote.",
        forms.WhyForm,
        verbs.disagree,
        lambda row, by: may.disagree(row, by=by),
        lambda row, at: can.disagree(row),
        "The objection is contested: a committee will vote.",
    ),
    Step(
        "join",
        "Join this objection",
        "Your organisation becomes a party to the matter; its committee members are recused from the vote. Should DCC"
        " offer to narrow it, the objector alone agrees or not: lodge your own objection if you want that say.",
        JoinForm,
        verbs.join,
        _join,
        _joinable,
        "You joined the objection.",
    ),
    Step(
        "add_evidence",
        "Add files of evidence",
        "Whoever may see the objection may read them, and so may the committee. They cannot be taken back.",
        EvidenceForm,
        verbs.add_evidence,
        _speaks_for,
        lambda row, at: can.add_evidence(row),
        "The files are with the evidence.",
    ),
    Step(
        "withdraw",
        "Withdraw the objection",
        "You take it back. Your evidence stays on its page.",
        forms.WhyForm,
        verbs.withdraw,
        lambda row, by: may.withdraw(row, by=by),
        lambda row, at: can.withdraw(row),
        "You have withdrawn.",
        "warning",
        effects.withdrawing,
    ),
)

OBJECTION_STEP = {step.name: step for step in OBJECTION_STEPS}
