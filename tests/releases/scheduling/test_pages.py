"""The pages of exercises, from opening to closing, and the API beside them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from devices.rollouts.verbs import state_capacity
from portal.pages.contributions import collect
from releases.publishing import verbs as publishing
from releases.scheduling import verbs
from releases.scheduling.models import Exercise
from tests.factories.exercises import CLOSES, PEAK, make_exercise, make_scheduled, make_statement
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
TERMS = {
    "first": "2017-01-25",
    "last": "2017-02-10",
    "capacity_north": "100",
    "capacity_south": "100",
    "deployment_on": "2017-01-18",
    "closes_at": "2017-01-16T17:00:00+00:00",
}


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


@pytest.fixture
def exercise(world, catalogue):
    return make_exercise(world, catalogue)


def url(name, *rest):
    return reverse(f"scheduling:{name}", args=rest)


def words(response):
    return " ".join(response.content.decode().split())


def of(exercise, name="exercise", *rest):
    return url(name, exercise.reference, *rest)


class TestHolding:
    def test_opened_from_the_release(self, sign_in, world, catalogue):
        release, client = make_scheduled(world, catalogue), sign_in("manager")
        address = url("open_exercise", release.reference)
        assert address in words(client.get(reverse("publishing:release", args=[release.reference])))
        assert "Homes a night in North" in words(client.get(address))
        opened = client.post(address, TERMS | {"seen": release.version})
        assert opened.url == of(Exercise.objects.get())
        page = words(client.get(opened.url))
        assert "13 nights from 25 January 2017" in page and "Osprey Gas" in page
        assert "central" not in Exercise.objects.get().capacity

    def test_what_csps_state_is_filled_in_and_may_be_changed(self, sign_in, world, catalogue):
        """Where the release has homes: nobody lives in Central. A region stopped for now is left empty."""
        release, client = make_scheduled(world, catalogue), sign_in("manager")
        for region, homes in (("north", 90), ("central", 70), ("south", 0)):
            state_capacity(
                region, None, homes, by=world.actor("csp_north" if region == "north" else "csp_south"), at=world.at
            )
        address = url("open_exercise", release.reference)
        form = words(client.get(address))
        assert 'name="capacity_north" value="90"' in form and form.count('name="capacity_') == 3
        assert 'name="capacity_central" value' not in form and 'name="capacity_south" value' not in form
        assert "states 90 homes; enter fewer where other releases share the nights." in form
        client.post(address, TERMS | {"seen": release.version})
        assert Exercise.objects.get().capacity == {"north": 100, "south": 100}

    def test_what_cannot_be_keeps_what_was_typed(self, sign_in, world, catalogue):
        release = make_scheduled(world, catalogue)
        sent = TERMS | {"capacity_north": "0", "last": "2017-02-17", "seen": release.version}
        page = sign_in("manager").post(url("open_exercise", release.reference), sent)
        assert (page.status_code, "Enter at least 1 home a night." in words(page)) == (400, True)
        assert 'value="17"' in words(page)

    def test_changed_closed_reopened_and_withdrawn(self, sign_in, exercise):
        client = sign_in("manager")
        assert "Change the exercise" in words(client.get(of(exercise, "change_exercise")))
        sent = TERMS | {"weekends": "on", "why": "More nights", "seen": exercise.version}
        assert client.post(of(exercise, "change_exercise"), sent).url == of(exercise)
        assert "Saturday and Sunday" in words(client.get(of(exercise)))
        assert "Take statements again" in words(client.post(of(exercise, "close_exercise"), follow=True))
        assert "Statements are taken until" not in words(client.get(of(exercise, "change_exercise")))
        exercise.refresh_from_db()
        sent = TERMS | {"why": "Weekdays only", "seen": exercise.version}
        assert client.post(of(exercise, "change_exercise"), sent).status_code == 302
        assert client.get(of(exercise, "reopen_exercise")).status_code == 200
        exercise.refresh_from_db()
        sent = {"closes_at": "2017-01-17T17:00:00+00:00", "why": "One was ill", "seen": exercise.version}
        assert client.post(of(exercise, "reopen_exercise"), sent).url == of(exercise)
        assert client.post(of(exercise, "withdraw_exercise"), {"why": ""}).status_code == 400
        assert client.get(of(exercise, "withdraw_exercise")).status_code == 200
        assert client.post(of(exercise, "withdraw_exercise"), {"why": "Not needed"}).url == of(exercise)
        assert "What you can do" not in words(client.get(of(exercise)))

    def test_the_statements_as_csv(self, sign_in, exercise, world):
        limits = {"limits": {"south": 50}, "preferred": [date(2017, 2, 6)], "remark": "=1+1"}
        make_statement(world, exercise, **limits)
        sent = sign_in("manager").get(of(exercise, "statements_csv"))
        lines = b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()
        assert len(lines) == 2
        assert "30 January 2017 to 1 February 2017: Install peak" in lines[1]
        assert "2017-02-06,south: 50,no,'=1+1" in lines[1]


class TestStating:
    def test_from_the_list_of_things_to_do_to_the_totals(self, sign_in, exercise, world):
        client = sign_in("supplier")
        address = of(exercise, "state", "heron-power")
        assert address in words(client.get(reverse("pages:home")))
        assert "You have 250 homes there." in words(client.get(address))
        sent = {
            "firm": "30 January 2017 to 1 February 2017: Install peak",
            "soft": "10/2/2017",
            "preferred": ["2017-02-06"],
            "limit_north": "50",
            "seen": "0",
        }
        assert client.post(address, sent).url == of(exercise)
        page = words(client.get(of(exercise)))
        assert "“Install peak”" in page and "At most 50 homes a night in North" in page
        assert address not in words(client.get(reverse("pages:home")))
        others = words(sign_in("other_supplier").get(of(exercise)))
        assert "Heron Power" in others and "North 50" in others and "Install peak" not in others
        assert "1 party, 350 homes" in others
        assert "Install peak" in words(sign_in("manager").get(of(exercise)))
        form = words(sign_in("supplier").get(address))
        assert "30 January 2017 to 1 February 2017: Install peak</textarea>" in form

    def test_days_ruled_out_in_one_region(self, sign_in, exercise):
        """Every region unless one is named; its page, the others’, the form again and the CSV name it."""
        client, address = sign_in("supplier"), of(exercise, "state", "heron-power")
        form = words(client.get(address))
        assert "It holds in every region, North and South, unless you name one: “30 January 2017 to 1 February" in form
        sent = {"firm": "30/1/2017 in Wales: x", "soft": "6 February 2017 in South", "seen": "0"}
        refused = words(client.post(address, sent))
        assert "Wales is not asked in this exercise. Name of North and South, or none for every region." in refused
        said = "30 January 2017 to 1 February 2017 in North"
        page = words(client.post(address, sent | {"firm": f"{said}: Peak", "shares_reasons": "on"}, follow=True))
        assert f"{said}: ruled out, “Peak”" in page and "6 February 2017 in South: rather not" in page
        assert f"{said}: Peak</textarea>" in words(client.get(address))
        others = words(sign_in("other_supplier").get(of(exercise)))
        assert f"{said}: Peak" in others and "1 party, 100 homes" in others and "1 party, 250 homes" in others
        table = sign_in("manager").get(of(exercise, "statements_csv"))
        rows = b"".join(table.streaming_content).decode("utf-8-sig").splitlines()
        assert f"{said}: Peak,6 February 2017 in South," in rows[1]

    def test_where_one_region_is_asked_none_is_to_be_named(self, sign_in, world, catalogue):
        alone = make_exercise(world, catalogue, capacity={"south": 100})
        form = words(sign_in("supplier").get(of(alone, "state", "heron-power")))
        assert "One period a line, like" in form and "unless you name one" not in form

    def test_shared_reasons_are_read_by_the_others(self, sign_in, exercise, world):
        make_statement(world, exercise, shares_reasons=True)
        assert "Install peak" in words(sign_in("other_supplier").get(of(exercise)))

    def test_a_line_that_cannot_be_read_and_a_contradiction_keep_what_was_typed(self, sign_in, exercise):
        address = of(exercise, "state", "heron-power")
        page = sign_in("supplier").post(address, {"firm": "Christmas", "seen": "0"})
        assert page.status_code == 400
        assert "Line 1, “Christmas”: write it like" in words(page) and "Christmas</textarea>" in words(page)
        page = sign_in("supplier").post(address, {"firm": "1/2/2017 to 30/1/2017: x", "seen": "0"})
        assert "30 January 2017 is before 1 February 2017" in words(page)

    def test_a_stale_page_says_so_and_loses_nothing(self, sign_in, exercise, world):
        client, address = sign_in("supplier"), of(exercise, "state", "heron-power")
        make_statement(world, exercise, who="rsa")
        sent = {"soft": "6 February 2017", "seen": "0"}
        page = client.post(address, sent)
        assert page.status_code == 409
        assert "Rsa stated something for Heron Power after you opened the page." in words(page)
        assert "6 February 2017</textarea>" in words(page) and 'name="seen" value="1"' in words(page)
        assert "What stands for Heron Power now" in words(page)
        assert client.post(address, sent | {"seen": "1"}).status_code == 302

    def test_taken_back(self, sign_in, exercise, world):
        make_statement(world, exercise)
        page = words(sign_in("supplier").post(of(exercise, "leave", "heron-power"), follow=True))
        assert "is taken back" in page and "Nothing is stated" in page

    def test_other_organisations_statements_are_not_there(self, sign_in, exercise):
        assert sign_in("supplier").get(of(exercise, "state", "osprey-gas")).status_code == 404
        assert sign_in("supplier").post(of(exercise, "leave", "osprey-gas")).status_code == 404

    def test_closed(self, sign_in, exercise, world):
        verbs.close_exercise(exercise, by=world.actor("manager"), at=world.at)
        assert "what was stated stands as it is" in words(sign_in("supplier").get(of(exercise)))
        assert sign_in("supplier").get(of(exercise, "state", "heron-power")).status_code == 409
        assert "Make and confirm the schedule" in words(sign_in("manager").get(reverse("pages:home")))


class TestShared:
    def test_the_closing_time_is_in_the_calendar_and_among_the_clocks_dates(self, exercise, world):
        actor = world.actor("supplier")
        (found,) = [
            one for one in collect("dates", actor, world.at, world.at + timedelta(days=30)) if one.kind == "scheduling"
        ]
        assert (found.at, found.own, found.status) == (CLOSES, True, "confirmed")
        texts = [one.text for one in collect("due", actor, world.at) if exercise.reference in one.text]
        assert texts == [f"{exercise}: statements close", f"{exercise}: who is silent is reminded"]
        assert not [
            one
            for one in collect("dates", world.actor("observer"), world.at, world.at + timedelta(days=30))
            if one.kind == "scheduling"
        ]

    def test_the_release_says_what_ends_with_it(self, sign_in, exercise):
        page = words(sign_in("manager").get(reverse("publishing:withdraw", args=[exercise.release.reference])))
        assert "Withdrawn: 1 scheduling exercise, its parties told so." in page
        page = words(sign_in("manager").get(reverse("publishing:release", args=[exercise.release.reference])))
        assert of(exercise) in page and "is under way on this release" in page

    @pytest.mark.parametrize("who", ["manager", "supplier"])
    def test_lists_cost_the_same_however_long(self, sign_in, world, catalogue, who):
        client = sign_in(who)
        exercises = []
        with same_queries() as pages, same_queries() as calls:
            for count in (1, 2):
                exercises += [make_exercise(world, catalogue) for _ in range(count)]
                for one in exercises[-count:]:
                    make_statement(world, one)
                pages.of(lambda: client.get(url("exercises")))
                calls.of(lambda: client.get("/api/v1/exercises/"))
        assert client.get(url("exercises"), {"state": "closed", "release": "FW-2017-001"}).status_code == 200

    def test_the_page_costs_the_same_however_many_have_stated(self, sign_in, world, exercise):
        client = sign_in("manager")
        with same_queries() as cost:
            make_statement(world, exercise)
            cost.of(lambda: client.get(of(exercise)))
            make_statement(world, exercise, who="other_supplier", of="osprey")
            cost.of(lambda: client.get(of(exercise)))


class TestApi:
    BASE = "/api/v1/exercises/"

    def test_held_by_dcc(self, sign_in, world, catalogue):
        release, client = make_scheduled(world, catalogue), sign_in("manager")
        frame = {
            "first": "2017-01-25",
            "last": "2017-02-10",
            "capacity": {"north": 100, "south": 100},
            "deployment_on": "2017-01-18",
            "closes_at": "2017-01-16T17:00:00Z",
        }

        def post(path, body):
            return client.post(f"{self.BASE}{path}", body, content_type="application/json")

        made = post("", frame | {"release": release.reference})
        assert (made.status_code, made.json()["state"]) == (201, "open")
        reference = made.json()["reference"]
        changed = post(f"{reference}/change/", frame | {"weekends": True, "why": "More nights", "version": 1})
        assert changed.json()["weekends"]
        assert post(f"{reference}/change/", frame | {"why": "Again", "version": 1}).status_code == 409
        assert post(f"{reference}/close/", {}).json()["state"] == "closed"
        again = post(f"{reference}/reopen/", {"closes_at": "2017-01-17T17:00:00Z", "why": "One was ill"})
        assert again.json()["closed_at"] is None
        assert post(f"{reference}/withdraw/", {"why": "Not needed"}).json()["state"] == "withdrawn"

    def test_stated_by_parties(self, sign_in, exercise):
        client, base = sign_in("supplier"), f"{self.BASE}{exercise.reference}/"
        peak = {"first": "2017-01-30", "last": "2017-02-01", "reason": "Install peak"}
        sent = {"organisation": "heron-power", "blackouts": [peak], "limits": {"north": 50}, "version": 0}
        north = peak | {"regions": ["north"]}

        def post(path, body):
            return client.post(f"{base}{path}", body, content_type="application/json")

        made = post("statements/", sent)
        assert made.json()["blackouts"] == [peak | {"firm": True, "regions": []}]
        twice = post("statements/", sent | {"blackouts": [north | {"regions": ["north", "north"]}], "version": 1})
        assert twice.json()["blackouts"] == [north | {"firm": True}]
        nowhere = post("statements/", sent | {"blackouts": [peak | {"regions": ["central"]}], "version": 2})
        assert "Central is not asked in this exercise. Name of North and South" in nowhere.json()["fields"]["firm"][0]
        assert post("statements/", sent | {"blackouts": [peak | {"regions": ["wales"]}]}).status_code == 400
        assert post("statements/", sent).status_code == 409
        assert post("statements/", sent | {"organisation": "fernlight-energy"}).status_code == 404
        wrong = post("statements/", sent | {"blackouts": [peak | {"reason": ""}], "version": 2})
        assert (wrong.status_code, "firm" in wrong.json()["fields"]) == (400, True)
        totals = {row["name"]: row for row in sign_in("other_supplier").get(f"{base}totals/").json()}
        assert (totals["Heron Power"]["ruled_out"], totals["Heron Power"]["reasons"]) == (3, [])
        assert totals["Heron Power"]["limits"] == {"north": 50}
        assert sign_in("other_supplier").get(f"{base}statements/").json() == []
        assert len(sign_in("manager").get(f"{base}statements/").json()) == 1
        client = sign_in("supplier")
        assert post("leave/", {"organisation": "heron-power"}).json()["left_at"] is not None


def test_the_release_may_be_announced_meanwhile_seen_by_all(sign_in, world, catalogue, exercise):
    """Once its release is announced everybody who may read that reads the exercise."""
    release = exercise.release
    when = {"deployment_at": world.at, "activation_at": world.at + timedelta(days=20)}
    publishing.confirm_schedule(release, **when, by=world.actor("manager"), at=world.at)
    publishing.announce(release, by=world.actor("manager"), at=world.at)
    page = words(sign_in("observer").get(of(exercise)))
    assert reverse("publishing:release", args=[release.reference]) in page and PEAK.reason not in page
