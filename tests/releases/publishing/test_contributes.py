from datetime import timedelta

import pytest

from portal.workflow.actor import ANONYMOUS, system
from releases.publishing import contributes, verbs
from releases.publishing.models import Release
from releases.publishing.stages import stages
from tests.factories.releases import make_announced, make_draft, make_ready

pytestmark = pytest.mark.django_db
EMERGENCY = {"urgency_class": "emergency", "emergency_reason": "Silence", "emergency_citation": "IS-7"}


def seen(release, at):
    release.refresh_from_db()
    return {stage.name: stage.state for stage in stages(release, at)}


class TestStages:
    def test_a_draft_has_everything_to_come(self, world, draft):
        assert seen(draft, world.at) == {
            "Draft": "current",
            "Notice": "waiting",
            "User testing": "waiting",
            "Objections": "waiting",
            "Cleared": "waiting",
            "Activation": "waiting",
            "Hypercare": "waiting",
            "Report": "waiting",
        }

    def test_tests_and_objections_run_and_end(self, world, announced):
        running = seen(announced, world.at)
        assert (running["Notice"], running["User testing"], running["Objections"]) == ("done", "current", "current")
        over = seen(announced, world.at + timedelta(days=30))
        assert (over["User testing"], over["Objections"]) == ("done", "done")

    @pytest.mark.parametrize(
        ("state", "stage", "found"),
        [
            ("disputed", "Objections", "blocked"),
            ("cleared", "Cleared", "done"),
            ("active", "Activation", "current"),
            ("halted", "Activation", "blocked"),
            ("hypercare", "Activation", "done"),
            ("hypercare", "Hypercare", "current"),
            ("closed", "Hypercare", "done"),
            ("closed", "Report", "done"),
            ("rejected", "Cleared", "blocked"),
            ("withdrawn", "Activation", "skipped"),
            ("superseded", "User testing", "ended"),
        ],
    )
    def test_each_state_has_its_place(self, world, announced, state, stage, found):
        Release.objects.update(state=state)
        assert seen(announced, world.at)[stage] == found

    def test_what_happened_before_a_withdrawal_is_shown_without_dates_to_come(self, world, announced):
        Release.objects.update(
            state="withdrawn", first_activation_at=world.at, hypercare_until=world.at + timedelta(days=180)
        )
        announced.refresh_from_db()
        found = {stage.name: stage for stage in stages(announced, world.at)}
        assert (found["Cleared"].state, found["Activation"].state) == ("done", "ended")
        assert found["Activation"].at == world.at
        assert found["Activation"].holder == "until the release was withdrawn"
        assert [stage.planned for stage in found.values() if stage.state in ("skipped", "ended")] == [None] * 5

    def test_an_emergency_skips_tests_and_objections(self, world, catalogue):
        release = make_ready(world, catalogue, **EMERGENCY)
        verbs.approve_emergency(release, by=world.actor("second_manager"), at=world.at)
        verbs.announce(release, by=world.actor("manager"), at=world.at)
        found = seen(release, world.at)
        assert (found["User testing"], found["Objections"]) == ("skipped", "skipped")


class TestWaiting:
    def test_drafts_wait_for_dcc_and_emergencies_for_the_second(self, world, catalogue, draft):
        emergency = make_draft(world, catalogue, **EMERGENCY)
        first = {item.text: item.group for item in contributes.waiting(world.actor("manager"), world.at)}
        assert first == {f"Finish the draft {draft}": "Drafts", f"Finish the draft {emergency}": "Drafts"}
        second = {item.text: item.group for item in contributes.waiting(world.actor("second_manager"), world.at)}
        assert second[f"Approve {emergency} as an Emergency"] == "To approve"

    def test_a_notice_waits_for_its_recipients(self, world, announced):
        (item,) = contributes.waiting(world.actor("supplier"), world.at)
        assert item.text == f"Acknowledge notice of {announced}"
        assert item.due == announced.tests_until - timedelta(seconds=1)  # shown under the last day
        assert item.url == f"/releases/{announced.reference}/acknowledge/"
        for who in ("observer", "csp_north", "secretary"):
            assert list(contributes.waiting(world.actor(who), world.at)) == []

    def test_nothing_waits_once_the_release_ended(self, world, announced):
        verbs.withdraw(announced, by=world.actor("manager"), at=world.at, why="x")
        assert list(contributes.waiting(world.actor("supplier"), world.at)) == []

    def test_notices_add_no_queries(self, world, catalogue, announced, django_assert_max_num_queries):
        actor, counts = world.actor("supplier"), []
        for _ in range(2):
            with django_assert_max_num_queries(10) as captured:
                list(contributes.waiting(actor, world.at))
            counts.append(len(captured))
            make_announced(world, catalogue)
        assert counts[0] == counts[1]


class TestDates:
    def test_dates_of_what_one_may_see(self, world, announced, draft):
        end = world.at + timedelta(days=60)
        texts = [row.text for row in contributes.dates(world.actor("supplier"), world.at, end)]
        assert texts == [
            f"{announced.reference}: deployment planned",
            f"{announced.reference}: user testing ends",
            f"{announced.reference}: objections end",
            f"{announced.reference}: activation planned",
        ]
        assert list(contributes.dates(ANONYMOUS, world.at, end)) == []
        planned = [row.status for row in contributes.dates(world.actor("manager"), world.at, end)]
        assert sorted(set(planned)) == ["confirmed", "planned"]

    def test_due_dates_are_those_still_to_come(self, world, announced, draft):
        assert len(list(contributes.due(system("clock"), world.at))) == 4
        assert list(contributes.due(system("clock"), world.at + timedelta(days=60))) == []


class TestActs:
    def texts(self, release, actor, at):
        release.refresh_from_db()
        return {act.text: act.why_not for act in contributes.release_acts(release, actor, at)}

    def test_acts_of_dcc_on_a_draft(self, world, draft):
        acts = self.texts(draft, world.actor("manager"), world.at)
        assert list(acts) == [
            "Announce",
            "Edit",
            "Attach image",
            "Attach evidence",
            "Edit notes",
            "Withdraw",
            "Supersede",
        ]

    def test_acts_of_dcc_in_service(self, world, announced):
        verbs.lock_notes(announced, by=world.actor("secretary"), at=world.at, why="a ballot is open")
        acts = self.texts(announced, world.actor("manager"), world.at)
        assert acts["Edit notes"] == "The notes are locked: a ballot is open."
        assert {"Move dates later", "Return to draft", "Withdraw"} <= set(acts)

    def test_firm_dates_are_not_moved_by_hand(self, world, catalogue):
        manager, release = world.actor("manager"), make_ready(world, catalogue, approach="scheduling")
        dates = {"deployment_at": world.at + timedelta(days=10), "activation_at": world.at + timedelta(days=20)}
        verbs.confirm_schedule(release, **dates, by=manager, at=world.at)
        announced = verbs.announce(release, by=manager, at=world.at)
        acts = self.texts(announced, manager, world.at)
        assert "Return to draft" in acts and "Move dates later" not in acts

    def test_a_supplier_only_acknowledges(self, world, announced):
        actor = world.actor("supplier")
        assert self.texts(announced, actor, world.at) == {"Acknowledge the notice": None}
        verbs.acknowledge(announced, world.organisations["heron"], by=actor, at=world.at)
        assert self.texts(announced, actor, world.at) == {}

    def test_a_finished_release_has_none(self, world, announced):
        Release.objects.update(state="closed")
        assert self.texts(announced, world.actor("manager"), world.at) == {}


def test_the_releases_are_in_everybodys_navigation():
    assert [link.url for link in contributes.navigation(ANONYMOUS)] == ["/releases/"]
