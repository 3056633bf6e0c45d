"""One decision as a file of its own: everything that was decided on and how, as JSON, with files and hashes.

`docs/verify_decision.py` checks it with nothing but Python: no portal, no database, no key.
"""

import base64
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import IO, Any

from django.core.files.base import File
from django.db.models import Q

from portal.journal.models import Block, BlockMember, Entry
from portal.journal.sealing import content_of
from portal.pages.documents import pdf
from portal.workflow.actor import Actor
from releases.ballots import hashes, laid, queries
from releases.ballots.document import notice
from releases.ballots.models import Ballot, Determination, Entitlement, Exhibit, Laid, Objection, Vote
from releases.issues import queries as issues
from releases.issues.models import Comment
from releases.products.cohorts import Cohort
from releases.publishing.documents import KINDS

FORMAT = 3  # 1 had no files of the parties, 2 not what lay before the voters
SUMS = "SHA256SUMS"
IN_PIECES_OF = 1024 * 1024


def pack(ballot: Ballot, actor: Actor, at: datetime) -> IO[bytes]:
    """Return the dossier as a ZIP file open for reading, with every file's SHA-256 in `SHA256SUMS`."""
    packed = tempfile.TemporaryFile()  # noqa: SIM115  # it outlives this function: whoever sends it closes it
    sums = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in _files(ballot, actor, at):
            digest = hashlib.sha256()
            with archive.open(name, "w") as target:
                for piece in pieces:
                    digest.update(piece)
                    target.write(piece)
            sums.append(f"{digest.hexdigest()}  {name}\n")
        archive.writestr(SUMS, "".join(sums))
    packed.seek(0)
    return packed


def _files(ballot: Ballot, actor: Actor, at: datetime) -> Iterator[tuple[str, Iterable[bytes]]]:
    determination = ballot.determination
    yield "decision.json", [_json(decision(ballot, actor, at))]
    yield "journal.json", [_json(journal(ballot))]
    yield f"{determination.reference}.pdf", [pdf(notice(determination))]
    for exhibit in hashes.exhibits(ballot):
        with File(exhibit.file) as file:
            yield _named(exhibit), file.chunks(IN_PIECES_OF)
    for comment in _evidence(ballot, actor, laid.of(ballot)):
        name = f"evidence/{comment.issue.reference}-{comment.pk}.{KINDS[comment.file_kind].ending}"
        with File(comment.file) as file:
            yield name, file.chunks(IN_PIECES_OF)


def _named(exhibit: Exhibit) -> str:
    return f"evidence/{exhibit.own_name}"


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, indent=1, sort_keys=True, default=_plain).encode()


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def decision(ballot: Ballot, actor: Actor, at: datetime) -> dict[str, Any]:
    """Everything about one decided ballot as JSON can say it; people and organisations by name, as text."""
    determination, release, kept = ballot.determination, ballot.release, laid.of(ballot)
    return {
        "format": FORMAT if kept else FORMAT - 1,
        **({"laid": kept.matter, "issues": _issues(kept, ballot, actor)} if kept else {}),
        "made_at": at,
        "made_by": actor.name,
        "release": kept.matter["release"]
        if kept
        else _of(release, "reference", "title", "firmware_version", "classification"),
        "ballot": {
            **_of(ballot, "reference", "question", "state", "noticed_at", "opened_at", "closes_at", "closed_at"),
            **_of(ballot, "extended_at", "defer_to", "rules", "safeguard", "safeguard_objections", "exclusion"),
            **_of(
                ballot,
                "kind",
                "recommends",
                "recommendation",
                "roll_hash",
                "key_fingerprint",
                "voided_at",
                "void_reason",
            ),
            "committee": ballot.committee.name,
            "public_key": bytes(ballot.public_key or b"").hex(),
            "replaces": ballot.replaces.reference if ballot.replaces else None,
            "follows": ballot.follows.reference if ballot.follows else None,
            **(kept.matter["ballot"] if kept else {}),
        },
        "roll": [_seat(row) for row in ballot.roll.order_by("pk").prefetch_related("declarations", "rulings")],
        "votes": [_vote(vote) for vote in _votes(ballot)],
        "tally": _of(ballot.tally, "result", "votes", "votes_hash", "counted_at") if hasattr(ballot, "tally") else None,
        "casting_vote": _of(ballot.casting_vote, "by_name", "choice", "reasons", "at")
        if hasattr(ballot, "casting_vote")
        else None,
        "objections": [
            _as_heard(_became(one) if kept else _objection(one, actor), ballot) for one in queries.heard(ballot)
        ],
        "statements": [
            {**_of(row, "text", "by_name", "at"), "organisation": row.organisation.name}
            for row in ballot.statements.select_related("organisation").order_by("pk")
        ],
        "files": [_file(one) for one in hashes.exhibits(ballot)],
        "determination": hashes.document(determination),
        "effects": determination.effects,
        "appeal": _of(determination, "appealed_at", "appellant", "appeal_grounds", "appeal_result", "appeal_outcome"),
    }


def _issues(kept: Laid, ballot: Ballot, actor: Actor) -> dict[str, Any]:
    """The cited issues as they were laid before the voters, of which the actor may know."""
    known = {issue.reference for one in queries.heard(ballot) for issue in queries.cited(one, actor)}
    return laid.issues_in(kept, known)


def _of(row: object, *fields: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}


def _seat(row: Entitlement) -> dict[str, Any]:
    return {
        "seat": row.pk,
        **_of(row, "user_id", "name", "organisation_name", "capacity", "constituency", "is_conflicted", "conflict"),
        "alternate_for": row.alternate_for_id,
        "declarations": [_of(one, "has_interest", "text", "at") for one in row.declarations.all()],
        "rulings": [_of(one, "recused", "reasons", "ruled_by_name", "at") for one in row.rulings.all()],
    }


def _votes(ballot: Ballot) -> Iterable[Vote]:
    return Vote.objects.filter(entitlement__ballot=ballot).order_by("entitlement_id", "sequence")


def _vote(vote: Vote) -> dict[str, Any]:
    """A cast as it was sealed: what it says stands in the tally, once counted, and can be read here by nobody."""
    sealed = base64.b64encode(bytes(vote.sealed)).decode()
    return {"seat": vote.entitlement_id, "sealed": sealed, **_of(vote, "sequence", "receipt", "at")}


def _as_heard(facts: dict[str, Any], ballot: Ballot) -> dict[str, Any]:
    """An objection as the decision was made on it: it may have been answered otherwise since, or carried on."""
    names = ("reference", "organisation", "lodged_by_name", "evidence", "remedy", "answer")
    heard = [dict(zip(names, row, strict=True)) for row in hashes.as_heard(ballot)]
    return facts | next((one for one in heard if one["reference"] == facts["reference"]), {})


def _became(objection: Objection) -> dict[str, Any]:
    """What became of an objection; what it was when voting opened stands in what lay before the voters."""
    left = objection.departures.select_related("organisation", "carried_on_by")
    return {
        **_of(objection, "reference", "state", "offered", "safeguarded"),
        "left": [
            {
                **_of(row, "by_name", "why", "at"),
                "organisation": row.organisation.name,
                "carried_on_by": row.carried_on_by.name,
            }
            for row in left
        ],
    }


def _objection(objection: Objection, actor: Actor) -> dict[str, Any]:
    """An objection as it is now, for ballots older than the record of what lay before the voters."""
    joined = objection.joinders.select_related("organisation").order_by("pk")
    return {
        **_became(objection),
        **_of(objection, "lodged_by_name", "lodged_at", "is_limited", "is_late"),
        **_of(objection, "evidence", "remedy", "defer_to", "answer"),
        "organisation": objection.organisation.name,
        "cohort": Cohort.of(objection).as_json(),
        "joined": [{**_of(row, "joined_at", "statement"), "organisation": row.organisation.name} for row in joined],
        "issues": [
            _of(issue, "reference", "title", "category", "severity", "state")
            for issue in queries.cited(objection, actor)
        ],
    }


def _file(exhibit: Exhibit) -> dict[str, Any]:
    """A file of a party: whose it is, and where it lies in the dossier."""
    return {
        **_of(exhibit, "by_name", "at", "file_name", "file_kind", "sha256"),
        "objection": exhibit.objection.reference,
        "organisation": exhibit.organisation.name,
        "path": _named(exhibit),
    }


def _evidence(ballot: Ballot, actor: Actor, kept: Laid | None) -> Iterator[Comment]:
    """The files of evidence on the issues cited that the actor may see, each once however often its issue is cited.

    Those that lay before the voters: what was put there later decided nothing.
    """
    openings = kept.issues.values() if kept else ()
    before = [pk for opening in openings for pk, _ in opening["facts"]["files"]]
    cited = {issue.pk: issue for one in queries.heard(ballot) for issue in queries.cited(one, actor)}
    for issue in cited.values():
        found = issues.comments(issue, actor).exclude(file="").select_related("issue")
        yield from found.filter(pk__in=before) if kept else found


def journal(ballot: Ballot) -> dict[str, Any]:
    """The journal's entries about the ballot, its objections and its determination, and the blocks that seal them."""
    about = Q(subject_kind=ballot._meta.label_lower, subject_id=ballot.pk)
    objections = [one.pk for one in ballot.objections.all()]
    about |= Q(subject_kind=Objection._meta.label_lower, subject_id__in=objections)
    about |= Q(subject_kind=Determination._meta.label_lower, subject_id=ballot.determination.pk)
    entries = list(Entry.objects.filter(about).select_related("sealed").order_by("pk"))
    places = [getattr(entry, "sealed", None) for entry in entries]
    blocks = Block.objects.filter(pk__in={place.block_id for place in places if place}).order_by("pk")
    return {
        "entries": [_entry(entry, place) for entry, place in zip(entries, places, strict=True)],
        "blocks": [
            {
                **_of(block, "number", "previous_hash", "hash"),
                "members": list(block.members.order_by("position").values_list("entry_hash", flat=True)),
            }
            for block in blocks
        ],
    }


def _entry(entry: Entry, place: BlockMember | None) -> dict[str, Any]:
    found = {"content": json.loads(content_of(entry)), "block": None, "position": None}
    return found | ({"block": place.block_id, "position": place.position} if place else {})
