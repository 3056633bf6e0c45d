"""The catalogue of test cases: a case is added, gets a new edition or is retired; no edition is ever changed."""

from datetime import datetime

from django.db import transaction

from portal.workflow import barrier
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid
from portal.workflow.transitions import note
from releases.testing import can, may
from releases.testing.catalogue import CODE, CaseFacts
from releases.testing.models import TestCase

LONGEST_TITLE = 120
MOST_STEPS = 30


@transaction.atomic
def add_case(facts: CaseFacts, *, by: Actor, at: datetime, why: str) -> TestCase:
    """Add a case with a code that no case has had and return its first edition.

    Coverage asks for it from now on, so it may shut a gate whose class requires a share.
    """
    barrier.shut()
    may.keep_case(by=by)
    wrong = _wrong(facts, why)
    if not CODE.fullmatch(facts.code):
        wrong["code"] = ["Give 2 to 12 capital letters, digits, + or -, beginning with a letter, such as METERX."]
    elif TestCase.objects.filter(code=facts.code).exists():
        wrong["code"] = ["A case has or had this code: choose another, or make a new edition of that case."]
    _refuse(wrong)
    return _publish(facts, 1, by=by, at=at, verb="add_case", why=why)


@transaction.atomic
def revise_case(case: TestCase, facts: CaseFacts, *, by: Actor, at: datetime, why: str) -> TestCase:
    """Retire this edition, put the next in its place and return that; the code stays.

    Results stay with the edition they were reported on and count towards coverage no longer. Raises NotNow where
    the edition is retired, also by somebody who was faster.
    """
    barrier.shut()
    case = _locked(case)
    may.keep_case(by=by)
    can.keep_case(case)
    wrong = _wrong(facts, why)
    if (facts.title, facts.purpose, "\n".join(facts.steps)) == (case.title, case.purpose, case.steps):
        wrong["steps"] = ["Nothing differs from the edition in force: change what is to be new."]
    _refuse(wrong)
    _retire(case, at)
    return _publish(facts, case.edition + 1, by=by, at=at, verb="revise_case", why=why)


@transaction.atomic
def retire_case(case: TestCase, *, by: Actor, at: datetime, why: str) -> TestCase:
    """Take a case out of the catalogue and return it; its results stay on record."""
    barrier.shut()
    case = _locked(case)
    may.keep_case(by=by)
    can.keep_case(case)
    _refuse(_no_reason(why))
    _retire(case, at)
    note(case, by=by, at=at, verb="retire_case", why=why.strip())
    return case


def _locked(case: TestCase) -> TestCase:
    return TestCase.objects.select_for_update(no_key=True).get(pk=case.pk)


def _publish(facts: CaseFacts, edition: int, *, by: Actor, at: datetime, verb: str, why: str) -> TestCase:
    made = TestCase.objects.create(
        code=facts.code, edition=edition, title=facts.title, purpose=facts.purpose, steps="\n".join(facts.steps)
    )
    note(made, by=by, at=at, verb=verb, why=why.strip())
    return made


def _retire(case: TestCase, at: datetime) -> None:
    case.retired_at = at
    case.save(update_fields=["retired_at"])


def _wrong(facts: CaseFacts, why: str) -> dict[str, list[str]]:
    wrong = _no_reason(why)
    if not 0 < len(facts.title) <= LONGEST_TITLE:
        wrong["title"] = [f"Give a title of at most {LONGEST_TITLE} characters."]
    if not facts.purpose:
        wrong["purpose"] = ["Say what the case is for."]
    if not 0 < len(facts.steps) <= MOST_STEPS:
        wrong["steps"] = [f"Give 1 to {MOST_STEPS} steps, one a line."]
    return wrong


def _no_reason(why: str) -> dict[str, list[str]]:
    return {} if why.strip() else {"why": ["Say why the catalogue changes: it is shown in the history of the case."]}


def _refuse(wrong: dict[str, list[str]]) -> None:
    if wrong:
        raise Invalid("The test case needs to be put right.", wrong)
