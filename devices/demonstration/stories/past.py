"""Releases that have run their course, or ended early."""

from datetime import timedelta

from devices.demonstration import chamber, desk, network, scripts, trials
from devices.demonstration.chamber import Case
from devices.demonstration.stage import Stage, Story
from devices.demonstration.trials import Trouble
from devices.rollouts import verbs as rollouts
from releases.issues import verbs as issues
from releases.issues.models import Category
from releases.publishing import verbs as publishing

MANAGER = desk.MANAGER


def closed(stage: Stage) -> Story:
    """A Routine release without dispute, activated, watched for six months and reported on; a hold proposed on the way
    is declined."""
    release = yield from desk.publish(stage, scripts.CLOCK_DRIFT, stage.day(-203, 10, 15))
    yield from desk.acknowledged(stage, release, "Brackenhall Energy", "Heron Power", "Copperbeck Electric")
    yield from trials.test(stage, release, "Heron Power", "uit-a")
    yield from trials.test(stage, release, "Brackenhall Energy", "own-lab")
    unclear = Trouble(
        "Copperbeck Electric",
        Category.DOCUMENTATION,
        5,
        "The notes do not say from which time zone the clock is set",
        "Our field staff read local time from the hub's log and cannot tell which zone the notes mean.",
        stage.cohort("Elder 3"),
        agent="Gauge and Dial Services",
    )
    issue = trials.trouble(stage, release, unclear)
    yield stage.later(1, 9, 40)
    issue = issues.acknowledge(issue, by=stage.actor(MANAGER), at=stage.at)
    issue = issues.investigate(issue, by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(2, 13)
    issue = issues.resolve(issue, why="The notes now say UTC.", by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(2, 9)
    issues.close(issue, by=stage.actor("Copperbeck Electric"), at=stage.at, why="Thank you, that is clear.")
    yield stage.later(3, 15)
    release.refresh_from_db()
    deployment, activation = release.planned_deployment_at, release.planned_activation_at
    plan = network.plan_of(500, 0.3, 1.0, scenario="gas_gaps", seed=11)
    rollout = yield from network.deployed(stage, release, plan, stage.beside(deployment or stage.at, 0, 20))
    yield stage.beside(activation or stage.at, 0, 9)
    why = (
        "A supplier's own system dropped a night of gas reads. It took them from the hubs again in the morning, and "
        "none is missing."
    )
    yield from network.activated(stage, rollout, declines=why)
    release.refresh_from_db()
    yield (release.hypercare_until or stage.at) + timedelta(hours=11)
    remarks = "No incident was traced to this version. Late reads after outages fell from 12 a month to none."
    rollouts.report(rollout, by=stage.actor(MANAGER), at=stage.at, remarks=remarks)


def rejected(stage: Stage) -> Story:
    """A Routine release that lost gas meters in blocks of flats: the Panel rejected it, as it was recommended."""
    release = yield from desk.publish(stage, scripts.CHANNEL_SCAN, stage.day(-135, 11))
    yield from desk.acknowledged(stage, release, "Tidewater Supply", "Kittiwake Energy", "Heron Power")
    remark = "JOIN: the gas meter did not follow the change of channel in 3 of 5 runs"
    yield from trials.test(stage, release, "Tidewater Supply", "uit-b", fails=remark)
    found = Trouble(
        "Tidewater Supply",
        Category.INTEROPERABILITY,
        3,
        "Sleeping gas meters miss the shorter scan",
        "With a scan of 2 seconds a channel, gas meters that wake every 30 minutes do not hear the change. They come "
        "back only after an engineer's visit. Seen in 3 of 5 runs in UIT-B and in 6 of 20 homes of the trial.",
        stage.cohort("Birch 1"),
    )
    issue = trials.trouble(stage, release, found)
    yield stage.later(1, 10)
    issue = issues.acknowledge(issue, by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(4, 10)
    case = Case("Tidewater Supply", "Logs of UIT-B and of twenty homes; gas reads missing for up to 9 days.", "reject")
    answer = "The scan is within the specification. Gas meters that miss it do not meet theirs."
    objection = yield from chamber.contested(stage, release, case, issue, answer=answer)
    question = f"May {release.reference} be activated, although sleeping gas meters miss the shorter scan?"
    yield from chamber.recommended(stage, objection, _ADVICE, question=question, defer_days=90)
    yield stage.later(1, 9, 30)
    ballot = yield from chamber.opened(stage, objection, question=question, defer_days=60)
    yield from chamber.vote(stage, ballot, _AGAINST)
    reasons = (
        "The Panel accepts that the scan meets the specification. It finds that a release which sends engineers to "
        "homes that worked the day before is not fit to be activated, and that no exclusion can be drawn, because "
        "nobody knows which gas meters sleep for 30 minutes."
    )
    minority = "Two members would have deferred the release until manufacturers had been heard."
    yield from chamber.decided(stage, ballot, reasons=reasons, minority=minority)
    yield stage.later(2, 9, 30)
    issue.refresh_from_db()
    issue = issues.accept(issue, why="Known: the shorter scan loses them.", by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(5, 9, 30)
    why = "The next image scans for 8 seconds a channel again."
    issues.resolve(issue, why=why, by=stage.actor(MANAGER), at=stage.at)


_ADVICE = (
    ("Catriona Bell", "reject", "Every visit costs more than a year of the interference it saves."),
    ("Rhys Parry", "retest", "A longer scan should be tried with meters that sleep."),
    ("Mei Lin Chua", "reject", "Homes that worked must not need an engineer."),
)
_AGAINST = (
    ("Deirdre Walsh", "reject", "Engineers' visits cost more than the interference does."),
    ("panel_member", "reject", "We would lose gas reads in blocks we have only just commissioned."),
    ("Imran Sheikh", "retest", "A scan of 5 seconds may do; the manufacturer should show it."),
    ("Bronwen Hughes", "reject", "Small suppliers have no engineers to send."),
    ("Lewis Tait", "defer", "Ask the makers of gas meters first."),
    ("Fiona Carrick", "reject", "Nobody can say which meters are hurt, so nothing can be excluded."),
    ("Peter Langdale", "defer", "There is no hurry in a quieter scan."),
    ("George Ashworth", "reject", "Consumers would be billed on estimates."),
)


def in_hypercare(stage: Stage) -> Story:
    """A Routine release on which the Panel excluded one cohort; the rest is activated and being watched."""
    release = yield from desk.publish(stage, scripts.METER_REPLACEMENT, stage.day(-105, 9, 30), wait=8)
    yield from desk.acknowledged(stage, release, "Brackenhall Energy", "Fernlight Energy", "Kittiwake Energy")
    remark = "OUTAGE: two outage alerts for one loss of power"
    yield from trials.test(stage, release, "Brackenhall Energy", "uit-a", fails=remark)
    found = Trouble(
        "Brackenhall Energy",
        Category.FAULTY_METER,
        2,
        "Exchanged Merlin M1 meters stop reporting after a week",
        "After a meter exchange on this version the hub removes the new Merlin M1 with the old one when its seven "
        "days are over. The home stops reporting and prepayment customers cannot top up by the network.",
        stage.cohort("Fir 1", esme="Merlin M1"),
    )
    issue = trials.trouble(stage, release, found)
    yield stage.later(1, 9, 15)
    issue = issues.acknowledge(issue, by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(2, 14, 30)
    why = "Two exchanged meters in our own training house stopped on the seventh day."
    kittiwake = stage.organisation("Kittiwake Energy")
    issues.confirm_reproduced(issue, organisation=kittiwake, why=why, by=stage.actor("Kittiwake Energy"), at=stage.at)
    issue.refresh_from_db()
    yield stage.later(1, 10)
    why = "Known: the new meter is removed together with the old one."
    issue = issues.accept(issue, why=why, by=stage.actor(MANAGER), at=stage.at)
    yield stage.later(1, 10)
    case = Case("Brackenhall Energy", "Join lists before and after the seventh day, from nine homes.", "hold")
    answer = "An exchange is rare. The homes can be recovered by an inventory update."
    objection = yield from chamber.contested(stage, release, case, issue, answer=answer)
    question = f"May {release.reference} be activated in homes with a Merlin M1?"
    ballot = yield from chamber.opened(stage, objection, question=question, defer_days=75)
    yield from chamber.vote(stage, ballot, _EXCLUDE)
    reasons = (
        "The fault is reproduced and stops prepayment. It is confined to one meter model, which the Deployed "
        "Products List names; the other homes gain from the release. The cohort is held until the fault is fixed."
    )
    yield from chamber.decided(stage, ballot, reasons=reasons, minority="One member would have let all proceed.")
    release.refresh_from_db()
    deployment, activation = release.planned_deployment_at, release.planned_activation_at
    start = max(stage.beside(deployment or stage.at, 0, 20), stage.later(2, 20))
    rollout = yield from network.deployed(stage, release, network.plan_of(400, 1.0, seed=12), start)
    yield max(stage.beside(activation or stage.at, 0, 9), stage.later(1, 9))
    yield from network.activated(stage, rollout)


_EXCLUDE = (
    ("Nadia Petrenko", "proceed_with_exclusions", "The list names the meter: exclude it and let the others have it."),
    ("Imran Sheikh", "proceed_with_exclusions", "Prepayment customers must not pay for a fix meant for installers."),
    ("Bronwen Hughes", "proceed_with_exclusions", "We need the fix for our own exchanges."),
    ("Lewis Tait", "proceed", "An exchange within a week of activation is rare enough."),
    ("Oluwaseun Bello", "defer", "A corrected image is said to be two months away."),
    ("Peter Langdale", "proceed_with_exclusions", "The exclusion costs little."),
    ("Mei Lin Chua", "proceed_with_exclusions", "Homes that cannot top up come first."),
)


def withdrawn(stage: Stage) -> Story:
    """An Urgent release that its manufacturer took back."""
    release = yield from desk.publish(stage, scripts.LOW_POWER, stage.day(-85, 14))
    yield from desk.acknowledged(stage, release, "Kittiwake Energy", "Millrace Utilities")
    yield stage.later(3, 10, 30)
    why = "The manufacturer found that the receiver may sleep through a beacon below -10 °C and withdrew the image."
    publishing.withdraw(release, by=stage.actor(MANAGER), at=stage.at, why=why)


def superseded(stage: Stage) -> Story:
    """A Routine release whose second issue took its place before anybody was asked to deploy it."""
    release = yield from desk.publish(stage, scripts.RADIO_STACK, stage.day(-72, 10))
    yield from desk.acknowledged(stage, release, "Heron Power")
    yield stage.day(-60, 16, 20)
    second = desk.begin(stage, scripts.RADIO_STACK_TWO)
    yield stage.day(-59, 9, 45)
    why = "The second issue carries the same stack and lets displays rejoin: test that one."
    publishing.supersede(release, second, by=stage.actor(MANAGER), at=stage.at, why=why)
