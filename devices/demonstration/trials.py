"""How suppliers test a release and what they find: windows, results, issues."""

from dataclasses import dataclass
from datetime import timedelta

from devices.demonstration.stage import Stage, Story
from releases.issues import verbs as issues
from releases.issues.models import Category, Issue
from releases.products.cohorts import Cohort
from releases.products.models import DeviceCombination, HubModel
from releases.publishing.models import Release
from releases.testing import verbs as testing
from releases.testing.models import Environment, TestCase, TestWindow

PASS, FAIL, BLOCKED = "pass", "fail", "blocked"


def equip(stage: Stage, by: str) -> None:
    """Put two rigs in UIT-A and one in the DCC test lab, and close the lab for a day."""
    actor, models = stage.actor(by), list(HubModel.objects.order_by("name"))
    uit, lab = Environment.objects.get(slug="uit-a"), Environment.objects.get(slug="dcc-lab")
    for number, (where, held) in enumerate(((uit, models[:2]), (uit, models[2:]), (lab, models)), start=1):
        testing.add_rig(where, testing.RigFacts(f"Rig {number}", held), by=actor, at=stage.at)
    why = "The power supply of the lab is renewed."
    testing.close_environment(lab, start=stage.day(7), end=stage.day(8), why=why, by=actor, at=stage.at)


def book(
    stage: Stage, release: Release, supplier: str, environment: str, *, in_days: int, hour: int = 9, hours: int = 7
) -> TestWindow:
    """Book a window so many Working Days from the moment being played; return it."""
    start = stage.later(in_days, hour)
    return testing.book(
        release,
        environment=Environment.objects.get(slug=environment),
        organisation=stage.organisation(supplier),
        start=start,
        end=start + timedelta(hours=hours),
        by=stage.actor(supplier),
        at=stage.at,
    )


def queue(stage: Stage, release: Release, supplier: str, before: tuple[str, str], *, in_days: int) -> None:
    """Let two suppliers take both places of the DCC test lab on a day, and a third wait for one."""
    for name in before:
        window = book(stage, release, name, "dcc-lab", in_days=in_days)
    testing.join_waiting_list(
        release,
        environment=window.environment,
        organisation=stage.organisation(supplier),
        start=window.starts_at,
        end=window.ends_at,
        by=stage.actor(supplier),
        at=stage.at,
    )


def test(
    stage: Stage, release: Release, supplier: str, environment: str, *, in_days: int = 2, fails: str = ""
) -> Story:
    """Book a window and report what was found in it; ``fails`` names a case that did not pass, with the remark.

    "JOIN: the display stays dark" is the form; every other current case passes on every combination of the model.
    """
    window = book(stage, release, supplier, environment, in_days=in_days)
    yield window.ends_at + timedelta(minutes=40)
    code, _, remark = fails.partition(": ")
    combinations = DeviceCombination.objects.filter(hub_model__in=release.hub_models.all()).order_by("pk")
    found = [
        testing.Found(
            combination=combination,
            case=case,
            outcome=FAIL if case.code == code and number == 0 else PASS,
            version_read=release.firmware_version,
            remark=remark if case.code == code and number == 0 else "",
        )
        for number, combination in enumerate(combinations[:3])
        for case in TestCase.objects.filter(retired_at=None).order_by("code")[:6]
    ]
    testing.report_results(window, found, by=stage.actor(supplier), at=stage.at)


test.__test__ = False  # type: ignore[attr-defined]  # pytest collects names that begin with test


@dataclass(frozen=True)
class Trouble:
    """What somebody finds wrong; ``agent`` raises it for the supplier where one is named."""

    supplier: str
    category: Category
    severity: int
    title: str
    description: str
    cohort: Cohort
    agent: str = ""


def trouble(stage: Stage, release: Release, found: Trouble) -> Issue:
    """Raise an issue now; return it."""
    finding = issues.Finding(
        title=found.title,
        description=found.description,
        category=found.category,
        severity=found.severity,
        cohort=found.cohort,
    )
    by = stage.actor(found.agent or found.supplier)
    return issues.raise_issue(release, finding, organisation=stage.organisation(found.supplier), by=by, at=stage.at)
