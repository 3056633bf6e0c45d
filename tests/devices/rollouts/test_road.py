from devices.rollouts.states import HubState
from releases.publishing.states import ReleaseState
from tests.factories.rollouts import assert_counts_agree


def test_the_whole_road(road):
    assert road.fresh().state == "planned"
    assert road.deploy().state == "deployed"
    assert_counts_agree(road.rollout)
    road.activate()
    assert road.rollout.release.state == ReleaseState.ACTIVE
    assert road.run().state == "finished"
    hubs = assert_counts_agree(road.rollout)
    assert set(hubs) <= {HubState.ACTIVATED, HubState.FAILED, HubState.EXPIRED}
    assert road.rollout.release.state == ReleaseState.HYPERCARE
