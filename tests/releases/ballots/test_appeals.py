"""Appeals: the objected cohort waits for the outcome, and each outcome takes effect by itself."""

from datetime import timedelta

import pytest

from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.ballots import verbs
from releases.ballots.contributes import waiting
from releases.ballots.effects import appealing
from releases.ballots.models import Ballot, Determination, Objection
from releases.ballots.queries import blocking, determination_in_force, replaceable
from releases.ballots.verbs.remedies import UNTIL_FIXED
from releases.holds.models import Hold
from releases.issues.models import Issue
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from tests.factories import ballots as make
from tests.factories.ballots import LATER


def published(matter, choice="proceed", **answers) -> Ballot:
    ballot = make.decided(matter, choice, choice, choice, **answers)
    verbs.publish(ballot, reasons="Ten.", minority_statement="", by=matter.actor("secretary"), at=matter.at)
    return Ballot.objects.get(pk=ballot.pk)


def appealed(matter, choice="proceed", **answers) -> Ballot:
    ballot = published(matter, choice, **answers)
    facts = {"appellant": "Heron Power", "why": "The evidence was not read."}
    verbs.record_appeal(ballot, **facts, by=matter.actor("secretary"), at=matter.at)
    return Ballot.objects.get(pk=ballot.pk)


def end(matter, ballot: Ballot, result: str, **changes) -> Determination:
    facts = {"result": result, "outcome": "So ordered.", "by": matter.actor("secretary"), "at": matter.at} | changes
    return verbs.record_appeal_outcome(ballot, **facts)


def placed() -> list[str]:
    return list(Hold.objects.filter(state="placed").order_by("pk").values_list("condition", flat=True))


def test_an_appeal_comes_within_its_window_once_with_who_and_why(matter):
    ballot = published(matter)
    facts = {"appellant": "Heron Power", "why": "By letter.", "by": matter.actor("secretary"), "at": matter.at}
    for field in ("appellant", "why"):
        with pytest.raises(Invalid):
            verbs.record_appeal(ballot, **facts | {field: " "})
    with pytest.raises(NotAllowed):
        verbs.record_appeal(ballot, **facts | {"by": matter.actor("manager")})
    with pytest.raises(NotNow, match="appeal window is over"):
        verbs.record_appeal(ballot, **facts | {"at": ballot.determination.appeal_until})
    decision = verbs.record_appeal(ballot, **facts)
    assert (decision.appellant, decision.appeal_grounds) == ("Heron Power", "By letter.")
    with pytest.raises(NotNow, match="under appeal"):
        verbs.record_appeal(ballot, **facts)


def test_the_cohort_waits_for_the_outcome_and_a_dismissed_appeal_changes_nothing(matter):
    ballot = appealed(matter)
    long_after = ballot.determination.appeal_until + timedelta(days=90)
    assert [one.is_limited for one in blocking(matter.release, long_after)] == [True]
    decision = end(matter, ballot, "dismissed")
    assert (decision.appeal_outcome, decision.appeal_ended_at) == ("So ordered.", matter.at)
    assert decision.effects[-1] == "The appeal was dismissed: the determination stands."
    assert blocking(matter.release, long_after) == [] and placed() == []


def test_an_outcome_needs_an_appeal_its_words_a_known_result_and_comes_once(matter):
    with pytest.raises(NotNow, match="is published"):
        end(matter, published(matter), "held")
    ballot = Ballot.objects.get()
    verbs.record_appeal(ballot, appellant="Heron", why="By letter.", by=matter.actor("secretary"), at=matter.at)
    for wrong in ({"result": "won"}, {"outcome": " "}):
        with pytest.raises(Invalid):
            end(matter, ballot, **{"result": "held", **wrong})
    with pytest.raises(NotAllowed):
        end(matter, ballot, "held", by=matter.actor("manager"))
    end(matter, ballot, "dismissed")
    with pytest.raises(NotNow, match="outcome is recorded"):
        end(matter, ballot, "held")


def test_the_secretary_is_reminded_until_the_outcome_is_recorded(matter):
    ballot = appealed(matter)

    def asked() -> list[str]:
        return [one.text for one in waiting(matter.actor("secretary"), matter.at)]

    assert asked() == [f"Record the outcome of the appeal in ballot {ballot.reference}"]
    end(matter, ballot, "dismissed")
    assert asked() == []


# --- upheld ----------------------------------------------------------------------------------------------


def test_held_holds_the_objected_cohort(matter):
    decision = end(matter, appealed(matter), "held")
    assert "As the Authority ordered" in decision.effects[-1]
    assert len(placed()) == 1 and "As the Authority ordered" in placed()[0]


def test_held_holds_nothing_of_a_release_that_has_ended(matter):
    decision = end(matter, appealed(matter, "reject"), "held")
    assert decision.effects[-1] == "The release was rejected meanwhile: nothing else to do."


def test_freed_ends_the_hold(matter):
    ballot = appealed(matter, "proceed_with_exclusions")
    assert any("is in force and holds" in line for line in appealing(ballot))
    decision = end(matter, ballot, "freed")
    assert placed() == [] and blocking(matter.release, matter.at) == []
    assert decision.effects[-1] == f"{Hold.objects.get().reference} is lifted: the appeal was upheld."


def test_freed_ends_the_deferral(matter):
    ballot = appealed(matter, "defer")
    assert appealing(ballot)[-1].startswith("Activation is deferred to")
    decision = end(matter, ballot, "freed")
    assert Release.objects.get().deferred_until is None
    assert decision.effects[-1] == "Activation is no longer deferred."


def test_freed_finds_nothing_in_force(matter):
    ballot = appealed(matter)
    assert len(appealing(ballot)) == 1
    assert end(matter, ballot, "freed").effects[-1].endswith("whatever else it did stays as it is.")


def test_no_appeal_frees_a_safeguarded_cohort(matter):
    """Rule: it is held until fixed unless a separate override question carried."""
    Issue.objects.update(severity=1, state="accepted")
    ballot = appealed(matter, "proceed", override=False)
    decision = end(matter, ballot, "freed")
    assert placed() == [UNTIL_FIXED]
    assert decision.effects[-1].endswith("the minority safeguard holds its homes until fixed.")


def test_remitted_is_contested_again_for_its_cohort_and_the_new_determination_replaces_the_old(matter):
    ballot = appealed(matter, "proceed_with_exclusions")
    assert list(replaceable(matter.release)) == []
    decision = end(matter, ballot, "remitted")
    objection = Objection.objects.get()
    assert decision.effects[-2:] == [
        f"{objection.reference} is contested again.",
        f"{Hold.objects.get().reference} stays until the new determination.",
    ]
    assert [one.is_limited for one in blocking(matter.release, LATER)] == [True]  # the rest proceeds
    assert Release.objects.get().state == "notified" and len(placed()) == 1
    assert list(replaceable(matter.release)) == [ballot]

    second = make.open_ballot(matter, objection)
    make.vote(matter, second, "proceed", "proceed", "proceed")
    new = make.close(matter, second).determination
    assert placed() == [] and new.effects[0] == f"{Hold.objects.get().reference} is replaced."
    assert determination_in_force(matter.release) == new


def test_remitted_defers_no_more_for_the_cohort_waits_anyway(matter):
    decision = end(matter, appealed(matter, "defer"), "remitted")
    assert Release.objects.get().deferred_until is None
    assert decision.effects[-1] == "Activation is no longer deferred."


def test_another_determination_s_deferral_stays(matter):
    ballot = appealed(matter, "defer")
    until = ballot.determination.defer_to + timedelta(days=30)
    publishing.defer(Release.objects.get(), until=until, by=verbs.settling.CLERK, at=matter.at, why="For another.")
    end(matter, ballot, "freed")
    assert Release.objects.get().deferred_until == until
