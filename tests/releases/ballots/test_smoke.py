from tests.factories import ballots as make


def test_a_contested_objection_is_voted_on(matter):
    ballot = make.decided(matter, "proceed", "proceed_with_exclusions", "proceed_with_exclusions", "reject")
    assert ballot.state == "decided", ballot.state
    assert ballot.determination.effects == []
