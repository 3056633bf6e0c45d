"""How a matter comes before a committee: the objection, the ballot, the votes, the determination."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from devices.demonstration.stage import Stage, Story
from releases.ballots import verbs as ballots
from releases.ballots.models import Ballot, Objection
from releases.ballots.paper import Safeguard
from releases.issues.models import Issue
from releases.products.cohorts import Cohort
from releases.publishing.models import Release

SECRETARY, DCC = "secretary", "DCC"
VOTING_ORDER = (
    "Deirdre Walsh",
    "panel_member",
    "Bronwen Hughes",
    "Lewis Tait",
    "Oluwaseun Bello",
    "Peter Langdale",
    "George Ashworth",
    "Mei Lin Chua",
    "Nadia Petrenko",
)
Votes = Sequence[tuple[str, str, str]]  # who, choice, reason


@dataclass(frozen=True)
class Case:
    """What an objector puts forward."""

    supplier: str
    evidence: str
    remedy: str
    is_limited: bool = False
    agent: str = ""
    log: str = ""  # what its file of evidence says


def lodge(stage: Stage, release: Release, case: Case, cited: Issue) -> Objection:
    """Lodge an objection on the cohort of the issue it cites; return it."""
    grounds = ballots.Grounds(
        issues=[cited],
        cohort=Cohort.of(cited),
        evidence=case.evidence,
        remedy=case.remedy,
        is_limited=case.is_limited,
    )
    release.refresh_from_db()
    by = stage.actor(case.agent or case.supplier)
    party, logs = stage.organisation(case.supplier), [ContentFile(case.log.encode(), "hub-log.txt")] if case.log else []
    return ballots.lodge(release, supplier=party, grounds=grounds, exhibits=logs, by=by, at=stage.at)


def contested(
    stage: Stage, release: Release, case: Case, cited: Issue, *, answer: str
) -> Generator[datetime, None, Objection]:
    """Lodge an objection, let SECAS admit it and DCC contest it on the days after; the generator returns it."""
    objection = lodge(stage, release, case, cited)
    yield stage.later(1, 11, 20)
    objection = ballots.admit(objection, by=stage.actor(SECRETARY), at=stage.at)
    yield stage.later(2, 15, 10)
    return ballots.contest(objection, answer=answer, by=stage.actor(DCC), at=stage.at)


def opened(
    stage: Stage, objection: Objection, *, question: str, defer_days: int, opens: datetime | None = None
) -> Generator[datetime, None, Ballot]:
    """Draft and notice a ballot before the Panel and open it when its notice is over; the generator returns it."""
    secretary = stage.actor(SECRETARY)
    ballot = ballots.draft(
        objection.release,
        committee=stage.players.panel,
        objections=[objection],
        question=question,
        defer_to=stage.at + timedelta(days=defer_days),
        by=secretary,
        at=stage.at,
    )
    ballot = ballots.notice(ballot, by=secretary, at=stage.at)
    yield opens or stage.beside(ballot.opens_at or stage.at, 0, 9, 30)
    return ballots.open_voting(ballot, by=stage.actor(SECRETARY), at=stage.at)


def recommended(stage: Stage, objection: Objection, votes: Votes, *, question: str, defer_days: int) -> Story:
    """Let the Operations Sub-Committee recommend on an objection in a meeting; the portal opens and closes the vote."""
    secretary, committee = stage.actor(SECRETARY), stage.players.operations
    ballot = ballots.draft(
        objection.release,
        committee=committee,
        objections=[objection],
        question=question,
        defer_to=stage.at + timedelta(days=defer_days),
        recommends=True,
        by=secretary,
        at=stage.at,
    )
    starts = stage.later(6, 10)
    meeting = ballots.call_meeting(
        committee, starts_at=starts, ends_at=starts + timedelta(hours=3), place="By video", by=secretary, at=stage.at
    )
    ballot = ballots.put_on_agenda(ballot, meeting=meeting, by=secretary, at=stage.at)
    ballots.notice(ballot, by=secretary, at=stage.at)
    yield starts + timedelta(minutes=1)
    ballot.refresh_from_db()
    yield from vote(stage, ballot, votes, minutes=20)
    yield meeting.ends_at + timedelta(minutes=1)


def state(stage: Stage, ballot: Ballot, statements: Mapping[str, str]) -> None:
    """Put the parties' statements on the ballot's page."""
    for organisation, text in statements.items():
        ballots.add_statement(
            ballot,
            organisation_id=stage.organisation(organisation).pk,
            text=text,
            by=stage.actor(organisation),
            at=stage.at,
        )


def vote(stage: Stage, ballot: Ballot, votes: Votes, *, minutes: int = 45, evidence: bool | None = None) -> Story:
    """Let members declare that they have no interest and vote, one after another."""
    asks = Safeguard(ballot.safeguard).asks
    for who, choice, reason in votes:
        yield stage.at + timedelta(minutes=minutes)
        by = stage.actor(who)
        ballots.declare(ballot, has_interest=False, text="", by=by, at=stage.at)
        paper = ballots.Paper(choice=choice, reason=reason, evidence=evidence if asks else None)
        ballots.cast(ballot, paper=paper, by=by, at=stage.at)


def decided(stage: Stage, ballot: Ballot, *, reasons: str, minority: str) -> Story:
    """Wait for the close, which the portal's clock brings about, and publish the determination the day after."""
    ballot.refresh_from_db()
    yield (ballot.closes_at or stage.at) + timedelta(minutes=1)
    yield stage.later(0, 14)
    ballot.refresh_from_db()
    ballots.publish(ballot, reasons=reasons, minority_statement=minority, by=stage.actor(SECRETARY), at=stage.at)
