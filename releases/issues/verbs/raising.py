"""Raising an issue."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.core.files.base import File
from django.db import transaction

from portal.delivery.outbox import tell
from portal.journal.writing import Jsonable
from portal.people.models import Organisation
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.references import take_number
from portal.workflow.transitions import lock, note
from releases.holds.queries import cells_of
from releases.issues import can, may, messages
from releases.issues.clocks import acknowledge_by
from releases.issues.models import Category, Comment, Issue
from releases.issues.verbs.evidence import attach
from releases.products.cohorts import Cohort
from releases.publishing.models import Release


@dataclass(frozen=True)
class Finding:
    """What was found: its category, severity 1 (loss of supply, safety) to 5 (cosmetic), and cohort."""

    title: str
    description: str
    category: str
    severity: int
    cohort: Cohort = field(default_factory=Cohort)


@transaction.atomic
def raise_issue(
    release: Release,
    finding: Finding,
    *,
    organisation: Organisation,
    by: Actor,
    at: datetime,
    file: "File[Any] | None" = None,
) -> Issue:
    """Raise an issue on a release for an organisation and return it; DCC's clock to acknowledge it starts.

    A file of evidence is its first comment, for all who may see the issue. Raises Invalid where something is missing,
    the file is not allowed, or no home is in the cohort. An agent names the supplier it acts for; the issue stays
    with that supplier.
    """
    release = lock(release)
    may.raise_issue(organisation, by=by)
    can.raise_issue(release)
    _check(release, finding)
    number = take_number(Issue)
    issue = Issue.objects.create(
        pk=number,
        reference=f"I-{number:04d}",
        release=release,
        title=finding.title.strip(),
        description=finding.description.strip(),
        category=finding.category,
        severity=finding.severity,
        organisation=organisation,
        raised_by_organisation_id=cast(int, by.organisation_id),  # the rule has asked
        raised_by_name=by.name,
        raised_at=at,
        acknowledge_by=acknowledge_by(at, finding.severity),
        **finding.cohort.as_fields(),
    )
    data: dict[str, Jsonable] = {} if file is None else {"sha256": _show(issue, file, by, at)}
    note(issue, by=by, at=at, verb="raise_issue", data=data)
    tell(messages.IssueRaised(issue, at), at=at)
    return issue


def _show(issue: Issue, file: "File[Any]", by: Actor, at: datetime) -> str:
    """Keep a file as the first comment of an issue, and return its digest."""
    first = Comment(
        issue=issue,
        organisation_id=cast(int, by.organisation_id),  # the rule has asked
        author_name=by.name,
        audience=Comment.Audience.ALL,
        text="Evidence, given when the issue was raised.",
        at=at,
    )
    attach(first, file)
    first.save()
    return first.sha256


def _check(release: Release, finding: Finding) -> None:
    wrong: dict[str, list[str]] = {}
    if not finding.title.strip():
        wrong["title"] = ["Say in a few words what is wrong."]
    if not finding.description.strip():
        wrong["description"] = ["Describe what happens and how to see it."]
    if finding.category not in Category.values:
        wrong["category"] = ["Choose a category."]
    if finding.severity not in range(1, 6):
        wrong["severity"] = ["Choose a severity from 1 to 5."]
    if not cells_of(finding.cohort, release).filter(homes__gt=0).exists():
        wrong["cohort"] = ["No home of this release is in the selection: choose fewer conditions."]
    if wrong:
        raise Invalid("; ".join(sentence for sentences in wrong.values() for sentence in sentences), wrong)
