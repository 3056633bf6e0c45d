"""What the pages of objections, ballots and determinations show, gathered in one place and filtered for the reader.

Nothing here reads a sealed vote: turnout comes from who has cast, results from the tally written at close.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from portal.people.models import PartyCategory, Seat
from portal.workflow.actor import Actor
from releases.ballots import laid, may, queries, rulesets
from releases.ballots import tally as counting
from releases.ballots.effects import offering
from releases.ballots.models import (
    ABSTAIN,
    Ballot,
    Departure,
    Determination,
    Entitlement,
    Exhibit,
    Joinder,
    Laid,
    Objection,
    Ruling,
    Statement,
)
from releases.ballots.options import forecast
from releases.ballots.paper import OPTION_WORDS, Kind, Safeguard
from releases.ballots.roll import Roll, awaits_ruling, is_recused, last_declaration, last_interest, last_ruling, roll_of
from releases.holds.queries import cells_of
from releases.issues.models import Issue
from releases.products import cohorts
from releases.products.cohorts import Cohort, Counts
from releases.testing import matrix

CATEGORIES = dict(PartyCategory.choices)


@dataclass(frozen=True)
class Matter:
    """An objection as a page shows it: the cited issues the reader may see, and the homes concerned."""

    objection: Objection
    issues: list[Issue]
    hidden_issues: int
    is_limited: bool
    cohort: str
    counts: Counts
    suppliers: list[tuple[str, int]]
    joinders: list[Joinder]
    exhibits: list[Exhibit]
    offer: list[str]
    departures: list[Departure]


def matter(objection: Objection, actor: Actor, ballot: Ballot | None = None) -> Matter:
    """Gather one objection for this reader; for a ballot that was opened, as it was laid before the voters.

    Rule: a security issue is shown only to those who may know of it.
    """
    issues = list(queries.cited(objection, actor))
    found = laid.of(ballot) if ballot else None
    kept = laid.objection_in(found, objection.reference) if found else None
    if found and kept:
        _as_laid(issues, found)
    cells = cells_of(Cohort.of(objection), objection.release)
    return Matter(
        objection=objection,
        issues=issues,
        hidden_issues=objection.issues.count() - len(issues),
        is_limited=kept["is_limited"] if kept else objection.is_limited,
        cohort=kept["cohort"] if kept else cohorts.words(Cohort.of(objection)),
        counts=Counts(kept["homes"], kept["suppliers"], kept["cells"]) if kept else cohorts.counts(cells),
        suppliers=kept["homes_by_supplier"] if kept else cohorts.homes_of_each_supplier(cells),
        joinders=list(objection.joinders.select_related("organisation").order_by("pk")),
        exhibits=list(objection.exhibits.select_related("organisation").order_by("pk")),
        departures=list(objection.departures.select_related("organisation", "carried_on_by")),
        offer=offering(objection, objection.offer) if objection.offered is not None else [],
    )


def _as_laid(issues: Iterable[Issue], laid_matter: Laid) -> None:
    """Show the issues, on the copies read here alone, as they were when voting opened."""
    found = {one.reference: one for one in issues}
    for kept in laid.issues_in(laid_matter, found).values():
        for name in ("title", "description", "category", "severity", "state"):
            setattr(found[kept["facts"]["reference"]], name, kept["facts"][name])


@dataclass(frozen=True)
class Member:
    """A row of the roll as the page shows it: never what was voted, only whether."""

    row: Entitlement
    capacity: str
    constituency: str
    standing: str
    reason: str
    has_voted: bool
    may_rule: bool


def roll(ballot: Ballot, actor: Actor) -> dict[str, Any]:
    """The roll, the turnout and, for each member, what was declared and ruled."""
    found = roll_of(ballot)
    return {
        "members": [_member(found, row, actor) for row in found.rows],
        "turnout": found.turnout,
        "base": len(found.base),
        "seats": len(found.seats),
        "recused": len(found.recused),
        "presiding": found.presiding,
    }


def _member(found: Roll, row: Entitlement, actor: Actor) -> Member:
    ruling = last_ruling(row)
    return Member(
        row=row,
        capacity=dict(Seat.Capacity.choices).get(row.capacity, row.capacity),
        constituency=category(row.constituency),
        standing=_standing(found, row),
        reason=_reason(row, ruling),
        has_voted=row.pk in found.voted,
        may_rule=may.rule_on_interest.why_not(found, row, by=actor) is None,
    )


def _reason(row: Entitlement, ruling: Ruling | None) -> str:
    """Why somebody stands as they do: the ruling or the conflict found, and the interest they declared themselves."""
    interest = last_interest(row)
    declared = f"Declared: {interest.text}" if interest else ""
    found = ruling.reasons if ruling else row.conflict
    return " ".join(text for text in (found, declared) if text)


def _standing(found: Roll, row: Entitlement) -> str:
    if row == found.presiding:
        return "presides: casting vote only"
    if awaits_ruling(row):
        return "recused until the Chair rules"
    if is_recused(row):
        return "recused"
    if row.alternate_for:
        return f"alternate for {row.alternate_for.name}"
    return "entitled"


def category(value: str) -> str:
    """A constituency in words."""
    return str(CATEGORIES.get(value, "No constituency"))


def evidence(ballot: Ballot, actor: Actor, at: datetime) -> dict[str, Any]:
    """Everything on the ballot page: matters, statements, options and their effects, roll, result once counted."""
    objections = queries.heard(ballot)
    return {
        "matters": [matter(objection, actor, ballot) for objection in objections],
        "statements": statements(ballot),
        "forecast": forecast(ballot, objections, at),
        "beside": queries.beside(ballot, actor),
        "replaced_by": queries.ballots(actor).filter(replaces=ballot).order_by("pk"),
        "coverage": matrix.weigh(ballot.release).all_homes,
        "safeguard": Safeguard(ballot.safeguard),
        "roll": roll(ballot, actor) if ballot.opened_at else None,
        "rules": rulesets.in_words(rulesets.parse(ballot.rules)) if ballot.rules else (),
        "override_share": rulesets.parse(ballot.rules or rulesets.DEFAULT).override_share,
        "result": result(ballot),
        "reasons": _reasons(ballot) if ballot.recommendation else (),
        "advice": result(ballot.follows) if ballot.follows else None,
        "determination": queries.determinations(actor).filter(ballot=ballot).first(),
        **_own(ballot, actor, at),
    }


def statements(ballot: Ballot) -> QuerySet[Statement]:
    """What the parties put on the page, in order."""
    return ballot.statements.select_related("organisation").order_by("pk")


def _own(ballot: Ballot, actor: Actor, at: datetime) -> dict[str, Any]:
    """What concerns the reader's own seat."""
    found = roll_of(ballot)
    row = found.of(actor.user_id)
    is_open = ballot.state == "open"
    member = _member(found, row, actor) if row and is_recused(row) else None
    return {
        "own": row,
        "recused": member,
        "has_voted": row is not None and row.pk in found.voted,
        "declared": last_declaration(row) if row else None,
        "no_vote": may.cast.why_not(found, by=actor) if row and is_open else None,
        "casts": row is not None and is_open and may.cast.why_not(found, by=actor) is None,
        "settles": ballot.state == "tied" and may.casting_vote.why_not(found, by=actor) is None,
    }


@dataclass(frozen=True)
class CategoryRow:
    """One line of the tally: a category and its votes, option by option and abstentions last."""

    name: str
    votes: list[int]


@dataclass(frozen=True)
class Shown:
    """A counted result as pages print it."""

    heads: list[str]
    rows: list[CategoryRow]
    working: tuple[str, ...]
    verdict: str


def result(ballot: Ballot) -> Shown | None:
    """The tally by category and its working; None until the votes were opened."""
    if not hasattr(ballot, "tally"):
        return None
    counted = counting.from_json(ballot.tally.result)
    paper = Kind(ballot.kind).options
    heads = [option.words.capitalize() for option in paper] + ["Abstain"]
    columns = [*paper, ABSTAIN]  # named one by one: the database does not keep the order of stored keys
    rows = [
        CategoryRow(category(name), [votes[column] for column in columns])
        for name, votes in sorted(counted.by_category.items())
    ]
    determination = getattr(ballot, "determination", None)
    working = determination.rule_in_words.splitlines() if determination else counted.working
    return Shown(heads, rows, tuple(working), counted.verdict)


def document(determination: Determination) -> dict[str, Any]:
    """Everything on the page of a determination: tally by category, rule in words, reasons, appeal."""
    ballot, objections = determination.ballot, queries.heard(determination.ballot)
    return {
        "ballot": ballot,
        "classification": _classification(ballot, objections),
        "result": result(ballot),
        "working": determination.rule_in_words.splitlines(),
        "reasons": _reasons(ballot),
        "casting_vote": getattr(ballot, "casting_vote", None),
        "objections": objections,
    }


def _classification(ballot: Ballot, objections: Iterable[Objection]) -> str:
    """Who may read the decision: who reads the release, or far fewer where a security issue is cited (Issues)."""
    if any(issue.is_security for objection in objections for issue in objection.issues.all()):
        return "Restricted: the parties, DCC, SECAS and the Security Sub-Committee"
    return str(ballot.release.get_classification_display())


def _reasons(ballot: Ballot) -> list[dict[str, str]]:
    """The reasons voters gave, by constituency and choice, without their names."""
    votes: Iterable[dict[str, Any]] = ballot.tally.votes if hasattr(ballot, "tally") else []
    words = {str(option): text for option, text in OPTION_WORDS.items()} | {"abstain": "abstain"}
    shown = [
        {"category": category(one["constituency"]), "choice": words[one["choice"]], "reason": one["reason"]}
        for one in votes
    ]
    return sorted(shown, key=lambda one: (one["category"], one["choice"]))
