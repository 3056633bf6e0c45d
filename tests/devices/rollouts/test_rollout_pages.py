"""The pages of rollouts, as each of those who may see them."""

from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.urls import reverse

from devices.rollouts import contributes, prepared, queries, verbs
from devices.rollouts.models import ExitReport, Rollout
from devices.rollouts.states import HubState
from devices.rollouts.verdicts import Breach, Thresholds
from portal.workflow.actor import system
from releases.holds.models import Hold
from releases.products.models import ValidityPeriod
from tests.factories.ballots import Matter, lodge, make_issue, set_clock
from tests.factories.findings import make_hold
from tests.factories.rollouts import make_road
from tests.html import mistakes


@pytest.fixture
def visit(sign_in):
    """Return a function that opens (or posts to) a page as somebody; pages are checked as HTML."""

    def open_page(who, name, *args, status=200, post=None, **query):
        client, url = sign_in(who), reverse(f"rollouts:{name}", args=args)
        response = client.get(url, query) if post is None else client.post(url, post)
        text = response.content.decode()
        assert response.status_code == status, text
        if text and status in (200, 400, 403, 404, 409):
            assert not mistakes(text, fragment="<html" not in text)
        return text

    return open_page


@pytest.fixture
def road(road):
    """The portal clock shows the road's time."""
    set_clock(road.at)
    return road


def move(road, at):
    road.at = at
    set_clock(at)


PLAN = {
    "canary": "60",
    "shares": "20, 30 %",
    "limit": "10",
    "minimum": "20",
    "confidence": "0.95",
    "turns": "3",
    "pace": "quick",
    "scenario": "calm",
}


class TestPlan:
    @pytest.fixture
    def release(self, served):
        set_clock(served.drafted_at + timedelta(days=9))
        return served

    def test_the_form_shows_what_it_would_reach(self, visit, release):
        text = visit("manager", "plan", release.reference)
        assert "<strong>350 hubs</strong>" in text
        assert "North 100" in text

    def test_the_preview_plans_nothing(self, visit, release):
        text = visit("manager", "plan", release.reference, post={**PLAN, "preview": "yes"})
        assert "Waves of this plan" in text
        assert "finished by <strong>" in text
        assert not Rollout.objects.exists()

    def test_waves_that_differ_by_region_take_the_place_of_the_others(self, visit, release):
        sizes = {"by_region": "30 North, 40 South\n20 %"}
        text = visit("manager", "plan", release.reference, post={**PLAN, **sizes, "preview": "yes"})
        assert '<th scope="row">1</th><td class="num">70</td>' in text
        visit("manager", "plan", release.reference, post=PLAN | sizes, status=302)
        assert len(Rollout.objects.get().wave_specs) == 3

    def test_the_preview_names_what_forbids_the_plan(self, visit, release):
        release.planned_activation_at = release.planned_activation_at.replace(year=2030)
        release.save(update_fields=["planned_activation_at"])
        ValidityPeriod.objects.filter(specification="CHTS").update(maintenance_to=date(2020, 1, 1))
        text = visit("manager", "plan", release.reference, post={**PLAN, "preview": "yes"})
        assert "350 hubs would be activated after the maintenance period of CHTS 1.1" in text
        assert "Such a plan is refused" in text
        text = visit("manager", "plan", release.reference, post=PLAN, status=400)
        assert "350 hubs would be activated after" in text

    def test_the_preview_refuses_what_makes_no_plan(self, visit, release):
        text = visit(
            "manager", "plan", release.reference, post={**PLAN, "minimum": "100", "preview": "yes"}, status=400
        )
        assert "Ask for fewer reports" in text

    def test_a_plan_is_made_and_being_prepared(self, visit, release):
        visit("manager", "plan", release.reference, post=PLAN, status=302)
        rollout = Rollout.objects.get()
        assert [spec["share"] for spec in rollout.wave_specs] == [None, 0.2, 0.3, 1.0]
        assert "is being prepared" in visit("manager", "rollout", rollout.reference)
        prepared.keep(rollout, 0.125)
        assert "12.5 % of them are written" in visit("manager", "rollout", rollout.reference)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"shares": "ten"}, "Give numbers with commas"),
            ({"shares": "60, 60"}, "together at most 100"),
            ({"window_opens": "22:00"}, "Give both the time"),
            ({"minimum": "100"}, "Ask for fewer reports"),
            ({"by_region": "500 Wales"}, "“wales” is no region"),
            ({"canary": ""}, "Enter hubs in the first wave"),
        ],
    )
    def test_wrong_answers_are_kept_and_explained(self, visit, release, changes, sentence):
        text = visit("manager", "plan", release.reference, post=PLAN | changes, status=400)
        assert sentence in text
        assert not Rollout.objects.exists()

    def test_why_it_cannot_be_planned_now(self, visit, road):
        assert "has a rollout already" in visit("manager", "plan", road.rollout.release.reference)

    def test_others_are_refused(self, visit, release):
        visit("supplier", "plan", release.reference, status=403)


class TestCapacity:
    def test_an_operator_states_it_on_its_own_page(self, visit, road):
        text = visit("csp_north", "capacity")
        assert text.count("State the capacity of") == 1
        visit(
            "csp_north", "state_capacity", "north", post={"seen": "0", "deployment": "5", "activation": ""}, status=302
        )
        text = visit("csp_north", "capacity")
        assert "5 hubs a night" in text
        assert "As many as come" in text
        road.start()
        road.turn()
        assert "The night is full" in visit("manager", "rollout", road.rollout.reference)
        assert "North: hubs asked by night" in visit("manager", "capacity")

    def test_what_was_wrong_and_typed_is_shown(self, visit, road):
        text = visit("csp_south", "state_capacity", "south", post={"deployment": "-5", "activation": "7"}, status=400)
        assert "from 0 to 100000000" in text
        assert 'value="7"' in text
        assert visit("csp_south", "capacity").count("State the capacity of") == 2

    def test_only_its_own_region(self, visit, road):
        visit("csp_north", "state_capacity", "south", post={"deployment": "5"}, status=403)
        visit("csp_north", "state_capacity", "wales", post={"deployment": "5"}, status=403)
        visit("supplier", "capacity", status=403)

    def test_the_list_of_rollouts_leads_there(self, visit, road):
        assert "Nightly capacity" in visit("csp_north", "rollouts")
        assert "Nightly capacity" not in visit("supplier", "rollouts")


class TestRollout:
    def test_everybody_who_sees_the_release_sees_progress(self, visit, road):
        road.start()
        road.turn()
        for who in ("manager", "csp_north", "supplier", "rsa", "secretary", "observer"):
            text = visit(who, "rollout", road.rollout.reference)
            assert "Hubs by region and state" in text
            assert ("Your homes" in text) is (who in ("supplier", "rsa"))
            assert 'hx-trigger="every 2s"' in text

    def test_a_supplier_counts_its_own_homes(self, visit, road):
        road.start()
        text = visit("other_supplier", "rollout", road.rollout.reference)
        own = text[text.index("Your homes") :]
        assert "50" in own[:400]

    def test_the_figures_stop_renewing_when_it_is_over(self, visit, road):
        road.finish()
        set_clock(road.at)
        text = visit("manager", "progress", road.rollout.reference)
        assert "hx-get" not in text
        assert "Exit report" in visit("manager", "rollout", road.rollout.reference)

    def test_the_fragment_asks_for_the_page_when_the_state_has_changed(self, sign_in, road):
        url = reverse("rollouts:progress", args=[road.rollout.reference])
        client = sign_in("manager")
        headers = {"HX-Request": "true"}
        assert client.get(url, {"state": "preparing"}, headers=headers)["HX-Refresh"] == "true"
        assert "HX-Refresh" not in client.get(url, {"state": "planned"}, headers=headers)
        assert "HX-Refresh" not in client.get(url)

    def test_an_unseen_release_has_no_rollout(self, visit, road):
        release = road.rollout.release
        release.classification = "red"
        release.save(update_fields=["classification"])
        visit("supplier", "rollout", road.rollout.reference, status=404)

    def test_a_plan_that_reached_nobody_says_so(self, visit, road):
        Rollout.objects.filter(pk=road.rollout.pk).update(state="cancelled", hubs=0)
        road.rollout.batches.all().delete()
        road.rollout.waves.all().delete()
        assert "No hub was planned" in visit("manager", "rollout", road.rollout.reference)

    def test_the_list(self, visit, road):
        assert road.rollout.reference in visit("supplier", "rollouts")
        Rollout.objects.filter(pk=road.rollout.pk).update(release=road.rollout.release)

    def test_the_list_without_any(self, visit, world):
        assert "No rollouts yet" in visit("supplier", "rollouts")

    def test_the_number_of_queries_does_not_grow(self, sign_in, road, django_assert_max_num_queries):
        client = sign_in("manager")
        with django_assert_max_num_queries(25):
            client.get(reverse("rollouts:progress", args=[road.rollout.reference]))


class TestWaiting:
    """Hubs that holds and objections keep where they are are told apart from hubs that are stuck."""

    def test_hubs_behind_a_hold_are_counted_with_it(self, visit, road):
        hold = make_hold(road.world, road.rollout.release, at=road.at)
        road.start()
        road.run()
        text = visit("supplier", "rollout", road.rollout.reference)
        assert "<strong>100 hubs wait behind a hold</strong>" in text
        assert hold.reference in text

    def test_hubs_behind_an_objection_are_counted_too(self, road):
        release = road.rollout.release
        matter = Matter(road.world, None, release, make_issue(road.world, release), road.at)
        lodge(matter, is_limited=True)
        road.deploy()
        type(road.rollout).objects.update(programme=1)
        found = queries.behind_gates(road.fresh(), road.manager, road.at)
        assert (found.held, found.holds) == (0, [])
        assert found.disputed == 100

    def test_a_hold_elsewhere_is_not_mentioned(self, road):
        make_hold(road.world, road.rollout.release, stage="activation", at=road.at)
        assert queries.behind_gates(road.rollout, road.manager, road.at) is None

    def test_the_fleet_page_says_what_the_inventory_does_not_show_yet(self, sign_in, road):
        road.deploy()
        road.activate()
        for _ in range(3):
            road.turn()
        set_clock(road.at)
        version = road.rollout.release.firmware_version
        [note] = contributes.fleet_notes(road.manager, road.at)
        assert note.text.endswith(f"run {version} in {road.rollout}")
        page = sign_in("manager").get(reverse("fleet:fleet")).content.decode()
        assert note.text in page
        other = road.world.actor("other_supplier", at=road.at)
        assert list(contributes.fleet_notes(other, road.at)) != [note]
        by_region = queries.figures(road.rollout).by_region
        for csp, regions in (("csp_north", ["North"]), ("csp_south", ["Central", "South"])):
            [own] = contributes.fleet_notes(road.world.actor(csp, at=road.at), road.at)
            count = sum(by_region[region][HubState.ACTIVATED] for region in regions)
            assert count and own.text.startswith(f"{count:,} run ")
        road.run()
        assert list(contributes.fleet_notes(road.manager, road.at)) == []


class TestPartAtFault:
    """What a verdict found over its limit is shown to all, and held by DCC with its effect shown first."""

    @pytest.fixture
    def halted(self, world, served):
        road = make_road(world, served, scenario="bad_image", thresholds=Thresholds(0.08, 20, 0.9))
        road.deploy()
        road.activate()
        road.run()
        breach = Breach("regions", "north", "region North", 12, 40, 0.2)
        wave = road.rollout.waves.first()
        wave.verdicts["activation"]["strata"] = [asdict(breach)]
        wave.save(update_fields=["verdicts"])
        set_clock(road.at)
        return road

    def test_it_is_shown_and_dcc_is_led_to_the_hold(self, visit, halted):
        name = halted.rollout.reference
        text = visit("manager", "rollout", name)
        assert "Region North" in text and "20.0%" in text
        assert reverse("rollouts:hold_part", args=[name]) in text
        assert reverse("rollouts:hold_part", args=[name]) not in visit("supplier", "rollout", name)

    def test_the_effect_is_shown_and_then_it_is_held(self, visit, halted):
        name = halted.rollout.reference
        form = {"part": "1-activation-regions-north", "stage": "activation", "seen": halted.rollout.version}
        text = visit("manager", "hold_part", name)
        assert "Wave 1, activation: region North 12 of 40 (at least 20.0%) failed" in text
        assert "<strong>100 homes</strong>" in visit("manager", "hold_part", name, post={**form, "preview": "yes"})
        assert not Hold.objects.exists()
        visit("manager", "hold_part", name, post=form, status=302)
        assert Hold.objects.get().regions == ["north"]
        again = {**form, "seen": halted.fresh().version}
        assert "holds these homes already" in visit("manager", "hold_part", name, post=again, status=400)

    def test_nothing_chosen_is_explained(self, visit, halted):
        post = {"stage": "", "part": "", "seen": halted.rollout.version}
        assert "There is a problem" in visit("manager", "hold_part", halted.rollout.reference, post=post, status=400)

    def test_where_there_is_none_or_no_time_for_it(self, visit, halted):
        type(halted.rollout.release).objects.update(state="withdrawn")
        assert "no hub is asked for it any more" in visit("manager", "hold_part", halted.rollout.reference)
        halted.rollout.waves.update(verdicts={})
        assert "No verdict has found a part" in visit("manager", "hold_part", halted.rollout.reference)


class TestActs:
    def test_the_whole_road_by_buttons(self, visit, road):
        name = road.rollout.reference
        assert "You made this plan" in visit("manager", "rollout", name)
        visit("second_manager", "approve", name, post={}, status=302)
        visit("manager", "start", name, post={}, status=302)
        visit("csp_north", "pause", name, post={"why": "Masts down."}, status=302)
        assert "Masts down." in visit("manager", "rollout", name)
        visit("manager", "resume", name, post={"why": "Masts up."}, status=302)
        visit("manager", "halt", name, post={"why": "Odd."}, status=302)
        visit("manager", "resume", name, post={"why": "Not odd."}, status=302)
        road.run()
        road.clear()
        set_clock(road.at)
        visit("manager", "start_activation", name, post={}, status=302)
        visit("manager", "stop", name, post={"why": "Enough."}, status=302)
        road.at += timedelta(minutes=1)
        assert road.run().state == "stopped"

    def test_a_plan_is_cancelled(self, visit, road):
        visit("manager", "cancel", road.rollout.reference, post={"why": "Dates moved."}, status=302)
        assert road.fresh().state == "cancelled"

    def test_a_stale_page_changes_nothing(self, visit, road):
        visit("second_manager", "approve", road.rollout.reference, post={"seen": "1"}, status=409)
        assert road.fresh().state == "planned"

    def test_a_reason_is_asked_for(self, visit, road):
        road.start()
        visit("manager", "pause", road.rollout.reference, post={"why": " "}, status=400)

    @pytest.mark.parametrize(
        ("post", "sentence"),
        [
            ({"why": "x" * 20_000}, "at most 2000 characters"),
            ({"why": "Go.", "seen": "zz"}, "This page was changed on its way here"),
        ],
    )
    def test_what_cannot_be_read_changes_nothing_and_is_kept(self, visit, road, post, sentence):
        road.start()
        text = visit("manager", "stop", road.rollout.reference, post=post, status=400)
        assert sentence in text
        assert post["why"] in text
        assert road.fresh().state == "deploying"
        visit("second_manager", "approve", road.rollout.reference, post={"seen": "zz"}, status=400)

    def test_the_buttons_after_a_stop(self, visit, road):
        name = road.rollout.reference
        road.deploy()
        road.activate()
        road.turn()
        set_clock(road.at)
        visit("manager", "halt", name, post={"why": "Odd."}, status=302)
        visit("manager", "stop", name, post={"why": "Enough."}, status=302)
        move(road, road.at + timedelta(minutes=1))
        road.run()
        text = visit("manager", "rollout", name)
        assert "End the activation here" in text
        assert "End the activation here" not in visit("supplier", "rollout", name)
        visit("manager", "end_activation", name, post={"why": "The rest waits."}, status=302)
        assert "End the activation here" not in visit("manager", "rollout", name)

    def test_a_rollout_of_an_ended_release_is_only_stopped(self, visit, road):
        road.start()
        verbs.pause(road.fresh(), by=road.manager, at=road.at, why="Wait.")
        type(road.rollout.release).objects.update(state="withdrawn")
        text = visit("manager", "rollout", road.rollout.reference)
        assert "The release is withdrawn: no hub is asked for it any more. Stop the rollout." in text

    def test_others_are_refused(self, visit, road):
        road.start()
        visit("supplier", "halt", road.rollout.reference, post={"why": "No."}, status=403)

    def test_why_it_cannot_be_started(self, visit, world, served):
        early = make_road(world, served)
        early.approve()
        set_clock(world.at)
        assert "The deployment gate is closed" in visit("manager", "rollout", early.rollout.reference)


class TestReport:
    def test_it_is_published_and_read(self, visit, road):
        name = road.rollout.reference
        road.finish()
        set_clock(road.at)
        assert "cannot be published yet" in visit("manager", "report", name)
        visit("supplier", "report", name, status=404)
        move(road, road.rollout.release.hypercare_until)
        assert "Not published yet" in visit("manager", "report", name)
        visit("manager", "report", name, post={"remarks": "All well."}, status=302)
        assert ExitReport.objects.get().remarks == "All well."
        assert "All well." in visit("supplier", "report", name)

    def test_a_running_rollout_has_none(self, visit, road):
        visit("manager", "report", road.rollout.reference, status=404)
        visit("manager", "report", road.rollout.reference, post={}, status=409)
        visit("supplier", "report", road.rollout.reference, post={}, status=403)


class TestContributions:
    def texts(self, road, who="manager"):
        return [one.text for one in contributes.waiting(road.world.actor(who, at=road.at), road.at)]

    def test_what_waits_for_dcc(self, road):
        name = road.rollout.reference
        assert self.texts(road, "second_manager") == [f"Approve rollout {name}"]
        assert self.texts(road) == self.texts(road, "supplier") == []
        road.approve()
        assert self.texts(road) == [f"Start rollout {name}"]
        verbs.start(road.fresh(), by=road.manager, at=road.at)
        assert self.texts(road) == []
        verbs.pause(road.fresh(), by=road.manager, at=road.at, why="Wait.")
        assert self.texts(road) == [f"Rollout {name} is paused: resume or stop it"]
        verbs.resume(road.fresh(), by=road.manager, at=road.at, why="Go.")
        road.run()
        assert self.texts(road) == []
        road.clear()
        assert self.texts(road) == [f"Start the activation of {name}"]
        verbs.start_activation(road.fresh(), by=road.manager, at=road.at)
        road.run()
        assert self.texts(road) == []
        road.at = road.rollout.release.hypercare_until
        assert self.texts(road) == [f"Publish the exit report of {name}"]

    def test_what_waits_after_a_stop_or_the_release_s_end(self, road):
        name = road.rollout.reference
        road.deploy()
        road.activate()
        road.turn()
        verbs.halt(road.fresh(), by=road.manager, at=road.at, why="Odd.")
        type(road.rollout.release).objects.update(state="withdrawn")
        assert self.texts(road) == [f"Rollout {name} is halted: stop it"]
        type(road.rollout.release).objects.update(state="halted")
        verbs.stop(road.fresh(), by=road.manager, at=road.at, why="Enough.")
        road.run()
        assert self.texts(road) == [f"Rollout {name} was stopped: plan another for the rest, or end the activation"]

    def test_the_stage_of_the_tracker(self, road):
        def stage():
            release = road.fresh().release
            [found] = contributes.release_stages(release, road.manager, road.at)
            return found.state, found.blocks

        assert stage() == ("waiting", "the plan waits for approval")
        road.start()
        assert stage() == ("current", "")
        verbs.pause(road.rollout, by=road.manager, at=road.at, why="Wait.")
        assert stage() == ("blocked", "the rollout is paused")
        type(road.rollout.release).objects.update(state="withdrawn")
        assert stage() == ("ended", "")
        type(road.rollout.release).objects.update(state="notified")
        verbs.resume(road.rollout, by=road.manager, at=road.at, why="Go.")
        road.run()
        assert stage() == ("done", "")

    def test_a_release_without_rollout(self, world, served):
        [found] = contributes.release_stages(served, world.actor("manager"), world.at)
        assert (found.state, found.url) == ("waiting", "")
        served.state = "withdrawn"
        [found] = contributes.release_stages(served, world.actor("manager"), world.at)
        assert (found.state, found.planned) == ("skipped", None)
        assert list(contributes.release_panels(served, world.actor("manager"), world.at)) == []

    def test_panels_and_acts(self, road):
        release = road.rollout.release
        [panel] = contributes.release_panels(release, road.manager, road.at)
        assert panel.context["rollout"] == road.rollout
        [act] = contributes.release_acts(release, road.manager, road.at)
        assert act.text == "Go to the rollout"
        assert list(contributes.release_acts(release, road.world.actor("supplier", at=road.at), road.at)) == []
        verbs.cancel(road.rollout, by=road.manager, at=road.at, why="No.")
        [act] = contributes.release_acts(release, road.manager, road.at)
        assert (act.text, act.why_not) == ("Plan a rollout", None)
        release.state = "withdrawn"
        assert list(contributes.release_acts(release, road.manager, road.at)) == []

    def test_due_dates(self, world, served):
        road = make_road(world, served, answer_seconds=60, soak_seconds=3600)
        assert list(contributes.due(system("clock"), road.at)) == []
        road.start()
        road.turn()
        [due] = contributes.due(system("clock"), road.at)
        assert due.at == road.at + timedelta(seconds=60)
        road.at = due.at
        road.run()
        texts = [one.text for one in contributes.due(system("clock"), road.at)]
        assert any("verdict on a wave" in text or "asked again" in text for text in texts)

    def test_calendar(self, road):
        road.start()
        found = list(contributes.dates(road.manager, road.at - timedelta(days=1), road.at + timedelta(days=1)))
        assert [one.text for one in found] == [f"{road.rollout.reference}: deployment starts"]
        assert list(contributes.dates(road.manager, road.at + timedelta(days=1), road.at + timedelta(days=2))) == []

    def test_navigation(self, world):
        assert [link.text for link in contributes.navigation(world.actor("supplier"))] == ["Rollouts"]
