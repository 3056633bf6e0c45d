"""Judgements of a wave are kept, whatever a person and the waves after make of them."""

from datetime import UTC, datetime

from devices.rollouts import judgements

AT = datetime(2017, 2, 1, tzinfo=UTC)
HALT = {"verdict": "halt", "why": "Too many.", "overshoot": {"hubs": 390}, "strata": [{"axis": "region"}], "looked": 50}


def test_nothing_is_judged_yet():
    assert judgements.every({"looked": 3}) == []
    assert judgements.last({}) == {}
    assert judgements.why({}) == ""


def test_what_a_person_has_weighed_stays_with_its_overshoot_and_counts_no_more():
    kept = judgements.weighed(HALT, [90, 10, 0], AT)
    assert "verdict" not in kept
    assert (kept["weighed"], kept["weighed_at"], kept["looked"]) == ([90, 10, 0], AT.isoformat(), 0)
    assert judgements.last(kept)["overshoot"] == {"hubs": 390}
    assert "looked" not in judgements.last(kept)


def test_every_judgement_is_told_in_order():
    again = judgements.weighed({**judgements.weighed(HALT, [1, 0, 0], AT), **HALT, "why": "Again."}, [2, 0, 0], AT)
    kept = {**again, "verdict": "go_on", "why": "Go on."}
    assert [one["verdict"] for one in judgements.every(kept)] == ["halt", "halt", "go_on"]
    assert judgements.last(kept) is kept
    assert judgements.why(kept) == "Too many. A person let it go on; then: Again. A person let it go on; then: Go on."
