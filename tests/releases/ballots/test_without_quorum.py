"""What becomes of a ballot without quorum: extended in time, referred to the Panel, or drafted anew."""

from datetime import timedelta

import pytest

from portal.people import verbs as people
from portal.people.models import CommitteeKind
from portal.workflow.errors import NotAllowed, NotNow
from releases.ballots import can, clocks, rulesets, verbs
from releases.ballots.models import Ballot
from releases.ballots.tasks import keep_clocks
from tests.factories import ballots as make
from tests.factories.world import SEED


def a_sub_committee_s(matter):
    """A ballot of a Sub-Committee of five, before a Panel of nobody, still inquorate after its extension."""
    panel = people.create_committee(name="Other Panel", kind=CommitteeKind.PANEL, by=SEED, at=matter.at)
    matter.world.panel.kind = CommitteeKind.SUB_COMMITTEE
    matter.world.panel.save()
    ballot = make.close(matter, make.open_ballot(matter))
    return panel, make.close(matter, verbs.extend(ballot, by=matter.actor("secretary"), at=matter.at))


def test_it_refers_in_one_act(matter, sign_in):
    panel, ballot = a_sub_committee_s(matter)
    with pytest.raises(NotAllowed, match="Only the SECAS secretary"):
        verbs.refer(ballot, by=matter.actor("chair"), at=matter.at)
    client = sign_in("secretary")
    client.post(f"/ballots/{ballot.reference}/refer/", {"seen": Ballot.objects.get().version})
    old, made = Ballot.objects.order_by("pk")
    assert (old.state, old.void_reason) == ("void", "Without quorum, also after its extension: referred to the Panel.")
    assert (made.state, made.committee, made.replaces, made.recommends) == ("draft", panel, old, False)
    assert (made.question, made.defer_to) == (old.question, old.defer_to)
    assert list(made.objections.all()) == list(old.objections.all())
    assert made.reference in client.get(f"/ballots/{old.reference}/").text
    assert made.reference not in sign_in("member").get(f"/ballots/{old.reference}/").text  # a draft is SECAS's
    with pytest.raises(NotNow, match="is void"):
        verbs.refer(old, by=matter.actor("secretary"), at=matter.at)


def test_what_is_not_referred(matter):
    _, ballot = a_sub_committee_s(matter)
    secretary = matter.actor("secretary")
    with pytest.raises(NotNow, match="deferral date is past"):
        verbs.refer(ballot, by=secretary, at=ballot.defer_to)
    Ballot.objects.update(kind="review")
    with pytest.raises(NotNow, match="drafted before the Panel itself"):
        verbs.refer(ballot, by=secretary, at=matter.at)
    Ballot.objects.update(kind="objections")
    ballot.objections.update(state="accepted")
    with pytest.raises(NotNow, match="is settled"):
        verbs.refer(ballot, by=secretary, at=matter.at)
    matter.world.panel.kind = CommitteeKind.PANEL
    matter.world.panel.save()
    with pytest.raises(NotNow, match="refers its ballots to nobody"):
        verbs.refer(ballot, by=secretary, at=matter.at)


def test_a_ballot_left_without_quorum_is_neither_extended_nor_decided_but_drafted_anew(matter):
    """Portal default: extended within the time that voting was open; later its evidence and its roll are stale."""
    ballot = make.close(matter, make.open_ballot(matter))
    secretary, until = matter.actor("secretary"), clocks.extendable_until(ballot)
    assert until == clocks.voting_over(ballot, rulesets.parse(ballot.rules).clocks.voting, ballot.closed_at)
    assert clocks.extendable_until(make.draft(matter, make.contest(matter))) is None
    assert can.extend.why_not(ballot, at=until - timedelta(seconds=1)) is None
    with pytest.raises(NotNow, match="It could be extended until .*: void this ballot and draft a new one"):
        verbs.extend(ballot, by=secretary, at=until)
    for verb in (verbs.determine, verbs.refer):
        with pytest.raises(NotNow, match="Nobody extended it in time: void this ballot and draft a new one"):
            verb(ballot, by=secretary, at=until)
    matter.until(until)
    keep_clocks()
    ballot.refresh_from_db()
    assert ballot.state == "inquorate"
