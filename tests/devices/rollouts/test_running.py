import pytest

from devices.rollouts import verbs
from devices.rollouts.models import Batch
from devices.rollouts.reports import report_figures
from devices.rollouts.states import HubState
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from tests.factories.findings import make_issue
from tests.factories.rollouts import ENGINE, assert_counts_agree, make_road


class TestStart:
    def test_it_needs_the_deployment_gate(self, world, road):
        road.approve()
        with pytest.raises(NotNow, match="The deployment gate is closed. Planned deployment date"):
            verbs.start(road.fresh(), by=road.manager, at=world.at)

    def test_it_needs_approval_and_starts_once(self, road):
        with pytest.raises(NotNow, match="is planned and cannot be started"):
            verbs.start(road.rollout, by=road.manager, at=road.at)
        road.start()
        with pytest.raises(NotNow):
            verbs.start(road.rollout, by=road.manager, at=road.at)
        verbs.pause(road.rollout, by=road.manager, at=road.at, why="Wait.")
        with pytest.raises(NotNow, match="running already"):
            verbs.start(road.rollout, by=road.manager, at=road.at)

    @pytest.mark.parametrize("verb", [verbs.start, verbs.start_activation])
    def test_only_release_managers(self, road, verb):
        with pytest.raises(NotAllowed):
            verb(road.rollout, by=road.world.actor("csp_north", at=road.at), at=road.at)

    def test_the_first_wave_opens_and_the_others_wait(self, road):
        road.start()
        road.turn()
        assert list(road.rollout.waves.values_list("state", flat=True)) == ["deploying", "waiting"]
        assert Batch.objects.filter(rollout=road.rollout, due_at=None).count() == 1


class TestStartActivation:
    def test_it_needs_every_wave_deployed_and_the_release_cleared(self, road):
        road.start()
        with pytest.raises(NotNow, match="when every wave is deployed"):
            verbs.start_activation(road.rollout, by=road.manager, at=road.at)
        road.run()
        with pytest.raises(NotNow, match="release is notified: it must be cleared"):
            verbs.start_activation(road.rollout, by=road.manager, at=road.at)

    def test_it_needs_the_activation_gate(self, road):
        road.deploy()
        before = road.at
        road.clear()
        with pytest.raises(NotNow, match="The activation gate is closed"):
            verbs.start_activation(road.fresh(), by=road.manager, at=before)


class TestStandingStill:
    @pytest.mark.parametrize(("verb", "state"), [(verbs.pause, "paused"), (verbs.halt, "halted")])
    def test_by_dcc_or_a_csp_with_a_reason_and_only_once(self, road, verb, state):
        road.start()
        csp = road.world.actor("csp_north", at=road.at)
        with pytest.raises(Invalid, match="reason"):
            verb(road.rollout, by=csp, at=road.at, why=" ")
        assert verb(road.rollout, by=csp, at=road.at, why="Masts down.").state == state
        version = road.fresh().version
        verb(road.rollout, by=road.manager, at=road.at, why="Again.")
        assert (road.fresh().version, road.rollout.stood_still_why) == (version, "Masts down.")
        said = Entry.objects.filter(verb=verb.__name__, subject_id=road.rollout.pk).order_by("pk")
        assert [entry.why for entry in said] == ["Masts down.", "Again."]
        resumed = verbs.resume(road.fresh(), by=road.manager, at=road.at, why="Masts are up.")
        assert (resumed.stood_still_at, resumed.stood_still_why) == (None, "")

    @pytest.mark.parametrize("verb", [verbs.pause, verbs.halt])
    def test_not_by_others_and_not_before_the_start(self, road, verb):
        with pytest.raises(NotAllowed, match="Only DCC release managers and CSP operators"):
            verb(road.rollout, by=road.world.actor("supplier", at=road.at), at=road.at, why="No.")
        with pytest.raises(NotNow):
            verb(road.rollout, by=road.manager, at=road.at, why="No.")

    def test_no_further_hub_is_asked_but_answers_come_in(self, road):
        road.start()
        road.turn()
        verbs.pause(road.rollout, by=road.manager, at=road.at, why="Wait.")
        road.run()
        hubs = assert_counts_agree(road.rollout)
        assert HubState.DISTRIBUTING not in hubs
        assert hubs[HubState.SCHEDULED] == 290
        assert hubs[HubState.DEPLOYED] > 40

    def test_a_halt_stops_the_active_release_too_and_resuming_frees_both(self, road):
        road.deploy()
        road.activate()
        road.turn()
        assert verbs.halt(road.rollout, by=road.manager, at=road.at, why="Displays dark.").state == "halted"
        assert road.fresh().release.state == "halted"
        with pytest.raises(Invalid, match="reason"):
            verbs.resume(road.rollout, by=road.manager, at=road.at, why="")
        assert verbs.resume(road.rollout, by=road.manager, at=road.at, why="Only one lab.").state == "activating"
        assert road.fresh().release.state == "active"
        assert road.run().state == "finished"

    def test_a_halt_while_deploying_leaves_the_release_alone(self, road):
        road.start()
        verbs.halt(road.rollout, by=road.manager, at=road.at, why="Wait.")
        assert road.fresh().release.state == "notified"
        verbs.resume(road.rollout, by=road.manager, at=road.at, why="Go.")
        assert road.run().state == "deployed"

    def test_only_dcc_resumes_and_only_what_stands_still(self, road):
        road.start()
        with pytest.raises(NotNow, match="only a paused or halted"):
            verbs.resume(road.rollout, by=road.manager, at=road.at, why="Go.")
        verbs.pause(road.rollout, by=road.manager, at=road.at, why="Wait.")
        with pytest.raises(NotAllowed):
            verbs.resume(road.rollout, by=road.world.actor("csp_north", at=road.at), at=road.at, why="Go.")

    def test_a_resume_after_every_wave_has_passed(self, road):
        """A halt that comes between the last verdict and the end of the programme."""
        road.start()
        road.run()
        road.rollout.waves.update(state="deployed")
        type(road.rollout).objects.filter(pk=road.rollout.pk).update(state="halted")
        verbs.resume(road.fresh(), by=road.manager, at=road.at, why="Go.")
        assert road.run().state == "deployed"


class TestStop:
    def test_answers_owed_come_in_and_the_rest_is_excluded(self, road):
        road.deploy()
        road.activate()
        road.turn()
        with pytest.raises(Invalid, match="reason"):
            verbs.stop(road.rollout, by=road.manager, at=road.at, why="")
        verbs.stop(road.fresh(), by=road.manager, at=road.at, why="A better image is coming.")
        assert road.run().state == "stopped"
        hubs = assert_counts_agree(road.rollout)
        assert hubs[HubState.ACTIVATED] > 40
        assert hubs[HubState.EXCLUDED] > 250
        assert set(hubs) <= {HubState.ACTIVATED, HubState.FAILED, HubState.EXPIRED, HubState.EXCLUDED}

    def test_silent_hubs_have_expired_by_then(self, world, served):
        road = make_road(world, served, retry_seconds=3600, scenario="storm")
        road.start()
        road.turn()
        road.turn()
        verbs.stop(road.fresh(), by=road.manager, at=road.at, why="Enough.")
        road.run()
        hubs = assert_counts_agree(road.rollout)
        assert hubs[HubState.EXPIRED] > 0
        assert sum(sum(b.outcomes[5::6]) for b in road.rollout.batches.all()) == hubs[HubState.EXPIRED]

    def test_not_before_the_start_and_not_by_a_csp(self, road):
        with pytest.raises(NotNow, match="cannot be stopped"):
            verbs.stop(road.rollout, by=road.manager, at=road.at, why="No.")
        with pytest.raises(NotAllowed):
            verbs.stop(road.rollout, by=road.world.actor("csp_north", at=road.at), at=road.at, why="No.")

    def test_another_rollout_may_follow(self, road):
        road.start()
        verbs.stop(road.rollout, by=road.manager, at=road.at, why="Once more.")
        road.run()
        assert make_road(road.world, road.rollout.release).rollout.reference.endswith("-R2")


@pytest.fixture
def stopped(road):
    """A rollout stopped for good with the first wave activated."""
    road.deploy()
    road.activate()
    road.turn()
    verbs.stop(road.fresh(), by=road.manager, at=road.at, why="A better plan.")
    road.run()
    return road


class TestAfterAStop:
    def test_the_release_waits_for_dcc_to_decide(self, stopped):
        assert (stopped.fresh().state, stopped.rollout.release.state) == ("stopped", "active")

    def test_another_rollout_takes_the_rest_and_leads_to_hypercare(self, stopped):
        before = assert_counts_agree(stopped.rollout)
        rest = make_road(stopped.world, stopped.rollout.release)
        rest.at = stopped.at
        assert rest.rollout.hubs == 350 - before[HubState.ACTIVATED]
        rest.finish()
        assert (rest.rollout.state, rest.rollout.release.state) == ("finished", "hypercare")
        with pytest.raises(NotNow, match="The release is hypercare"):
            verbs.end_activation(stopped.fresh(), by=stopped.manager, at=stopped.at, why="No.")

    def test_dcc_ends_the_activation_there_and_reports(self, stopped):
        with pytest.raises(Invalid, match="reason"):
            verbs.end_activation(stopped.rollout, by=stopped.manager, at=stopped.at, why=" ")
        with pytest.raises(NotAllowed):
            verbs.end_activation(
                stopped.rollout, by=stopped.world.actor("csp_north", at=stopped.at), at=stopped.at, why="No."
            )
        ended = verbs.end_activation(stopped.rollout, by=stopped.manager, at=stopped.at, why="The rest waits.")
        assert (ended.state, stopped.fresh().release.state) == ("finished", "hypercare")
        stopped.at = stopped.rollout.release.hypercare_until
        verbs.report(stopped.rollout, by=stopped.manager, at=stopped.at)
        assert stopped.fresh().release.state == "closed"

    def test_only_of_a_stopped_rollout_of_a_release_under_way(self, road):
        with pytest.raises(NotNow, match="only a stopped one"):
            verbs.end_activation(road.rollout, by=road.manager, at=road.at, why="No.")
        road.start()
        verbs.stop(road.rollout, by=road.manager, at=road.at, why="Once more.")
        road.run()
        with pytest.raises(NotNow, match="no activation to end"):
            verbs.end_activation(road.rollout, by=road.manager, at=road.at, why="No.")

    def test_the_latest_rollout_decides(self, stopped):
        make_road(stopped.world, stopped.rollout.release)
        with pytest.raises(NotNow, match="-R2 came after this one"):
            verbs.end_activation(stopped.rollout, by=stopped.manager, at=stopped.at, why="No.")

    @pytest.fixture
    def halted(self, road):
        """Halted, then stopped without being resumed."""
        road.deploy()
        road.activate()
        road.turn()
        verbs.halt(road.fresh(), by=road.manager, at=road.at, why="Displays dark.")
        verbs.stop(road.fresh(), by=road.manager, at=road.at, why="A better plan.")
        road.run()
        return road

    def test_a_halted_release_goes_on_when_the_plan_for_the_rest_is_approved(self, halted):
        assert halted.fresh().release.state == "halted"
        rest = make_road(halted.world, halted.rollout.release)
        rest.at = halted.at
        rest.approve()
        assert rest.fresh().release.state == "active"
        verbs.start(rest.rollout, by=rest.manager, at=rest.at)

    def test_a_halted_release_ends_its_activation_too(self, halted):
        verbs.end_activation(halted.rollout, by=halted.manager, at=halted.at, why="The rest waits.")
        assert halted.fresh().release.state == "hypercare"


@pytest.mark.parametrize("state", ["withdrawn", "superseded", "draft", "rejected"])
def test_nothing_resumes_for_a_release_that_ended(road, state):
    road.start()
    verbs.pause(road.rollout, by=road.manager, at=road.at, why="Wait.")
    type(road.rollout.release).objects.filter(pk=road.rollout.release_id).update(state=state)
    with pytest.raises(NotNow, match="no hub is asked for it any more. Stop the rollout."):
        verbs.resume(road.fresh(), by=road.manager, at=road.at, why="Go.")


class TestReport:
    def test_after_the_watch_period_it_closes_the_release(self, road):
        road.finish()
        with pytest.raises(NotNow, match="Hypercare runs to the end of"):
            verbs.report(road.rollout, by=road.manager, at=road.at)
        road.at = road.rollout.release.hypercare_until
        with pytest.raises(NotAllowed):
            verbs.report(road.rollout, by=road.world.actor("supplier", at=road.at), at=road.at)
        report = verbs.report(road.rollout, by=road.manager, at=road.at, remarks="All well.")
        assert (road.fresh().state, road.rollout.release.state) == ("reported", "closed")
        assert report.figures["hubs"] == 350
        assert sum(report.figures["by_state"].values()) == 350
        assert str(report) == f"Exit report of {road.rollout}"
        with pytest.raises(NotNow, match="is reported"):
            verbs.report(road.rollout, by=road.manager, at=road.at)

    def test_a_release_without_a_watch_period_is_reported_at_once(self, road):
        road.finish()
        release = road.fresh().release
        release.hypercare_until = None
        release.save(update_fields=["hypercare_until"])
        assert verbs.report(road.fresh(), by=road.manager, at=road.at).rollout == road.rollout


def test_a_report_counts_no_security_issue(road):
    for category in ("security", "other"):
        make_issue(road.world, road.rollout.release, category=category)
    assert report_figures(road.rollout, road.at)["issues"] == 1


def test_the_engine_may_pause(road):
    road.start()
    assert verbs.pause(road.rollout, by=ENGINE, at=road.at, why="Inconclusive.").state == "paused"
