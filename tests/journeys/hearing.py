"""A contested objection before the Panel, brought there by the verbs; and votes cast without a page."""

from collections.abc import Iterable, Iterator

from devices.demonstration import chamber, trials
from devices.demonstration.chamber import Case
from devices.demonstration.scripts import CHANNEL_SCAN
from devices.demonstration.stage import Story
from devices.demonstration.trials import Trouble
from releases.ballots import verbs as ballots
from releases.ballots.models import Ballot, Objection
from releases.ballots.verbs import Paper
from releases.issues import verbs as issues
from releases.issues.models import Category, Issue
from releases.products.cohorts import Cohort
from tests.journeys.keyboard import Keyboard
from tests.journeys.road import Road

MEMBERS = ("panel_member", "Bronwen Hughes", "Lewis Tait", "Oluwaseun Bello", "Peter Langdale", "Mei Lin Chua")
OBJECTOR, SECOND = "Tidewater Supply", "Heron Power"


def before_the_panel(road: Road, *, severity: int = 3, region: str = "", remedy: str = "reject") -> Ballot:
    """Return the open ballot of the Panel on what `objected` makes."""
    objection = objected(road, severity=severity, region=region, remedy=remedy)
    ballots_made: list[Ballot] = []

    def story() -> Story:
        question = "May it be activated?"
        ballots_made.append((yield from chamber.opened(road.stage, objection, question=question, defer_days=60)))

    road.play(story())
    return ballots_made[0]


def objected(road: Road, *, severity: int = 3, region: str = "", remedy: str = "reject") -> Objection:
    """Return the contested objection to a release whose channel scan somebody finds fault with; a grave fault is
    reproduced by a second supplier."""
    release = road.announced(CHANNEL_SCAN, wait=10)
    stage = road.stage
    found = Trouble(
        OBJECTOR,
        Category.INTEROPERABILITY,
        severity,
        "Sleeping gas meters miss the shorter scan",
        "They come back only after an engineer's visit.",
        Cohort(regions=frozenset({region} if region else ())),
    )
    issue = trials.trouble(stage, release, found)
    if severity <= 2:
        _reproduced(road, issue)
    made: list[Objection] = []

    def story() -> Story:
        case = Case(OBJECTOR, "Logs of twenty homes.", remedy)
        answer = "The scan is within the specification."
        made.append((yield from chamber.contested(stage, release, case, issue, answer=answer)))

    road.play(story())
    return made[0]


def _reproduced(road: Road, issue: Issue) -> None:
    stage = road.stage
    organisation, by = stage.organisation(SECOND), stage.actor(SECOND)
    why = "The same in two of our homes."
    issues.confirm_reproduced(issue, organisation=organisation, why=why, by=by, at=stage.at)


def cast(road: Road, ballot: Ballot, votes: Iterable[tuple[str, Paper]]) -> None:
    """Let members declare that they have no interest and vote, without a page."""
    stage = road.stage
    for who, paper in votes:
        by = stage.actor(who)
        ballots.declare(ballot, has_interest=False, text="", by=by, at=stage.at)
        ballots.cast(ballot, paper=paper, by=by, at=stage.at)


def papers(members: Iterable[str], choice: str, **answers: bool) -> Iterator[tuple[str, Paper]]:
    """Yield the same paper for each of these members."""
    for who in members:
        yield who, Paper(choice=choice, reason=f"My reason for {choice}.", **answers)


def vote_by_keys(keys: Keyboard, ballot: str, option: str, reason: str, **answers: str) -> None:
    """Declare, fill the paper, check it and cast it with keys alone; answers by the beginning of their question."""
    keys.page.goto(f"/ballots/{ballot}/")
    keys.push("Declare an interest or none")
    keys.choose("I have no interest in this matter")
    keys.push("Declare an interest or none")
    keys.follow("Vote", role="button", exact=True)
    keys.choose(option)
    for question, answer in answers.items():
        group = keys.page.locator(f"input[name={question}]")
        wanted = keys.page.get_by_label(answer, exact=True).and_(group)
        keys.to(group)
        keys.press("Space")
        while not wanted.is_checked():
            keys.press("ArrowDown")
    keys.type("Reason for your vote", reason)
    keys.push("Check your vote")
    keys.push("Cast your vote")
