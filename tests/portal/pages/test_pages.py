from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from portal.delivery.queries import unread
from portal.delivery.verbs import read
from portal.journal.models import Entry
from portal.people.models import Role
from portal.people.verbs import add_membership
from portal.workflow import clock
from portal.workflow.errors import Invalid, NotAllowed, NotNow, Refusal
from portal.workflow.models import ClockSetting
from tests.factories.releases import make_announced, make_catalogue
from tests.factories.world import SEED, START, World
from tests.html import mistakes

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
MaxQueries = Callable[[int], AbstractContextManager[Any]]
PUBLIC = ["home", "calendar", "clock", "help", "accessibility", "privacy", "api"]


@pytest.mark.parametrize("name", PUBLIC)
def test_shared_pages_are_there_for_the_public_and_valid(client: Client, name: str) -> None:
    response = client.get(reverse(f"pages:{name}"))
    assert response.status_code == 200
    assert mistakes(response.content.decode()) == []


@pytest.mark.parametrize("name", PUBLIC)
def test_shared_pages_are_valid_for_people_signed_in(sign_in: SignIn, name: str) -> None:
    page = sign_in("supplier").get(reverse(f"pages:{name}")).content.decode()
    assert mistakes(page) == []
    assert "Sign out" in page


@pytest.fixture
def january(db: None) -> None:
    """Portal time begins where the small world does, on Monday 9 January 2017."""
    ClockSetting.objects.create(real_base=timezone.now(), portal_base=START)


class TestHome:
    def test_the_public_sees_what_the_portal_is(self, client: Client) -> None:
        assert "The road of a release" in client.get("/").content.decode()

    def test_it_lists_what_waits_with_its_age(self, sign_in: SignIn, world: World) -> None:
        page = sign_in("supplier").get("/").content.decode()
        assert "in the inbox</a>" in page
        assert "waiting " in page
        assert mistakes(page) == []

    def test_somebody_for_whom_nothing_waits_is_told_what_will_be_here(self, sign_in: SignIn, world: World) -> None:
        for delivery in unread(world.actor("observer")):
            read(delivery, by=world.actor("observer"), at=world.at)
        page = sign_in("observer").get("/").content.decode()
        assert "Nothing waits for you" in page
        assert mistakes(page) == []

    def test_the_name_acted_for_is_shown(self, sign_in: SignIn) -> None:
        assert "Heron Power" in sign_in("supplier").get("/").content.decode()

    def test_a_choice_of_organisation_is_offered_only_where_there_are_several(
        self, sign_in: SignIn, world: World
    ) -> None:
        client = sign_in("small_supplier")
        assert 'id="acting-for"' not in client.get("/").content.decode()
        member = world.users["small_supplier"]
        add_membership(world.organisation("heron"), member, role=Role.SUPPLIER_USER, by=SEED, at=world.at)
        page = client.get("/").content.decode()
        assert 'id="acting-for"' in page
        assert mistakes(page) == []


class TestCalendar:
    def test_it_lists_the_dates_of_an_announced_release(
        self, sign_in: SignIn, world: World, january: None, defaults: None
    ) -> None:
        make_announced(world, make_catalogue(world))
        page = sign_in("supplier").get("/calendar/").content.decode()
        assert "9 January 2017 to 5 March 2017" in page
        assert mistakes(page) == []

    @pytest.mark.parametrize("day", ["tomorrow", "2017-02-31", "0001-01-01", "9999-12-31", "%E2%82%AC"])
    def test_a_day_that_is_none_means_today(self, client: Client, day: str) -> None:
        response = client.get(f"/calendar/?from={day}")
        assert response.status_code == 200
        assert ", today" in response.content.decode() or "Nothing is dated" in response.content.decode()


class TestClock:
    def test_it_moves_forward_and_the_journal_says_who(self, client: Client) -> None:
        target = clock.now() + timedelta(days=3)
        response = client.post("/clock/advance/", {"to": target.isoformat()}, follow=True)
        assert "The portal clock now shows" in response.content.decode()
        assert target <= clock.now() < target + timedelta(minutes=1)
        assert Entry.objects.filter(verb="advance_clock", actor_name="Public").count() == 1

    def test_three_boxes_and_a_time_do_as_well(self, client: Client) -> None:
        day = (clock.now() + timedelta(days=3)).date()
        boxes = {"to_day": day.day, "to_month": day.month, "to_year": day.year, "to_time": "09:30"}
        assert client.post("/clock/advance/", boxes).status_code == 302

    def test_it_never_moves_back(self, client: Client) -> None:
        response = client.post("/clock/advance/", {"to": (clock.now() - timedelta(days=1)).isoformat()})
        assert response.status_code == 409
        assert "The portal clock only moves forward" in response.content.decode()

    def test_what_was_written_into_a_refused_form_can_be_copied_from_the_answer(self, client: Client) -> None:
        sent = {"to": (clock.now() - timedelta(days=1)).isoformat(), "why": "Back to <yesterday>", "once": "a b"}
        page = client.post("/clock/advance/", sent).content.decode()
        assert "What you wrote" in page
        assert "Back to &lt;yesterday&gt;" in page
        assert "a b" not in page
        assert mistakes(page) == []

    def test_a_double_click_moves_it_once(self, client: Client) -> None:
        target = (clock.now() + timedelta(days=3)).isoformat()
        answers = [client.post("/clock/advance/", {"to": target}).status_code for _ in range(2)]
        assert answers == [302, 409]

    def test_a_time_that_is_none_is_refused_with_the_answer_kept(self, client: Client) -> None:
        response = client.post("/clock/advance/", {"to_day": "31", "to_month": "2", "to_year": "2027"})
        page = response.content.decode()
        assert response.status_code == 400
        assert "<title>Error: " in page
        assert "There is a problem" in page
        assert 'value="31"' in page
        assert mistakes(page) == []

    def test_it_runs_faster_and_at_real_speed_again(self, client: Client) -> None:
        client.post("/clock/run/", {"speed": "3600"})
        assert clock.speed() == 3600
        assert "running 3,600 times as fast" in client.get("/help/").content.decode()
        client.post("/clock/run/", {"speed": "1"})
        assert clock.speed() == 1

    def test_an_unknown_speed_is_refused(self, client: Client) -> None:
        assert client.post("/clock/run/", {"speed": "7"}).status_code == 400
        assert clock.speed() == 1

    @pytest.mark.parametrize("address", ["/clock/advance/", "/clock/run/"])
    def test_following_a_link_never_moves_it(self, client: Client, address: str) -> None:
        assert client.get(address).status_code == 405

    @override_settings(DEMO=False)
    def test_production_shows_it_and_refuses_to_move_it(self, client: Client) -> None:
        page = client.get("/clock/").content.decode()
        assert "nobody can move it" in page
        assert "Advance" not in page
        target = (clock.now() + timedelta(days=3)).isoformat()
        assert client.post("/clock/advance/", {"to": target}).status_code == 403
        assert client.post("/clock/run/", {"speed": "60"}).status_code == 403
        assert clock.speed() == 1

    def test_the_next_due_dates_are_offered(self, sign_in: SignIn, world: World, january: None, defaults: None) -> None:
        make_announced(world, make_catalogue(world))
        page = sign_in("supplier").get("/clock/").content.decode()
        assert "Advance to the next due date" in page
        assert mistakes(page) == []


class TestRefusals:
    @pytest.mark.parametrize("refusal", [NotAllowed("Only DCC may."), NotNow("Too late."), Invalid("Not a date.")])
    def test_a_refusal_has_a_page_with_its_sentence_and_a_way_on(self, refusal: Refusal) -> None:
        page = render_to_string(f"errors/{refusal.status}.html", {"refusal": refusal}, RequestFactory().get("/x/"))
        assert refusal.reason in page
        assert refusal.title in page
        assert "Go to your home page" in page
        assert mistakes(page) == []

    def test_a_missing_page_says_so(self, client: Client) -> None:
        response = client.get("/nowhere/")
        assert response.status_code == 404
        assert mistakes(response.content.decode()) == []

    def test_a_fault_of_ours_needs_neither_request_nor_database(self) -> None:
        page = render_to_string("500.html")
        assert "something went wrong" in page
        assert mistakes(page) == []

    def test_an_old_form_says_so(self, world: World) -> None:
        response = Client(enforce_csrf_checks=True).post("/clock/run/", {"speed": "60"})
        assert response.status_code == 403
        assert "This form has grown old" in response.content.decode()
        assert mistakes(response.content.decode()) == []


class TestQueries:
    """What the frame asks of the database: the clock, its speed, the session's person; nothing a row."""

    def test_a_page_for_the_public(self, client: Client, django_assert_max_num_queries: MaxQueries) -> None:
        with django_assert_max_num_queries(2):
            client.get("/help/")

    def test_a_page_for_somebody(self, sign_in: SignIn, django_assert_max_num_queries: MaxQueries) -> None:
        client = sign_in("supplier")
        client.get("/help/")
        with django_assert_max_num_queries(12):
            client.get("/help/")
