"""Hubs are listened to watch by watch; each watch counts once; what stands out is proposed."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.db import DatabaseError, IntegrityError, transaction

from devices.detection import can, listening, queries, tasks, verbs
from devices.detection.models import Proposal, Watch
from devices.gateway import Sign
from devices.rollouts.models import Batch, Rollout
from devices.rollouts.states import HubState
from portal.delivery.models import Delivery
from portal.journal.models import Entry
from portal.workflow.errors import NotAllowed, NotNow
from tests.devices.detection.conftest import EAR, SOAK
from tests.factories.ballots import set_clock
from tests.factories.proposals import JOINS
from tests.factories.rollouts import hubs_by_state


@pytest.fixture
def heard(soaking):
    """Listened to until something is proposed."""
    road = soaking()
    [proposal] = road.listen(4)
    road.proposal = proposal
    return road


class TestWatch:
    def test_it_counts_every_hub_that_has_the_image_on_its_side(self, soaking):
        road = soaking()
        road.listen()
        watch, states = Watch.objects.get(), hubs_by_state(road.rollout)
        before, after = np.array(watch.totals).reshape(2, len(Sign) + 1)
        assert (before[0], after[0]) == (states[HubState.DEPLOYED], states[HubState.ACTIVATED])
        assert before[0] > after[0] > 1_000
        assert watch.number == 1
        cells = np.frombuffer(watch.cells, np.uint32).tolist()
        assert cells == sorted({n for row in Batch.objects.values_list("cell_numbers", flat=True) for n in row})
        assert np.frombuffer(watch.watched, np.uint32).sum() == before[0] + after[0]
        assert np.frombuffer(watch.signs, np.uint32).sum() == before[1:].sum() + after[1:].sum() > 0

    def test_listening_again_hears_the_same_and_counts_once(self, soaking):
        road = soaking()
        first, again = (listening.hear(road.fresh(), 1) for _ in range(2))
        assert np.array_equal(first.heard, again.heard)
        assert not np.array_equal(first.heard, listening.hear(road.rollout, 2).heard)
        road.listen()
        assert verbs.listen(road.fresh(), by=EAR, at=road.at) == []
        assert Watch.objects.count() == 1

    def test_watches_fall_due_by_the_soak_and_a_few_are_made_up_for(self, soaking):
        road = soaking()
        started, quarter = road.rollout.activation_started_at, timedelta(seconds=SOAK / 4)
        assert list(queries.due_watches(road.rollout, started + quarter - timedelta(seconds=1))) == []
        assert list(queries.due_watches(road.rollout, started + quarter)) == [1]
        assert list(queries.due_watches(road.rollout, started + 3 * quarter)) == [1, 2, 3]
        assert list(queries.due_watches(road.rollout, started + 300 * quarter)) == [1, 2, 3, 4]
        Watch.objects.create(
            rollout=road.rollout, number=7, at=started + 300 * quarter, cells=b"", watched=b"", signs=b"", totals=[]
        )
        late = started + 302 * quarter
        assert list(queries.due_watches(road.rollout, late)) == []  # rarer, the longer it stands
        assert list(queries.due_watches(road.rollout, late + quarter)) == [8]

    def test_a_rollout_that_has_not_started_to_activate_is_not_listened_to(self, soaking):
        road = soaking()
        assert list(queries.listened_to()) == [road.rollout]
        Rollout.objects.update(programme=0)
        assert list(queries.listened_to()) == []
        Rollout.objects.update(activation_started_at=None)
        assert list(queries.due_watches(road.fresh(), road.at)) == []

    def test_it_is_never_changed(self, soaking):
        soaking().listen()
        with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
            Watch.objects.update(number=9)

    def test_before_anything_is_heard_nothing_stands_out(self, soaking):
        road = soaking()
        assert queries.excesses(road.rollout, road.at) == []
        assert queries.told(road.rollout) == []


class TestProposal:
    def test_it_names_exactly_the_combination_and_keeps_the_working(self, heard, single):
        proposal = heard.proposal
        assert proposal.combination_id == single.combination_id
        assert proposal.reference == f"{heard.rollout}-P1"
        assert proposal.sign == Sign.JOIN_FAILED
        surest = proposal.evidence[0]
        assert surest["chance"] <= surest["allowed"] < 1e-3
        assert surest["watched_after"] + surest["watched_before"] <= 600 * 4
        assert surest["look"] == 4
        assert proposal.words.startswith(
            "Alder 1 + Orchard ESME + Orchard IHD: Device fell off the home network (8F48)"
        )

    def test_the_rollout_pauses_and_dcc_and_the_operators_are_told(self, heard):
        rollout = heard.fresh()
        assert rollout.state == "paused"
        assert rollout.stood_still_why.startswith(f"A hold is proposed, {heard.proposal}: Alder 1")
        told = Delivery.objects.filter(message__kind="detection.proposed").select_related("message")
        assert {row.message.subject for row in told} == {f"A hold is proposed in rollout {rollout}"}
        assert len(told) >= 3
        [entry] = Entry.objects.filter(verb="propose")
        assert entry.why == heard.proposal.words

    def test_it_is_never_made_twice(self, heard):
        assert heard.listen(4) == []
        verbs.decline(heard.proposal, why="A known fault of these meters.", by=heard.manager, at=heard.at)
        assert heard.listen(4) == []
        assert Proposal.objects.count() == 1

    def test_after_a_decline_another_sign_of_the_same_homes_is_a_new_one(self, heard):
        verbs.decline(heard.proposal, why="Known.", by=heard.manager, at=heard.at)
        Proposal.objects.update(evidence=heard.proposal.evidence[:1])
        heard.resume()
        [made] = heard.listen(4)
        assert {one["sign"] for one in made.evidence} == {made.sign} == {Sign.MESSAGE_NOT_DELIVERED}

    def test_two_combinations_at_once_are_two_and_the_rollout_pauses_once(self, soaking, single, catalogue):
        other = catalogue.cells["north"]
        road = soaking(cells=(single.number, other.number))
        made = road.listen(4)
        assert {one.combination_id for one in made} == {single.combination_id, other.combination_id}
        assert Entry.objects.filter(verb="pause").count() == 1
        assert len({one.reference for one in made}) == 2

    def test_a_trouble_that_only_suppliers_see_is_proposed_later(self, soaking):
        road = soaking("dark_displays")
        while not (made := road.listen()):
            assert Watch.objects.count() < 20
        assert [one.sign for one in made] == [Sign.DISPLAY_DARK]

    def test_a_good_image_has_none(self, soaking):
        road = soaking("calm")
        assert not [one for _ in range(4) for one in road.listen(4)]
        assert road.fresh().state == "activating"
        told = queries.told(road.rollout)
        assert sum(row.after for row in told) > 0
        assert all(row.after_per_thousand < 8 and row.before_per_thousand < 8 for row in told)

    def test_only_the_portal_proposes(self, heard):
        with pytest.raises(NotAllowed, match="Only the portal itself proposes"):
            verbs.propose(heard.rollout, heard.proposal.combination, [], by=heard.manager, at=heard.at)

    def test_who_comes_second_with_the_same_proposes_nothing(self, heard):
        again = [replace(JOINS, sign=one["sign"]) for one in heard.proposal.evidence]
        assert verbs.propose(heard.rollout, heard.proposal.combination, again, by=EAR, at=heard.at) is None
        assert Proposal.objects.count() == 1

    def test_not_for_a_rollout_that_has_ended_nor_a_release(self, heard):
        Rollout.objects.update(state="finished")
        with pytest.raises(NotNow, match="no hub of it is still to be activated"):
            verbs.propose(heard.rollout, heard.proposal.combination, [], by=EAR, at=heard.at)
        Rollout.objects.update(state="halted")
        type(heard.rollout.release).objects.update(state="withdrawn")
        assert "no hub is asked" in can.propose.why_not(heard.fresh())

    def test_a_rollout_that_ends_while_it_is_listened_to_is_left_alone(self, soaking):
        road = soaking()
        rollout = road.fresh()
        Rollout.objects.update(state="stopping")
        road.at += timedelta(seconds=SOAK)
        assert verbs.listen(rollout, by=EAR, at=road.at) == []
        assert Watch.objects.count() == 4


def test_the_task_listens_and_closes_what_is_overtaken(heard):
    Rollout.objects.update(state="finished")
    tasks.listen_all()
    heard.proposal.refresh_from_db()
    assert heard.proposal.state == "overtaken"
    assert heard.proposal.why == "The rollout is finished: no hub of it is still to be activated."
    tasks.listen_all()
    assert Entry.objects.filter(verb="overtake").count() == 1


def test_the_task_hears_what_is_due(soaking):
    road = soaking()
    road.at += timedelta(seconds=SOAK)
    set_clock(road.at)
    tasks.listen_all()
    assert Proposal.objects.get().rollout == road.rollout


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"sign": Sign.JOIN_FAILED, "state": "declined", "why": "No."}, "never_proposed_twice"),
        ({"sign": Sign.POWER_OUTAGE}, "one_open_proposal_a_combination"),
        ({"sign": Sign.POWER_OUTAGE, "state": "declined"}, "not_held_for_a_reason"),
        ({"sign": Sign.POWER_OUTAGE, "state": "accepted"}, "accepted_has_its_hold"),
    ],
)
def test_the_database_itself_refuses_a_second_one_and_half_a_decision(heard, changes, name):
    decided = {"decided_at": heard.at, "decided_by_name": "DCC"} if "state" in changes else {}
    copy = {"rollout": heard.rollout, "combination": heard.proposal.combination, "evidence": [], "reference": "P"}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Proposal.objects.create(**copy, proposed_at=heard.at, **decided, **changes)
