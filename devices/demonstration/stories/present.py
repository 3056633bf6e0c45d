"""Releases at their beginning: two drafts, one in user testing, one served yesterday."""

from datetime import timedelta

from devices.demonstration import chamber, desk, scripts, trials
from devices.demonstration.chamber import Case
from devices.demonstration.stage import Stage, Story
from devices.demonstration.trials import Trouble
from portal.working_days import london_day
from releases.ballots import verbs as ballots
from releases.issues import verbs as issues
from releases.issues.models import Category
from releases.products.models import Region
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.scheduling import verbs as scheduling
from releases.scheduling.models import Exercise
from releases.scheduling.queries import homes_by_region
from releases.scheduling.wishes import Blackout, Wishes
from releases.testing import verbs as testing

MANAGER, SECRETARY = desk.MANAGER, chamber.SECRETARY


def in_testing(stage: Stage) -> Story:
    """A Routine release in its user-test period: windows past and to come, issues and limited objections."""
    release = yield from desk.publish(stage, scripts.LOAD_CONTROL, stage.day(-11, 10, 10), wait=10)
    yield from desk.acknowledged(stage, release, "Brackenhall Energy", "Kittiwake Energy", "Millrace Utilities")
    trials.equip(stage, MANAGER)
    yield from trials.test(stage, release, "Kittiwake Energy", "uit-a")
    yield from _found_in_testing(stage, release)
    yield stage.day(-3, 12)
    window = trials.book(stage, release, "Millrace Utilities", "uit-b", in_days=4)
    trials.book(stage, release, "Brackenhall Energy", "uit-a", in_days=5)
    yield stage.day(-2, 9, 30)
    trials.book(stage, release, "Fernlight Energy", "uit-a", in_days=6, hour=13, hours=4)
    trials.queue(stage, release, "Fernlight Energy", ("Kittiwake Energy", "Brackenhall Energy"), in_days=5)
    testing.cancel(window, by=stage.actor("Millrace Utilities"), at=stage.at, why="Our test meters are late.")
    yield stage.day(-2, 11)
    _reminded_and_amended(stage, release)
    yield stage.day(-1, 15, 40)
    unanswered = Trouble(
        "Fernlight Energy",
        Category.INTEROPERABILITY,
        3,
        "Storage heaters start twice",
        "With the random offset two of five switches act on the old and on the new time of the same night.",
        stage.cohort("Damson D", supplier="Fernlight Energy"),
        agent="Meterwrights",
    )
    trials.trouble(stage, release, unanswered)


def _reminded_and_amended(stage: Stage, release: Release) -> None:
    """Those who have not acknowledged are reminded; then activation moves by a week, which all are told."""
    manager = stage.actor(MANAGER)
    publishing.remind(release, by=manager, at=stage.at)
    release.refresh_from_db()
    publishing.amend(
        release,
        deployment_at=release.planned_deployment_at or stage.at,
        activation_at=(release.planned_activation_at or stage.at) + timedelta(days=7),
        why="Suppliers with storage heaters asked for a week more of cold nights before it is activated.",
        by=manager,
        at=stage.at,
    )


def class_to_come(stage: Stage) -> Story:
    """A version of the class Urgent that gives a sixth day of testing, in two months."""
    yield stage.day(-4, 14)
    facts = publishing.ClassFacts(
        name="urgent",
        effective_from=london_day(stage.at + timedelta(days=60)),
        meant_for="A service-affecting defect",
        deployment_notice_working_days=6,
        activation_notice_days=8,
        test_working_days=6,
        objection_working_days_after_test=2,
        hypercare_months=1,
        reminder_days=2,
    )
    why = "Suppliers asked for a sixth day of testing, and for a day more between deployment and activation."
    publishing.add_class(facts, by=stage.actor(MANAGER), at=stage.at, why=why)


def _found_in_testing(stage: Stage, release: Release) -> Story:
    """Four issues on different homes and what became of the objections to three of them."""
    late_alerts = Trouble(
        "Kittiwake Energy",
        Category.OUTAGE_ALERTS,
        4,
        "Outage alerts come twelve minutes late",
        "After the restart the first power-outage alert of the night is delayed.",
        stage.cohort("Damson D", supplier="Kittiwake Energy", region=Region.SOUTH),
    )
    typing_error = Trouble(
        "Brackenhall Energy",
        Category.DOCUMENTATION,
        5,
        "Wrong alert code in the notes",
        "The notes say 8F47 where 8F48 is meant.",
        stage.cohort("Damson D"),
    )
    left = Trouble(
        "Heron Power",
        Category.INSTALL_AND_LEAVE,
        3,
        "Hubs that come back after install-and-leave switch at once",
        "A hub that was without network since installation has no clock and acts without the offset.",
        stage.cohort("Damson D", supplier="Heron Power", region=Region.NORTH),
        agent="Meterwrights",
    )
    yield stage.later(0, 17, 5)
    alerts, wrong_code, returning = (trials.trouble(stage, release, one) for one in (late_alerts, typing_error, left))
    yield stage.day(-6, 9, 30)
    manager = stage.actor(MANAGER)
    issues.investigate(alerts, by=manager, at=stage.at)
    issues.reject(wrong_code, why="8F47 is meant: the alert precedes a join.", by=manager, at=stage.at)
    returning = issues.acknowledge(returning, by=manager, at=stage.at)
    yield stage.day(-5, 10)
    first = chamber.lodge(stage, release, Case("Brackenhall Energy", "See the issue.", "retest", True), wrong_code)
    second = chamber.lodge(
        stage, release, Case("Heron Power", "Logs of four hubs.", "hold", True, "Meterwrights"), returning
    )
    yield stage.day(-4, 11)
    secretary = stage.actor(SECRETARY)
    reasons = "A wrong code in the notes is no ground against activation: raise it as a question on the notes."
    ballots.return_with_reasons(first, reasons=reasons, by=secretary, at=stage.at)
    second = ballots.admit(second, by=secretary, at=stage.at)
    third = chamber.lodge(stage, release, Case("Kittiwake Energy", "One night's alerts.", "hold", True), alerts)
    yield stage.day(-3, 10, 15)
    ballots.withdraw(
        third, why="DCC looks into it; we wait for the answer.", by=stage.actor("Kittiwake Energy"), at=stage.at
    )
    yield stage.day(-2, 16, 30)
    answer = "Hubs that return are few: we hold them in the north until they have kept time for a day."
    ballots.narrow(second, answer=answer, by=stage.actor(MANAGER), at=stage.at)
    yield stage.day(-1, 10, 45)
    chamber.lodge(stage, release, Case("Kittiwake Energy", "Alert logs of three nights.", "hold", True), alerts)


def just_served(stage: Stage) -> Story:
    """A Major release announced on the last Working Day; nearly nobody has acknowledged it."""
    release = yield from desk.publish(stage, scripts.NEW_SPECIFICATION, stage.day(-1, 9), wait=5)
    yield from desk.acknowledged(stage, release, "Tidewater Supply", days=12)


def emergency_draft(stage: Stage) -> Story:
    """An Emergency that waits for the approval of a second release manager."""
    yield stage.day(-2, 15, 20)
    facts = {
        "emergency_reason": "Customers lose prepayment top-ups on hubs that failed to activate 03020000.",
        "emergency_citation": "Loss of prepayment, severity 1 by DCC's own assessment of the reports.",
    }
    script = scripts.TOP_UP_REPAIR
    release = desk.begin(stage, script, **facts)
    yield stage.day(-1, 12)
    release = desk.complete(stage, script, release)
    desk.set_dates(stage, script, release, announced=stage.day(1, 12), wait=2, **facts)


def scheduled_draft(stage: Stage) -> Story:
    """A draft under the scheduling approach, begun yesterday: its exercise is open, and two suppliers have stated."""
    yield stage.day(-1, 14)
    release = desk.begin(stage, scripts.GAS_PROXY, by=desk.SECOND, approach="scheduling")
    yield stage.day(-1, 14, 30)
    exercise = _open_exercise(stage, release)
    yield stage.day(-1, 16)
    first, weeks = exercise.frame.begins, exercise.frame.weeks()
    peak = Blackout(
        first + timedelta(days=7), first + timedelta(days=11), reason="Our fitters are all on a meter swap."
    )
    _state(stage, exercise, "Kittiwake Energy", Wishes([peak], [weeks[3]]))
    quiet = Blackout(first, first + timedelta(days=4), firm=False)
    freeze = Blackout(first + timedelta(days=20), first + timedelta(days=22), reason="Billing system moves house.")
    yield stage.day(-1, 16, 40)
    _state(stage, exercise, "Fernlight Energy", Wishes([freeze, quiet], shares_reasons=True))


def _open_exercise(stage: Stage, release: Release) -> Exercise:
    """Ask about the two months that begin when notice is over, with room for all homes in half of the nights."""
    homes = {region: count for region, count in homes_by_region(release, Region.values).items() if count}
    today = london_day(stage.at)
    terms = scheduling.Terms(
        first=today + timedelta(days=20),
        last=today + timedelta(days=79),
        capacity={region: count // 20 + 1 for region, count in homes.items()},
        closes_at=stage.day(6, 17),
        deployment_on=today + timedelta(days=13),
    )
    return scheduling.open_exercise(release, terms, by=stage.actor(desk.SECOND), at=stage.at)


def _state(stage: Stage, exercise: Exercise, who: str, wishes: Wishes) -> None:
    if exercise.parties.filter(organisation=stage.organisation(who)).exists():
        scheduling.state(exercise, wishes, organisation=stage.organisation(who), by=stage.actor(who), at=stage.at)
