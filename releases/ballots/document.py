"""The notice of a determination as a document for print: the same facts as its page, in the same order."""

from typing import Any

from portal.pages import blocks
from portal.pages.blocks import Block
from portal.pages.documents import Document
from portal.pages.templatetags.words import deadline, uk_date, uk_datetime
from releases.ballots import bundle, hashes
from releases.ballots.models import CastingVote, Determination
from releases.ballots.states import BallotState


def notice(determination: Determination) -> Document:
    """Return the notice; dated by its publication, or while that is to come by the decision."""
    ballot, shown = determination.ballot, bundle.document(determination)
    release = ballot.release
    return Document(
        kind="Determination",
        title=f"{determination.get_outcome_display()}: {release.title}",
        reference=determination.reference,
        classification=shown["classification"],
        at=determination.published_at or determination.decided_at,
        facts=_facts(determination, shown["objections"]),
        blocks=[
            *_question(determination),
            blocks.heading("What took effect"),
            blocks.bullets(determination.effects),
            *_tally(shown["result"]),
            blocks.heading("How the rule was applied"),
            blocks.bullets(shown["working"]),
            *_casting(shown["casting_vote"]),
            *_said("Reasons", determination.reasons),
            *_said("The minority’s statement", determination.minority_statement),
            *_votes(shown["reasons"]),
            *_appeal(determination),
            *_proof(determination),
        ],
    )


def _facts(determination: Determination, objections: list[Any]) -> list[tuple[str, str]]:
    ballot = determination.ballot
    outcome = determination.get_outcome_display()
    if determination.defer_to:
        outcome += f": {uk_date(determination.defer_to)}"
    facts = [
        ("Release", f"{ballot.release.reference} {ballot.release.title}, version {ballot.release.firmware_version}"),
        ("Outcome", outcome),
        ("Decided by", f"{ballot.committee}, {uk_datetime(determination.decided_at)}"),
        ("Ballot", ballot.reference),
    ]
    if objections:
        facts.append(("Objections heard", "; ".join(f"{one.reference} by {one.organisation}" for one in objections)))
    if determination.published_at:
        facts.append(("Published", uk_datetime(determination.published_at)))
        facts.append(("Appeal", f"May be made to the Authority until {deadline(determination.appeal_until)}"))
    else:
        facts.append(("Published", "not yet"))
    if ballot.state == BallotState.VOID:
        facts.append(("Void", f"since {uk_datetime(ballot.voided_at)}, and no longer in force: {ballot.void_reason}"))
    return facts


def _question(determination: Determination) -> list[Block]:
    return [blocks.heading("The question"), blocks.paragraph(determination.ballot.question)]


def _tally(result: bundle.Shown | None) -> list[Block]:
    if result is None:
        return []
    rows = [[row.name, *row.votes] for row in result.rows]
    numeric = range(1, len(result.heads) + 1)
    return [blocks.heading("Tally"), blocks.table(["Category", *result.heads], rows, numeric=numeric)]


def _casting(vote: CastingVote | None) -> list[Block]:
    return [blocks.paragraph(f"Casting vote: {vote.get_choice_display().lower()}. {vote.reasons}")] if vote else []


def _said(heading: str, text: str) -> list[Block]:
    paragraphs = [blocks.paragraph(line) for line in text.splitlines() if line.strip()]
    return [blocks.heading(heading), *paragraphs] if paragraphs else []


def _votes(reasons: list[dict[str, str]]) -> list[Block]:
    if not reasons:
        return []
    rows = [[row["category"], row["choice"].capitalize(), row["reason"]] for row in reasons]
    return [
        blocks.heading("Reasons given with the votes, without names"),
        blocks.table(["Category", "Vote", "Reason"], rows),
    ]


def _appeal(determination: Determination) -> list[Block]:
    if determination.appealed_at is None:
        return []
    result = "awaits the Authority’s outcome"
    if determination.appeal_ended_at:
        words = determination.get_appeal_result_display() or "Answered"
        result = f"{words}, {uk_datetime(determination.appeal_ended_at)}"
    pairs = [
        ("Appealed", f"{uk_datetime(determination.appealed_at)} by {determination.appellant}"),
        ("Grounds", determination.appeal_grounds),
        ("Result", result),
        ("The Authority’s outcome", determination.appeal_outcome),
    ]
    return [blocks.heading("Appeal"), blocks.facts((name, value) for name, value in pairs if value)]


def _proof(determination: Determination) -> list[Block]:
    """The hashes under which the record can be checked."""
    ballot = determination.ballot
    pairs = [("SHA-256 of the roll", ballot.roll_hash)]
    if hasattr(ballot, "tally"):
        pairs.append(("SHA-256 over the receipts counted", ballot.tally.votes_hash))
    if determination.published_at:
        pairs.append(("SHA-256 of this notice as published", hashes.document_hash(determination)))
    return [blocks.heading("Proof"), blocks.facts(pairs)]
