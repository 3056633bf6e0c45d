"""Releases on their way: one being activated, one halted, one before the Panel, one cleared."""

from datetime import timedelta

from devices.demonstration import chamber, desk, network, scripts, trials
from devices.demonstration.chamber import Case
from devices.demonstration.stage import Stage, Story
from devices.demonstration.trials import Trouble
from releases.ballots import verbs as ballots
from releases.ballots.models import Ballot
from releases.holds import verbs as holds
from releases.holds.models import Cause
from releases.holds.models import Stage as Stops
from releases.issues import verbs as issues
from releases.issues.models import Category
from releases.products.models import Region
from releases.publishing import verbs as publishing
from releases.publishing.models import Release

MANAGER, SECRETARY = desk.MANAGER, chamber.SECRETARY


def active(stage: Stage) -> Story:
    """A Routine release in the middle of its activation, with three holds of different causes on parts of it."""
    yield stage.day(-47, 15, 30)
    release = Release.objects.get(firmware_version=scripts.RADIO_STACK_TWO.version)
    release = desk.complete(stage, scripts.RADIO_STACK_TWO, release)
    announced = stage.day(-46, 10)
    release = desk.set_dates(stage, scripts.RADIO_STACK_TWO, release, announced=announced, wait=0)
    yield announced
    release = publishing.announce(release, by=stage.actor(MANAGER), at=stage.at)
    yield from desk.letter(stage, release)
    yield from desk.acknowledged(stage, release, "Heron Power", "Fernlight Energy", "Tidewater Supply")
    yield from trials.test(stage, release, "Heron Power", "uit-a")
    yield from trials.test(stage, release, "Tidewater Supply", "uit-b", fails="TARIFF: no price for 50 minutes")
    yield from _stranded_displays(stage, release)
    yield from _weak_beacons(stage, release)
    why = "Suppliers asked for a date after the clock change and the reading of meters at the month's end."
    yield stage.later(1, 15)
    release.refresh_from_db()
    publishing.amend(
        release,
        deployment_at=release.planned_deployment_at or stage.at,
        activation_at=stage.day(-1),
        why=why,
        by=stage.actor(MANAGER),
        at=stage.at,
    )
    yield stage.day(-16, 14)
    plan = network.plan_of(1000, 0.05, 0.15, 0.3, 1.0, seed=13)
    rollout = yield from network.deployed(stage, release, plan, stage.day(-14, 20))
    yield stage.day(-3, 11, 30)
    holds.place(
        release,
        stage.cohort("Alder 2", supplier="Tidewater Supply", region=Region.SOUTH),
        stage=Stops.ACTIVATION,
        cause=Cause.DCC,
        cause_text="Outage alerts of this supplier's southern homes are compared with the network's log first.",
        review_at=stage.day(10, 10),
        by=stage.actor(MANAGER),
        at=stage.at,
    )
    yield stage.day(-1, 0, 5)
    yield max(stage.now - timedelta(minutes=97), stage.day(-1, 0, 10))
    yield from network.activated(stage, rollout)


def _stranded_displays(stage: Stage, release: Release) -> Story:
    found = Trouble(
        "Fernlight Energy",
        Category.IHD_STRANDING,
        3,
        "SMETS1 displays need pairing again",
        "Siskin displays of homes that came over with SMETS1 meters stay dark until the customer pairs them again.",
        stage.cohort("Alder 2", supplier="Fernlight Energy", display="Siskin Display"),
        agent="Meterwrights",
    )
    issue = trials.trouble(stage, release, found)
    yield stage.later(1, 9, 5)
    issue = issues.acknowledge(issue, by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(1, 14)
    issue = issues.accept(
        issue, why="Known: these displays keep no second channel.", by=stage.actor(MANAGER), at=stage.at
    )
    issues.link_incident(issue, incident="INC-20417", by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(1, 10, 30)
    case = Case(
        "Fernlight Energy", "Photographs of six dark displays and the pairing log.", "hold", True, "Meterwrights"
    )
    objection = chamber.lodge(stage, release, case, issue)
    yield stage.later(1, 11)
    objection = ballots.admit(objection, by=stage.actor(SECRETARY), at=stage.at)
    yield stage.later(1, 16)
    answer = "These homes are held until the display's maker has answered; the rest proceeds."
    objection = ballots.narrow(objection, answer=answer, by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(1, 10)
    ballots.agree(objection, by=stage.actor("Fernlight Energy"), at=stage.at)


def _weak_beacons(stage: Stage, release: Release) -> Story:
    found = Trouble(
        "Brackenhall Energy",
        Category.SECURITY,
        2,
        "A crafted beacon may still restart the hub",
        "The stack drops malformed beacons, but one of 31 bytes with a zero length field passes. Details by hand.",
        stage.cohort("Alder 2", supplier="Brackenhall Energy", region=Region.CENTRAL, esme="Merlin M1"),
    )
    issue = trials.trouble(stage, release, found)
    yield stage.at + timedelta(hours=1)
    issue = issues.acknowledge(issue, by=stage.actor(MANAGER), at=stage.at)
    issue = issues.investigate(issue, by=stage.actor(MANAGER), at=stage.at)
    issues.hold_cohort(issue, stage=Stops.ACTIVATION, by=stage.actor(MANAGER), at=stage.at)


def halted(stage: Stage) -> Story:
    """An Urgent release whose first wave failed over the threshold; a late objection waits for DCC's answer."""
    release = yield from desk.publish(stage, scripts.TOP_UP, stage.day(-21, 10, 40), wait=1)
    yield from desk.acknowledged(stage, release, "Tidewater Supply", "Heron Power", "Wharfside Heat and Light", days=2)
    yield from trials.test(stage, release, "Heron Power", "uit-b")
    yield stage.day(-14, 10)
    plan = network.plan_of(1000, 0.2, 1.0, scenario="bad_image", seed=14)
    rollout = yield from network.deployed(stage, release, plan, stage.day(-12, 20))
    release.refresh_from_db()
    yield max(stage.beside(release.planned_activation_at or stage.at, 0, 9), stage.later(1, 9))
    yield from network.activated(stage, rollout)
    found = Trouble(
        "Tidewater Supply",
        Category.SUPPLY,
        2,
        "Top-ups fail on hubs that kept the old version",
        "On hubs that answered with activation outcome 3 top-ups sent in the following hour are lost. Eleven "
        "customers rang; three had been off supply for more than an hour.",
        stage.cohort("Cedar S", supplier="Tidewater Supply"),
    )
    yield stage.day(-4, 10, 20)
    issue = trials.trouble(stage, release, found)
    yield stage.at + timedelta(hours=3)
    issue = issues.acknowledge(issue, by=stage.actor(MANAGER), at=stage.at)
    issue = issues.investigate(issue, by=stage.actor(MANAGER), at=stage.at)
    twin = Trouble(
        "Wharfside Heat and Light",
        Category.SUPPLY,
        2,
        "Lost top-ups after the firmware night",
        "Two prepayment customers could not top up on the morning after activation.",
        stage.cohort("Cedar S", supplier="Wharfside Heat and Light"),
    )
    yield stage.day(-3, 9, 50)
    second = trials.trouble(stage, release, twin)
    issues.mark_duplicate(second, issue, by=stage.actor(MANAGER), at=stage.at)
    yield stage.day(-3, 15)
    case = Case("Tidewater Supply", "Records of eleven calls, matched with the hubs' outcomes.", "hold")
    objection = chamber.lodge(stage, release, case, issue)
    yield stage.day(-1, 11)
    ballots.admit(objection, by=stage.actor(SECRETARY), at=stage.at)


def disputed(stage: Stage) -> Story:
    """A Routine release before the Panel: its ballot is open and some members have voted."""
    release = yield from desk.publish(stage, scripts.DISPLAY_REJOIN, stage.day(-34, 10), wait=22)
    yield from desk.acknowledged(stage, release, "Heron Power", "Brackenhall Energy", "Hollin Green Power")
    remark = "JOIN: the display stayed dark for four hours in the north"
    yield from trials.test(stage, release, "Heron Power", "uit-a", fails=remark)
    found = Trouble(
        "Heron Power",
        Category.IHD_STRANDING,
        3,
        "Displays in the north stay dark after the restart",
        "In homes on long-range radio the hub takes four minutes to come back. Teal View displays give up after "
        "three and stay dark until the customer presses a key, which few do.",
        stage.cohort("Birch 1", supplier="Heron Power", region=Region.NORTH, display="Teal View"),
    )
    issue = trials.trouble(stage, release, found)
    yield stage.later(1, 9)
    issue = issues.acknowledge(issue, by=stage.actor(MANAGER), at=stage.at)
    yield stage.day(-12, 10)
    case = Case("Heron Power", "Ten displays that stay dark, and the log of one of their hubs.", "hold", log=_HUB_LOG)
    objection = chamber.lodge(stage, release, case, issue)
    yield stage.day(-11, 10)
    objection = ballots.admit(objection, by=stage.actor(SECRETARY), at=stage.at)
    yield stage.day(-10, 14)
    ballots.join(
        objection,
        supplier=stage.organisation("Copperbeck Electric"),
        statement="We see the same in 14 homes of ours.",
        by=stage.actor("Gauge and Dial Services"),
        at=stage.at,
    )
    yield stage.day(-9, 15)
    answer = "Ten displays are no pattern. A key press brings them back, and the notes can say so."
    objection = ballots.contest(objection, answer=answer, by=stage.actor(MANAGER), at=stage.at)
    yield stage.day(-7, 10)
    question = f"May {release.reference} be activated in homes whose display may stay dark?"
    ballot = yield from chamber.opened(stage, objection, question=question, defer_days=60, opens=stage.day(-1, 9, 30))
    chamber.state(stage, ballot, _STATEMENTS)
    ballots.call_meeting(
        stage.players.panel,
        starts_at=stage.day(6, 10),
        ends_at=stage.day(6, 13),
        place="Room 2 at SECAS, or by the link in the invitation",
        by=stage.actor(SECRETARY),
        at=stage.at,
    )
    yield from _declared_interest(stage, ballot)
    yield from chamber.vote(stage, ballot, _FIRST_VOTES, minutes=40)


_HUB_LOG = """\
02:14:07  firmware switched, restart
02:17:09  display: no answer to three beacons, join given up
02:18:11  network joined
09:41:30  display: key pressed, joined
"""
_STATEMENTS = {
    "Heron Power": "Customers in debt need the display to see their balance. We ask for our northern homes to wait.",
    "DCC": "The release helps every home with this hub. We offer to write to the customers concerned.",
}
_FIRST_VOTES = (
    ("Deirdre Walsh", "proceed_with_exclusions", "The cohort is small and well described."),
    ("Peter Langdale", "proceed", "A letter is enough."),
    ("George Ashworth", "defer", "Nobody should lose sight of their balance in winter."),
)


def _declared_interest(stage: Stage, ballot: Ballot) -> Story:
    yield stage.at + timedelta(minutes=50)
    text = "My employer supplies some of the homes that would be held."
    ballots.declare(ballot, has_interest=True, text=text, by=stage.actor("Bronwen Hughes"), at=stage.at)
    yield stage.at + timedelta(minutes=30)
    member = ballot.roll.get(user=stage.players.users["Bronwen Hughes"])
    reasons = "Being affected alone is no conflict: she may vote."
    ballots.rule_on_interest(member, recused=False, reasons=reasons, by=stage.actor("panel_chair"), at=stage.at)


def cleared(stage: Stage) -> Story:
    """An Urgent release without dispute, cleared; its rollout waits for a second release manager's approval."""
    release = yield from desk.publish(stage, scripts.TARIFF_LABELS, stage.day(-17, 9, 20), wait=1)
    yield from desk.acknowledged(stage, release, "Brackenhall Energy", "Fernlight Energy", "Osprey Gas", days=1)
    yield from trials.test(stage, release, "Brackenhall Energy", "own-lab")
    release.refresh_from_db()
    yield (release.planned_activation_at or stage.at) + timedelta(minutes=1)
    yield stage.day(-2, 14, 15)
    network.planned(stage, release, network.plan_of(500, 0.25, 1.0, seed=15))
