"""What lies before the voters, frozen as text and figures when voting opens; the journal keeps its hash.

Answers, names, homes and holds change later. What was voted on does not: pages of a ballot that was opened, its export
and its record show this. Issues are kept apart, each under a salted hash, so that an export for a reader who may not
know of one leaves it out and still adds up.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from releases.ballots.models import Ballot, Exhibit, Laid, Objection
from releases.ballots.options import forecast
from releases.holds.queries import cells_of
from releases.issues.models import Comment, Issue
from releases.products import cohorts
from releases.products.cohorts import Cohort
from releases.testing import matrix

Json = dict[str, Any]


def lay(ballot: Ballot, objections: Iterable[Objection], at: datetime) -> Laid:
    """Write down what lies before the voters of a ballot that opens, and return it.

    The ballot's rules, exclusion set and safeguard are frozen already.
    """
    found = list(objections)
    issues = {one.pk: _sealed(one) for objection in found for one in objection.issues.all()}
    matter = {
        "release": _release(ballot),
        "ballot": _ballot(ballot),
        "objections": [_objection(one, [issues[issue.pk][0] for issue in one.issues.all()]) for one in found],
        "forecast": _forecast(ballot, found, at),
        "coverage": asdict(matrix.weigh(ballot.release).all_homes),
    }
    row = Laid.objects.create(ballot=ballot, matter=matter, issues=dict(issues.values()), at=at)
    row.refresh_from_db()  # hashed is what is read again: the database spells numbers and keys its own way
    return row


def of(ballot: Ballot) -> Laid | None:
    """Return what lay before the voters; None before opening, and for ballots older than this record."""
    return getattr(ballot, "laid", None)


def digest(found: Any) -> str:
    """The SHA-256 of JSON in one spelling, as `docs/verify_decision.py` works it out."""
    return hashlib.sha256(json.dumps(found, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def objection_in(found: Laid, reference: str) -> Json | None:
    """Return an objection as it was laid before the voters; None where this one was not."""
    rows: list[Json] = found.matter["objections"]
    return next((row for row in rows if row["reference"] == reference), None)


def issues_in(found: Laid, references: Iterable[str]) -> dict[str, Json]:
    """Return the issues laid, by hash, of which somebody may know: those with one of these references."""
    known = set(references)
    return {key: one for key, one in found.issues.items() if one["facts"]["reference"] in known}


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _sealed(issue: Issue) -> tuple[str, Json]:
    """An issue as it stands, under its hash; the salt keeps its hash from being guessed from its few likely words."""
    files = Comment.objects.filter(issue=issue).exclude(file="").order_by("pk").values_list("pk", "sha256")
    facts = {
        "reference": issue.reference,
        "title": issue.title,
        "description": issue.description,
        "category": issue.category,
        "severity": issue.severity,
        "state": issue.state,
        "files": [list(row) for row in files],
    }
    opening = {"salt": secrets.token_hex(16), "facts": facts}
    return digest(opening), opening


def _release(ballot: Ballot) -> Json:
    release = ballot.release
    return {
        "reference": release.reference,
        "title": release.title,
        "firmware_version": release.firmware_version,
        "classification": release.classification,
        "planned_activation_at": _moment(release.planned_activation_at),
    }


def _ballot(ballot: Ballot) -> Json:
    return {
        "reference": ballot.reference,
        "question": ballot.question,
        "committee": ballot.committee.name,
        "kind": ballot.kind,
        "recommends": ballot.recommends,
        "defer_to": _moment(ballot.defer_to),
        "rules": ballot.rules,
        "safeguard": ballot.safeguard,
        "exclusion": ballot.exclusion,
    }


def _objection(objection: Objection, issues: list[str]) -> Json:
    cohort = Cohort.of(objection)
    cells = cells_of(cohort, objection.release)
    counts, suppliers = cohorts.counts(cells), cohorts.homes_of_each_supplier(cells)
    joined = objection.joinders.select_related("organisation").order_by("pk")
    files = Exhibit.objects.filter(objection=objection).select_related("organisation").order_by("pk")
    return {
        "reference": objection.reference,
        "organisation": objection.organisation.name,
        "lodged_by_name": objection.lodged_by_name,
        "lodged_at": _moment(objection.lodged_at),
        "is_limited": objection.is_limited,
        "is_late": objection.is_late,
        "cohort": cohorts.words(cohort),
        "homes": counts.homes,
        "suppliers": counts.suppliers,
        "cells": counts.cells,
        "homes_by_supplier": [list(pair) for pair in suppliers],
        "evidence": objection.evidence,
        "remedy": objection.remedy,
        "defer_to": _moment(objection.defer_to),
        "answer": objection.answer,
        "joined": [[row.organisation.name, _moment(row.joined_at), row.statement] for row in joined],
        "files": [[one.organisation.name, one.file_name, one.sha256] for one in files],
        "issues": issues,
    }


def _forecast(ballot: Ballot, objections: list[Objection], at: datetime) -> Json:
    found = forecast(ballot, objections, at)
    return {
        "options": [{**asdict(one), "option": str(one.option)} for one in found.options],
        "holds": [hold.reference for hold in found.holds],
        "held": found.held,
        "deferred_until": _moment(found.deferred_until),
    }
