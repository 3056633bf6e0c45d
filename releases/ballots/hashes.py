"""The hashes that bind a ballot's rows to the journal: where a vote belongs, the roll, the votes counted, the notice.

`docs/verify_decision.py` works each out on its own from an exported decision; change one here and change it there.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from releases.ballots.models import Ballot, CastingVote, Determination, Entitlement, Exhibit, Objection
from releases.ballots.states import ObjectionState


def place(ballot: str, *, seat: int, sequence: int) -> str:
    """Where a sealed vote belongs; it opens nowhere else."""
    return f"{ballot}, seat {seat}, cast {sequence}"


def roll_hash(rows: Iterable[Entitlement]) -> str:
    """The SHA-256 of a roll as it was frozen: who, in which capacity and constituency, for whom."""
    lines = [
        [row.user_id, row.name, row.capacity, row.constituency, row.alternate_for_id, row.is_conflicted]
        for row in sorted(rows, key=lambda one: one.pk)
    ]
    return _sha256(json.dumps(lines, ensure_ascii=False))


def votes_hash(votes: Iterable[Mapping[str, Any]]) -> str:
    """The SHA-256 over the receipts of the votes counted, in the order of the roll."""
    return _sha256("\n".join(str(vote["receipt"]) for vote in votes))


def casting_receipt(vote: CastingVote) -> str:
    """The receipt of a casting vote: the SHA-256 of who gave which, why and when; the journal keeps it."""
    said = [vote.ballot.reference, vote.by_name, vote.choice, vote.reasons, _moment(vote.at)]
    return _sha256(json.dumps(said, separators=(",", ":")))


def heard(ballot: Ballot) -> dict[str, Any]:
    """What a ballot was decided on: interests and rulings, what each side said, files, votes opened, casting vote."""
    roll = ballot.roll.order_by("pk").prefetch_related("declarations", "rulings")
    tally = getattr(ballot, "tally", None)
    casting = getattr(ballot, "casting_vote", None)
    files = [[one.objection.reference, one.organisation.name, one.sha256] for one in exhibits(ballot)]
    return {
        "roll": [
            [
                row.pk,
                [[one.has_interest, one.text, _moment(one.at)] for one in row.declarations.all()],
                [[one.recused, one.reasons, one.ruled_by_name, _moment(one.at)] for one in row.rulings.all()],
            ]
            for row in roll
        ],
        "objections": as_heard(ballot),
        "statements": [
            [one.organisation.name, one.text, one.by_name, _moment(one.at)]
            for one in ballot.statements.select_related("organisation").order_by("pk")
        ],
        "tally": [tally.result, tally.votes] if tally else None,
        "casting_vote": [casting.by_name, casting.choice, casting.reasons] if casting else None,
        **({"files": files} if files else {}),  # so that what was decided before there were any is hashed as it was
    }


def said(ballot: Ballot) -> list[list[str]]:
    """What the objections a ballot hears say now; a decision keeps it, for later they may be answered otherwise."""
    return [_of(one) for one in ballot.objections.select_related("organisation").order_by("pk")]


def as_heard(ballot: Ballot) -> list[list[str]]:
    """What the objections said at the decision: as they stand, save those taken up again, as the decision kept them."""
    kept = {row[0]: row for row in ballot.determination.heard or ()}
    rows = ballot.objections.select_related("organisation").order_by("pk")
    return [kept.get(one.reference, _of(one)) if _is_taken_up(one, ballot) else _of(one) for one in rows]


def _of(one: Objection) -> list[str]:
    return [one.reference, one.organisation.name, one.lodged_by_name, one.evidence, one.remedy, one.answer]


def _is_taken_up(objection: Objection, ballot: Ballot) -> bool:
    """Whether it was contested again after this ballot, and so may say something else by right."""
    return objection.state != ObjectionState.DETERMINED or objection.ballots.filter(pk__gt=ballot.pk).exists()


def exhibits(ballot: Ballot) -> Iterable[Exhibit]:
    """The files of evidence a ballot was decided on: those put forward when voting opened."""
    found = Exhibit.objects.filter(objection__ballots=ballot, at__lte=ballot.opened_at)
    return found.select_related("objection", "organisation").order_by("pk")


def heard_hash(ballot: Ballot) -> str:
    """The SHA-256 of what a ballot was decided on; the journal keeps it from the decision on."""
    return _sha256(json.dumps(heard(ballot), sort_keys=True, separators=(",", ":")))


def document(determination: Determination) -> dict[str, Any]:
    """What a published determination says for good: an appeal adds to it and changes nothing of it."""
    return {
        "reference": determination.reference,
        "ballot": determination.ballot.reference,
        "outcome": determination.outcome,
        "is_safeguarded": determination.is_safeguarded,
        "override_carried": determination.override_carried,
        "defer_to": _moment(determination.defer_to),
        "rule_in_words": determination.rule_in_words,
        "reasons": determination.reasons,
        "minority_statement": determination.minority_statement,
        "decided_at": _moment(determination.decided_at),
        "published_at": _moment(determination.published_at),
        "appeal_until": _moment(determination.appeal_until),
    }


def document_hash(determination: Determination) -> str:
    """The SHA-256 of what a published determination says; the journal keeps it from the day of publication."""
    return _sha256(json.dumps(document(determination), sort_keys=True, separators=(",", ":")))


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
