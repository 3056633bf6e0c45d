import numpy as np

from devices.gateway import UNREACHABLE, Stage
from devices.rollouts import outcomes
from devices.rollouts.path import NO_CODE
from devices.rollouts.verdicts import Evidence


def test_answers_add_up_by_stage():
    tally = outcomes.answered(outcomes.NONE_YET, Stage.DEPLOYMENT, np.array([0, 0, 3, NO_CODE], dtype=np.uint8))
    tally = outcomes.answered(tally, Stage.ACTIVATION, np.array([0, 1, 2, UNREACHABLE], dtype=np.uint8))
    tally = outcomes.timed_out(tally, Stage.ACTIVATION, 5)
    assert outcomes.evidence(tally, Stage.DEPLOYMENT) == Evidence(succeeded=2, failed=1, timed_out=0)
    assert outcomes.evidence(tally, Stage.ACTIVATION) == Evidence(succeeded=1, failed=2, timed_out=5)
    assert outcomes.NONE_YET == [0] * len(tally)
