"""A hold that a determination placed until a date ends by itself when it is reached; others do not."""

from datetime import timedelta

from releases.ballots.models import Ballot
from releases.ballots.tasks import keep_clocks
from releases.holds.models import Hold
from releases.publishing.models import Release
from tests.factories import ballots as make


def deferred_under_way(matter) -> Ballot:
    """A ballot that deferred the objected homes of a release under way, which goes on with the others."""
    ballot = make.open_ballot(matter)
    Release.objects.update(state="active")
    make.vote(matter, ballot, "defer", "defer", "defer")
    return make.close(matter, ballot)


def at_the_date(matter, **before: int) -> Hold:
    matter.until(make.LATER - timedelta(**before))
    keep_clocks()
    return Hold.objects.get()


def test_it_ends_when_its_date_is_reached(matter):
    decision = deferred_under_way(matter).determination
    assert Hold.objects.get().condition == decision.until
    assert at_the_date(matter, seconds=30).state == "placed"
    hold = at_the_date(matter)
    assert (hold.state, hold.lift_ground, hold.lift_reason) == ("lifted", "condition", "Its date is reached.")


def test_what_the_safeguard_holds_stays_until_fixed(matter):
    matter.issue.severity, matter.issue.state = 2, "accepted"
    matter.issue.save()
    deferred_under_way(matter)
    assert at_the_date(matter).state == "placed"


def test_a_decision_that_defers_nothing_has_no_date(matter):
    assert make.decided(matter, "proceed", "proceed", "proceed").determination.until == ""
