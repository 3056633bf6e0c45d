"""What the pages of objections, ballots and determinations show, gathered in one place and filtered for the reader.

Nothing here reads a sealed vote: turnout comes from who has cast, results from the tally written at close.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from portal.people.models import Organisation, PartyCategory, Seat
from portal.workflow.actor import Actor
from releases.ballots import may, queries, rulesets
from releases.ballots import tally as counting
from releases.ballots.models import (
    ABSTAIN,
    Ballot,
    Departure,
    Determination,
    Entitlement,
    Exhibit,
    Joinder,
    Objection,
    Ruling,
    Statement,
)
from releases.ballots.options import forecast
from releases.ballots.paper import OPTION_WORDS, Kind, Option, Safeguard
from releases.ballots.roll import Roll, awaits_ruling, is_recused, last_declaration, last_interest, last_ruling, roll_of
from releases.holds.queries import cells_of, homes_held
from releases.issues.models import Issue
from releases.products import cohorts
from releases.products.cohorts import Cohort, Counts
from releases.publishing import can as publishing_can
from releases.publishing.states import FINISHED, ReleaseState
from releases.publishing.working import words
from releases.testing import matrix

CATEGORIES = dict(PartyCategory.choices)


@dataclass(frozen=True)
class Matter:
    """An objection as a page shows it: the cited issues the reader may see, and the homes concerned."""

    objection: Objection
    issues: list[Issue]
    hidden_issues: int
    cohort: str
    counts: Counts
    suppliers: list[tuple[str, int]]
    joinders: list[Joinder]
    exhibits: list[Exhibit]
    offer: list[str]
    departures: list[Departure]


def matter(objection: Objection, actor: Actor) -> Matter:
    """Gather one objection for this reader. Rule: a security issue is shown only to those who may know of it."""
    issues = list(queries.cited(objection, actor))
    cells = cells_of(Cohort.of(objection), objection.release)
    homes = cohorts.homes_by_supplier(cells)
    names = dict(Organisation.objects.filter(pk__in=homes).values_list("pk", "name"))
    return Matter(
        objection=objection,
        issues=issues,
        hidden_issues=objection.issues.count() - len(issues),
        cohort=cohorts.words(Cohort.of(objection)),
        counts=cohorts.counts(cells),
        suppliers=sorted(((names[one], count) for one, count in homes.items()), key=lambda pair: -pair[1]),
        joinders=list(objection.joinders.select_related("organisation").order_by("pk")),
        exhibits=list(objection.exhibits.select_related("organisation").order_by("pk")),
        departures=list(objection.departures.select_related("organisation", "carried_on_by")),
        offer=offering(objection, objection.offer) if objection.offered is not None else [],
    )


def offering(objection: Objection, part: Cohort) -> list[str]:
    """What a narrowing to a part of the objection's homes holds and lets go, in sentences with numbers."""
    held = cohorts.counts(cells_of(part, objection.release)).homes
    rest = cohorts.counts(cells_of(Cohort.of(objection), objection.release)).homes - held
    kept = f"Held until the fault is fixed: {cohorts.words(part)}, {held:,} homes."
    return [kept, f"Let go with the rest of the release: {rest:,} homes of the objection." if rest else "All are held."]


def withdrawing(objection: Objection) -> list[str]:
    """What withdrawing from an objection does."""
    heir = queries.successor(objection)
    if heir is None:
        return ["The objection ends, and with it what it blocks."]
    return [f"{heir} joined it and carries it on: the objection stays as it is, and so does what it blocks."]


def agreeing(objection: Objection) -> list[str]:
    """What agreeing to a narrowing does."""
    return offering(objection, objection.offer)


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
        "matters": [matter(objection, actor) for objection in objections],
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


def voiding(ballot: Ballot) -> list[str]:
    """What voiding a ballot would do, in sentences with numbers."""
    determination = getattr(ballot, "determination", None)
    if determination is None:
        return ["Nothing is decided: no hold and no date changes. The objections it hears stay as they are."]
    found = list(queries.holds_of(determination).order_by("pk"))
    homes = homes_held(found)
    effects = [
        f"{determination.reference} ({determination.get_outcome_display().lower()}) is in force and will be so no more."
        " It stays readable, marked void.",
        *(f"{hold} ends: {homes[hold.pk]:,} homes are no longer held by it." for hold in found),
    ]
    if ballot.kind == Kind.WAIVER and determination.outcome == Option.PROCEED:
        refused = publishing_can.restore_notice.why_not(ballot.release)
        effects.append(f"The notice stays waived: {refused}" if refused else "The notice runs to its end again.")
    if queries.is_deferred_by(determination):
        before = queries.deferral_without(determination)
        effects.append(f"Activation is deferred to {words(before)} only." if before else "Activation is not deferred.")
    if ballot.release.state in FINISHED or ballot.release.state == ReleaseState.DRAFT:
        effects.append(f"The release stays {ballot.release.get_state_display().lower()}: that cannot be undone.")
    if ballot.release.state not in FINISHED:
        effects += [_contested_again(objection) for objection in queries.determined(ballot)]
    return effects


def appealing(ballot: Ballot) -> list[str]:
    """What an appeal's outcome has to do with, in sentences with numbers: the objected homes, and what is in force."""
    homes = sum(cohorts.counts(cells_of(Cohort.of(one), one.release)).homes for one in queries.heard(ballot))
    determination = ballot.determination
    found = list(queries.holds_of(determination).order_by("pk"))
    held = homes_held(found)
    effects = [f"The objections heard concern {homes:,} homes."]
    effects += [f"{hold} is in force and holds {held[hold.pk]:,} homes." for hold in found]
    if queries.is_deferred_by(determination) and determination.defer_to:
        effects.append(f"Activation is deferred to {words(determination.defer_to)} by this determination.")
    return effects


def _contested_again(objection: Objection) -> str:
    homes = cohorts.counts(cells_of(Cohort.of(objection), objection.release)).homes
    waits = f"activation in its {homes:,} homes waits" if objection.is_limited else "activation of the release waits"
    return f"{objection.reference} is contested again: {waits} for a new ballot."


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
    heads = [words.capitalize() for words in OPTION_WORDS.values()] + ["Abstain"]
    columns = [*OPTION_WORDS, ABSTAIN]  # named one by one: the database does not keep the order of stored keys
    rows = [
        CategoryRow(category(name), [votes[column] for column in columns])
        for name, votes in sorted(counted.by_category.items())
    ]
    return Shown(heads, rows, counted.working, counted.verdict)


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
