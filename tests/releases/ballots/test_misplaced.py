"""What a ballot hears becomes a security issue while it runs before another committee."""

import pytest

from portal.delivery.models import Message
from portal.workflow.errors import NotAllowed
from releases.ballots import can, verbs
from releases.ballots.models import Ballot
from releases.ballots.tasks import keep_clocks
from releases.ballots.verbs.settling import CLERK
from releases.issues import verbs as issues
from releases.issues.verbs import Correction
from tests.factories import ballots as make

SECRET = "The join key can be read."


def make_secret(matter) -> None:
    right = Correction("security", matter.issue.severity, Correction.of(matter.issue).cohort)
    matter.issue = issues.correct(matter.issue, right, why=SECRET, by=matter.actor("manager"), at=matter.at)


def told() -> dict[str, Message]:
    return {
        ",".join(sorted(message.deliveries.values_list("recipient", flat=True))): message
        for message in Message.objects.filter(kind="ballots.misplaced")
    }


def test_secas_and_the_chair_are_told_once_what_they_can_do(matter, sign_in):
    ballot = make.open_ballot(matter)
    keep_clocks()
    assert told() == {}
    make_secret(matter)
    keep_clocks()
    keep_clocks()
    assert Ballot.objects.get().misplaced_at is not None
    found = told()
    assert set(found) == {"Secretary", "Chair,Deputy"}
    secas, chair = found["Secretary"], found["Chair,Deputy"]
    assert "Void the ballot with a reason, and draft another before the Security Sub-Committee" in secas.body
    assert "else the votes cast by then are counted" in secas.body
    assert "Your committee need do nothing" in chair.body and "counted" not in chair.body
    for message in (secas, chair):
        assert message.restricted and SECRET not in message.body and matter.issue.title not in message.body
        assert matter.issue.reference not in message.body and "security issue" not in message.body
    assert sign_in("chair").get(f"/ballots/{ballot.reference}/").status_code == 404
    assert sign_in("chair").get(chair.url).status_code == 200
    assert sign_in("secretary").get(secas.url).status_code == 200


def test_only_a_running_ballot_of_another_committee_is_told_of_by_the_portal_itself(matter):
    ballot = make.draft(matter, make.contest(matter))
    assert can.tell_misplaced.why_not(ballot) == "It hears no security issue."
    make_secret(matter)
    with pytest.raises(NotAllowed, match="The portal itself"):
        verbs.tell_misplaced(ballot, by=matter.actor("secretary"), at=matter.at)
    ballot = verbs.tell_misplaced(ballot, by=CLERK, at=matter.at)
    assert can.tell_misplaced.why_not(ballot) == "It was told already."
    verbs.void(ballot, why="It is restricted now.", by=matter.actor("secretary"), at=matter.at)
    ballot = make.draft(matter, ballot.objections.get(), committee=matter.world.security)
    assert can.tell_misplaced.why_not(ballot) == "It is not before another committee."
    keep_clocks()
    assert Message.objects.filter(kind="ballots.misplaced").count() == 2
