"""DCC decides on a proposed hold: by page, by API, once; others read it."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from devices.detection import can, contributes, verbs
from devices.detection.models import Proposal
from devices.rollouts import verbs as rollouts
from devices.rollouts.models import Rollout
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.holds import verbs as holds
from releases.holds.models import Cause, Hold
from releases.products.cohorts import Cohort, selection
from releases.products.models import Cell
from tests.devices.detection.conftest import EAR
from tests.factories.fixtures import BACKEND
from tests.factories.proposals import make_proposal
from tests.factories.queries import same_queries
from tests.factories.rollouts import assert_counts_agree
from tests.html import mistakes


@pytest.fixture
def road(soaking):
    made = soaking()
    made.listen(4)
    return made


@pytest.fixture
def proposal(road) -> Proposal:
    return Proposal.objects.select_related("rollout__release", "combination").get()


@pytest.fixture
def visit(sign_in):
    """Return a function that opens (or posts to) a page as somebody; pages are checked as HTML."""

    def open_page(who, name, *args, status=200, post=None):
        client, url = sign_in(who), reverse(name, args=args)
        response = client.get(url) if post is None else client.post(url, post)
        text = response.content.decode()
        assert response.status_code == status, text
        if text:
            assert not mistakes(text)
        return text

    return open_page


class TestAccept:
    def test_it_places_the_hold_on_exactly_these_homes_and_the_rest_goes_on(self, road, proposal, single):
        placed = verbs.accept(proposal, stage="activation", by=road.manager, at=road.at)
        hold = placed.hold
        assert (placed.state, hold.cause, hold.cause_id) == ("accepted", "detection", road.rollout.pk)
        assert hold.cause_text.startswith(f"{proposal}, Alder 1 + Orchard ESME + Orchard IHD: Device fell off")
        assert list(Cell.objects.filter(selection(Cohort.of(hold))).values_list("number", flat=True)) == [single.number]
        assert Entry.objects.filter(verb="accept", why=f"{hold} is placed.").count() == 1
        road.resume()
        while road.fresh().state == "activating":
            road.run()
            assert not road.listen(4)
        counts = {state.word: count for state, count in assert_counts_agree(road.rollout).items()}
        assert counts["excluded"] > 300  # its homes of the second wave

    def test_a_second_click_places_no_second_hold(self, road, proposal):
        verbs.accept(proposal, stage="activation", by=road.manager, at=road.at, seen=proposal.version)
        with pytest.raises(NotNow, match="Somebody else changed this"):
            verbs.accept(proposal, stage="activation", by=road.manager, at=road.at, seen=proposal.version)
        with pytest.raises(NotNow, match="is accepted already"):
            verbs.accept(proposal, stage="activation", by=road.second, at=road.at)
        assert Hold.objects.count() == 1

    def test_only_a_person_of_dcc(self, road, proposal):
        with pytest.raises(NotAllowed, match="A person decides"):
            verbs.accept(proposal, stage="activation", by=EAR, at=road.at)
        with pytest.raises(NotAllowed):
            verbs.accept(proposal, stage="activation", by=road.world.actor("csp_north", at=road.at), at=road.at)

    def test_not_once_other_holds_stop_all_these_homes(self, road, proposal, single):
        holds.place(
            road.rollout.release,
            Cohort(displays=frozenset([single.combination.display_id])),
            stage="activation",
            cause=Cause.DCC,
            cause_text="By hand",
            by=road.manager,
            at=road.at,
        )
        with pytest.raises(NotNow, match="Other holds stop the activation of all these homes"):
            verbs.accept(proposal, stage="activation", by=road.manager, at=road.at)
        closed = verbs.overtake(proposal, by=EAR, at=road.at)
        assert (closed.state, closed.hold) == ("overtaken", None)
        assert not road.listen(4)


class TestDecline:
    def test_for_a_reason(self, road, proposal):
        with pytest.raises(Invalid, match="Say why"):
            verbs.decline(proposal, why=" ", by=road.manager, at=road.at)
        closed = verbs.decline(proposal, why="Known meters.", by=road.manager, at=road.at)
        assert (closed.state, closed.why, closed.decided_by_name) == ("declined", "Known meters.", road.manager.name)
        assert Hold.objects.count() == 0
        with pytest.raises(NotNow, match="is declined already"):
            verbs.decline(proposal, why="Again.", by=road.manager, at=road.at)

    def test_only_dcc(self, road, proposal):
        with pytest.raises(NotAllowed):
            verbs.decline(proposal, why="No.", by=road.world.actor("supplier", at=road.at), at=road.at)


class TestOvertake:
    def test_not_while_it_asks_for_a_decision(self, road, proposal):
        with pytest.raises(NotNow, match="still asks"):
            verbs.overtake(proposal, by=EAR, at=road.at)

    def test_only_the_portal(self, road, proposal):
        rollouts.stop(road.fresh(), by=road.manager, at=road.at, why="Enough.")
        with pytest.raises(NotAllowed, match="Only the portal"):
            verbs.overtake(proposal, by=road.manager, at=road.at)
        proposal.refresh_from_db()
        assert "stopping" in can.accept.why_not(proposal, at=road.at)
        assert verbs.overtake(proposal, by=EAR, at=road.at).state == "overtaken"


class TestPages:
    def test_the_page_of_the_rollout_names_it_and_its_own_shows_the_working(self, visit, road, proposal):
        page = visit("supplier", "rollouts:rollout", road.rollout.reference)
        assert "Signs of trouble heard in 4 watches" in page
        assert proposal.reference in page
        page = visit("supplier", "detection:proposal", proposal.reference)
        assert "Device fell off the home network (8F48)" in page
        assert "comparisons were made at look 4" in page
        assert "Hold exactly these homes" not in page

    def test_accepted_with_its_effect_shown_first(self, visit, road, proposal):
        assert "Hold exactly these homes" in visit("manager", "detection:proposal", proposal.reference)
        page = visit("manager", "detection:accept", proposal.reference)
        assert "What this hold would do now" in page and "600 homes" in page
        sent = {"stage": "both", "seen": proposal.version}
        page = visit("manager", "detection:accept", proposal.reference, post={**sent, "preview": "yes"})
        assert "Deployment: " in page and not Hold.objects.exists()
        page = visit("manager", "detection:accept", proposal.reference, post={"seen": proposal.version}, status=400)
        assert "What this hold would do now" not in page
        visit("manager", "detection:accept", proposal.reference, post=sent, status=302)
        hold = Hold.objects.get()
        assert hold.stage == "both"
        assert hold.reference in visit("manager", "detection:proposal", proposal.reference)
        assert hold.reference in visit("manager", "rollouts:rollout", road.rollout.reference)
        assert "is accepted already" in visit("manager", "detection:accept", proposal.reference)
        visit("manager", "detection:accept", proposal.reference, post=sent, status=409)

    def test_declined_for_a_reason(self, visit, road, proposal):
        page = visit("manager", "detection:decline", proposal.reference, post={"seen": proposal.version}, status=400)
        assert "Error: " in page
        sent = {"seen": proposal.version, "why": "Known meters."}
        visit("manager", "detection:decline", proposal.reference, post=sent, status=302)
        assert "Known meters." in visit("manager", "detection:proposal", proposal.reference)
        assert "is declined already" in visit("manager", "detection:decline", proposal.reference)

    def test_what_cannot_be_accepted_any_more_says_why(self, visit, road, proposal):
        Rollout.objects.update(state="finished")
        page = visit("manager", "detection:proposal", proposal.reference)
        assert "It cannot be accepted. The rollout is finished" in page

    def test_dcc_finds_it_waiting_and_nobody_else(self, road, proposal):
        texts = [row.text for row in contributes.waiting(road.manager, road.at)]
        assert texts == [f"Decide on the hold proposed as {proposal}"]
        assert not list(contributes.waiting(road.world.actor("csp_north", at=road.at), road.at))

    def test_a_rollout_nobody_listened_to_has_no_section(self, visit, soaking):
        page = visit("manager", "rollouts:rollout", soaking().rollout.reference)
        assert "Heard after activation" not in page


class TestApi:
    @pytest.fixture
    def call(self, world):
        def ask(who, path="", data=None, status=200):
            client = APIClient()
            client.force_login(world.users[who], backend=BACKEND)
            url = f"/api/v1/proposals/{path}"
            response = client.get(url) if data is None else client.post(url, data)
            assert response.status_code == status, response.content
            return response.json()

        return ask

    def test_read_by_whom_may_see_the_release(self, call, proposal):
        [found] = call("supplier")["results"]
        assert found["reference"] == proposal.reference
        assert found["evidence"][0]["sign"] == "Device fell off the home network (8F48)"
        assert call("supplier", f"{proposal}/")["state"] == "proposed"
        assert call("supplier", "?state=declined")["results"] == []

    def test_accepted_and_declined(self, call, proposal):
        call("supplier", f"{proposal}/accept/", {"stage": "activation"}, status=403)
        call("manager", f"{proposal}/decline/", {}, status=400)
        taken = call("manager", f"{proposal}/accept/", {"stage": "activation", "version": proposal.version})
        assert (taken["state"], taken["hold"]) == ("accepted", Hold.objects.get().reference)
        call("manager", f"{proposal}/decline/", {"why": "No."}, status=409)


@pytest.mark.parametrize("path", ["/rollouts/{}/", "/", "/api/v1/proposals/"])
def test_three_proposals_cost_as_many_queries_as_one(path, road, proposal, catalogue, sign_in):
    client, url = sign_in("manager"), path.format(road.rollout)
    with same_queries() as cost:
        cost.of(lambda: client.get(url))
        for name in ("dual", "birch"):
            make_proposal(road.rollout, catalogue.combinations[name], at=road.at)
        cost.of(lambda: client.get(url))
