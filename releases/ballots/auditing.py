"""Whether the rows of ballots are what was frozen, cast, counted and published: each is held against the journal.

The journal is sealed, so a row edited with the triggers off disagrees with it and is named.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from portal.journal import checks
from portal.journal.models import Entry
from portal.journal.queries import timeline
from releases.ballots import hashes, laid, rulesets, sealing
from releases.ballots import tally as counting
from releases.ballots.models import ABSTAIN, Ballot, CastingVote, Determination, Tally, Vote
from releases.ballots.paper import Option, Paper


def faults() -> Iterator[str]:
    """Yield a sentence for each row that is not what was recorded, ballot by ballot."""
    for ballot in Ballot.objects.exclude(opened_at=None).order_by("pk"):
        yield from faults_of(ballot)


def faults_of(ballot: Ballot) -> Iterator[str]:
    """Yield what is wrong with one ballot that was opened."""
    entries = list(timeline(ballot._meta.label_lower, ballot.pk))
    yield from _roll(ballot, entries)
    yield from _laid(ballot, entries)
    yield from _votes(ballot, entries)
    if hasattr(ballot, "tally"):
        yield from _tally(ballot.tally)
    yield from _casting_vote(ballot, entries)
    yield from _heard(ballot, entries)
    yield from _notice(ballot, entries)
    yield from _effects(ballot)


def _said(entries: Iterable[Entry], verb: str, key: str) -> list[str]:
    """What the journal's entries of one verb say under a key; entries older than the key say nothing."""
    return [str(entry.data[key]) for entry in entries if entry.verb == verb and key in entry.data]


def _roll(ballot: Ballot, entries: Iterable[Entry]) -> Iterator[str]:
    now = hashes.roll_hash(ballot.roll.all())
    if {now, ballot.roll_hash} != set(_said(entries, "open_voting", "roll_hash")):
        yield f"The roll of {ballot.reference} is not what was frozen when voting opened."


def _laid(ballot: Ballot, entries: Iterable[Entry]) -> Iterator[str]:
    kept = laid.of(ballot)
    for digest in _said(entries, "open_voting", "laid"):
        issues = kept.issues if kept else {}
        openings = {key: laid.digest(opening) for key, opening in issues.items()}
        if digest != laid.digest(kept.matter if kept else None) or any(key != one for key, one in openings.items()):
            yield f"What lay before the voters of {ballot.reference} is not what did when voting opened."


def _votes(ballot: Ballot, entries: Iterable[Entry]) -> Iterator[str]:
    cast = set(_said(entries, "cast", "receipt"))
    previous: dict[int, str] = defaultdict(str)
    for vote in Vote.objects.filter(entitlement__ballot=ballot).order_by("entitlement_id", "sequence").iterator():
        seat = vote.entitlement_id
        place = hashes.place(ballot.reference, seat=seat, sequence=vote.sequence)
        if vote.receipt != sealing.receipt(bytes(vote.sealed), place=place, previous=previous[seat]):
            yield f"Vote {vote.pk} ({place}) is not what was cast."
        elif vote.receipt not in cast:
            yield f"Vote {vote.pk} ({place}) is not in the journal."
        cast.discard(vote.receipt)
        previous[seat] = vote.receipt
    for receipt in sorted(cast):
        yield f"The vote of {ballot.reference} with receipt {receipt} is in the journal and no longer in the ballot."


def _tally(tally: Tally) -> Iterator[str]:
    """The count is repeated from the opened votes, which are named by their receipts."""
    name = tally.ballot.reference
    last: dict[int, str] = {}
    for vote in Vote.objects.filter(entitlement__ballot=tally.ballot).only("entitlement_id", "receipt").order_by("pk"):
        last[vote.entitlement_id] = vote.receipt
    if not {vote["receipt"] for vote in tally.votes} <= set(last.values()):
        yield f"The tally of {name} counts a vote that nobody cast last."
    if tally.votes_hash != hashes.votes_hash(tally.votes):
        yield f"The votes in the tally of {name} are not those that were counted."
    if recount(tally) != counting.from_json(tally.result):
        yield f"The tally of {name} is not what its votes add up to."


def recount(tally: Tally) -> counting.Result:
    """The result that the stored votes give under the ballot's own rules."""
    stored = counting.from_json(tally.result)
    papers = [
        Paper(
            vote["constituency"],
            None if vote["choice"] == ABSTAIN else Option(vote["choice"]),
            vote["evidence"],
            vote["override"],
        )
        for vote in tally.votes
    ]
    return counting.tally(
        papers,
        entitled=stored.entitled,
        recused=stored.recused,
        rules=rulesets.parse(tally.ballot.rules or {}),
        safeguard=stored.safeguard,
    )


def _casting_vote(ballot: Ballot, entries: Iterable[Entry]) -> Iterator[str]:
    vote = CastingVote.objects.filter(ballot=ballot).first()
    given = [hashes.casting_receipt(vote)] if vote else []
    for receipt in _said(entries, "give_casting_vote", "receipt"):
        if [receipt] != given:
            yield f"The casting vote of {ballot.reference} is not what was given."


def _heard(ballot: Ballot, entries: Iterable[Entry]) -> Iterator[str]:
    digests = {str(entry.data["heard"]) for entry in entries if "heard" in entry.data}
    if digests and digests != {hashes.heard_hash(ballot)}:
        yield f"What {ballot.reference} was decided on, or who was recused, is not what it was at the decision."


def _notice(ballot: Ballot, entries: Iterable[Entry]) -> Iterator[str]:
    for digest in _said(entries, "publish", "document"):
        if digest != hashes.document_hash(ballot.determination):
            yield f"Determination {ballot.determination.reference} does not say what was published."


def _effects(ballot: Ballot) -> Iterator[str]:
    determination = Determination.objects.filter(ballot=ballot).first()
    if determination is None:
        return
    entries = timeline(determination._meta.label_lower, determination.pk)
    for digest in _said(entries, "take_effect", "effects")[-1:]:  # an appeal or a voiding adds to it and says so anew
        if digest != laid.digest(determination.effects):
            yield f"What {determination.reference} says took effect is not what did."


checks.register("ballots", faults)
