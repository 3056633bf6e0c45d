"""What is told about objections and ballots, and to whom. No message ever carries a vote before close."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people.models import Committee, Organisation, Role
from portal.people.recipients import of_committee, of_organisations, of_user, with_role
from releases.ballots.models import Ballot, CastingVote, Determination, Entitlement, Objection, RuleSet
from releases.ballots.roll import roll_of
from releases.ballots.rulesets import in_words, parse
from releases.products.cohorts import words
from releases.publishing.classification import told
from releases.publishing.models import Release
from releases.publishing.working import day_words


def parties(release: Release, objections: Iterable[Objection], at: datetime) -> list[Recipient]:
    """The objectors, those who joined them and those who left, where they may still know of the release."""
    found: dict[int, Organisation] = {}
    for objection in objections:
        found[objection.organisation_id] = objection.organisation
        found |= {row.organisation_id: row.organisation for row in objection.joinders.select_related("organisation")}
        found |= {row.organisation_id: row.organisation for row in objection.departures.select_related("organisation")}
    return told(of_organisations(found.values()), release, at)


def secretaries(at: datetime) -> list[Recipient]:
    """The SECAS secretaries."""
    return with_role(Role.SECRETARY, at)


def dcc(at: datetime) -> list[Recipient]:
    """The DCC release managers."""
    return with_role(Role.RELEASE_MANAGER, at)


@dataclass(frozen=True)
class AboutObjection(Notification):
    """Something happened to an objection; mailed as a link only where it cites a security issue."""

    objection: Objection
    at: datetime

    kind: ClassVar[str] = "ballots.objection"
    title: ClassVar[str] = "An objection that concerns me moved on"
    template: ClassVar[str] = "ballots/objection.txt"
    what: ClassVar[str]

    @property
    def subject(self) -> str:
        return f"{self.objection.reference} on {self.objection.release.reference}: {self.what}"

    @property
    def about(self) -> str:
        return self.objection.release.reference

    @property
    def url(self) -> str:
        return reverse("ballots:objection", args=[self.objection.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return "ballots.objection", self.objection.pk

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # the base has a plain attribute
        secret = any(issue.is_security for issue in self.objection.issues.all())
        return secret or self.objection.release.is_restricted

    def context(self) -> dict[str, Any]:
        return {"objection": self.objection, "offer": words(self.objection.offer)}

    def recipients(self) -> Iterable[Recipient]:
        return [*parties(self.objection.release, [self.objection], self.at), *secretaries(self.at), *dcc(self.at)]


class Lodged(AboutObjection):
    what = "objection lodged"


class Withdrawn(AboutObjection):
    what = "objection withdrawn"


class CarriedOn(AboutObjection):
    what = "the objector withdrew, a party that joined carries it on"


class Lapsed(AboutObjection):
    what = "objection lapsed, its release has ended or is a draft again"


class Admitted(AboutObjection):
    what = "objection admitted, DCC answers next"


class Returned(AboutObjection):
    what = "objection returned with reasons"


class Answered(AboutObjection):
    what = "DCC has answered"


class Settled(AboutObjection):
    what = "narrowing agreed"


class Contested(AboutObjection):
    what = "contested, a committee will vote"


@dataclass(frozen=True)
class Joined(AboutObjection):
    """Another party joined an objection."""

    supplier: Organisation

    what: ClassVar[str] = "another party joined"


class EvidenceAdded(Joined):
    """A party put files of evidence forward."""

    what = "a party added evidence"


@dataclass(frozen=True)
class AboutBallot(Notification):
    """Something happened to a ballot. Turnout and dates only: choices are sealed until close."""

    ballot: Ballot
    at: datetime

    kind: ClassVar[str] = "ballots.ballot"
    title: ClassVar[str] = "A ballot that concerns me moved on"
    template: ClassVar[str] = "ballots/ballot.txt"
    what: ClassVar[str]

    @property
    def subject(self) -> str:
        return f"{self.ballot.reference} on {self.ballot.release.reference}: {self.what}"

    @property
    def about(self) -> str:
        return self.ballot.release.reference

    @property
    def url(self) -> str:
        return reverse("ballots:ballot", args=[self.ballot.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return "ballots.ballot", self.ballot.pk

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # the base has a plain attribute
        objections = self.ballot.objections.prefetch_related("issues")
        secret = any(issue.is_security for objection in objections for issue in objection.issues.all())
        return secret or self.ballot.release.is_restricted

    def context(self) -> dict[str, Any]:
        return {"ballot": self.ballot}

    def recipients(self) -> Iterable[Recipient]:
        heard = parties(self.ballot.release, self.ballot.objections.select_related("organisation"), self.at)
        return [*of_committee(self.ballot.committee, self.at), *heard, *secretaries(self.at), *dcc(self.at)]


class BallotNoticed(AboutBallot):
    kind = "ballots.ballot_notice"
    title = "Notice of a ballot"
    statutory = True
    what = "notice of a ballot"


class BallotOpened(AboutBallot):
    what = "voting is open"


class BallotNotOpened(AboutBallot):
    what = "voting did not open when its meeting began"

    def recipients(self) -> Iterable[Recipient]:
        return secretaries(self.at)


class BallotExtended(AboutBallot):
    what = "voting is extended"


class Recommended(AboutBallot):
    what = "the Sub-Committee has recommended, the Panel determines next"


class BallotInquorate(AboutBallot):
    what = "the ballot was inquorate"


class BallotVoided(AboutBallot):
    what = "the ballot is void"


class BallotUncounted(AboutBallot):
    what = "the ballot is closed but could not be counted"

    def recipients(self) -> Iterable[Recipient]:
        return secretaries(self.at)


class BallotTied(AboutBallot):
    what = "a tie waits for the casting vote"

    def recipients(self) -> Iterable[Recipient]:
        presiding = roll_of(self.ballot).presiding
        return [*([of_user(presiding.user)] if presiding else []), *secretaries(self.at)]


@dataclass(frozen=True)
class Receipt(AboutBallot):
    """The voter's receipt: that a vote was cast and its hash, never what it says."""

    entitlement: Entitlement
    receipt: str
    sequence: int

    kind: ClassVar[str] = "ballots.receipt"
    title: ClassVar[str] = "A receipt of my vote"
    template: ClassVar[str] = "ballots/receipt.txt"
    what: ClassVar[str] = "your vote was received"

    def recipients(self) -> Iterable[Recipient]:
        return [of_user(self.entitlement.user)]


@dataclass(frozen=True)
class CastingReceipt(AboutBallot):
    """The receipt of a casting vote, to whoever gave it."""

    vote: CastingVote
    receipt: str

    kind: ClassVar[str] = "ballots.receipt"
    title: ClassVar[str] = "A receipt of my vote"
    template: ClassVar[str] = "ballots/casting_receipt.txt"
    what: ClassVar[str] = "your casting vote was received"

    def recipients(self) -> Iterable[Recipient]:
        return [of_user(self.vote.by)]


@dataclass(frozen=True)
class Decided(AboutBallot):
    """A determination took effect."""

    determination: Determination

    kind: ClassVar[str] = "ballots.determination"
    title: ClassVar[str] = "A ballot was decided"
    template: ClassVar[str] = "ballots/determination.txt"
    what: ClassVar[str] = "determined"

    @property
    def url(self) -> str:
        return reverse("ballots:determination", args=[self.determination.reference])

    def context(self) -> dict[str, Any]:
        return {"ballot": self.ballot, "determination": self.determination}


class Published(Decided):
    kind = "ballots.determination_published"
    title = "A determination was published"
    statutory = True
    what = "determination published"


class Appealed(Decided):
    what = "the determination is appealed"


class AppealEnded(Decided):
    what = "the appeal is answered"


@dataclass(frozen=True)
class RulesChange(Notification):
    """A new version of the voting rules stands from a later day on."""

    rule_set: RuleSet
    why: str
    at: datetime

    kind: ClassVar[str] = "ballots.rules_change"
    title: ClassVar[str] = "The voting rules change"
    template: ClassVar[str] = "ballots/rules.txt"

    @property
    def subject(self) -> str:
        return f"The voting rules change on {day_words(self.rule_set.effective_from)}"

    @property
    def url(self) -> str:
        return reverse("ballots:rule_set", args=[self.rule_set.number])

    @property
    def reference(self) -> tuple[str, int]:
        return "ballots.rule_set", self.rule_set.pk

    def context(self) -> dict[str, Any]:
        return {"rule_set": self.rule_set, "why": self.why, "rules": in_words(parse(self.rule_set.rules))}

    def recipients(self) -> Iterable[Recipient]:
        committees = Committee.objects.order_by("pk")
        seated = [one for committee in committees for one in of_committee(committee, self.at)]
        return [*seated, *secretaries(self.at), *dcc(self.at)]
