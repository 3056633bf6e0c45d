"""Firm dates: confirmed with reasons, told to each party, and changed by a re-run only."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from portal.delivery.models import Delivery
from portal.pages.contributions import collect
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.working_days import start_of
from releases.publishing import queries as publishing_queries
from releases.publishing import verbs as publishing
from releases.scheduling import queries, verbs
from releases.scheduling.models import FirmNight
from releases.scheduling.problem import Placement
from tests.factories.exercises import NIGHTS, make_confirmed, make_exercise, make_scheduled, make_statement, terms
from tests.factories.releases import facts

pytestmark = pytest.mark.django_db
FIRST = start_of(date(2017, 2, 2))
CLOCK = system("Scheduling")
DATES = ("deployment_at", "activation_at")


def of_the_same_homes(catalogue, exercise, **changes):
    """The facts of a release as they stand, with these changes."""
    release = exercise.release
    dates = {name: getattr(release, name) for name in ("planned_deployment_at", "planned_activation_at")}
    return facts(catalogue, **{"approach": "scheduling", **dates, **changes})


@pytest.fixture
def manager(world):
    return world.actor("manager")


@pytest.fixture
def closed(world, catalogue, manager):
    exercise = make_exercise(world, catalogue)
    make_statement(world, exercise)
    return verbs.close_exercise(exercise, by=manager, at=world.at)


def confirm(exercise, manager, at, schedule=NIGHTS, **changes):
    return verbs.confirm(exercise, schedule, **{"why": "The fairest of three drafts.", **changes}, by=manager, at=at)


def rerun(release, manager, at, schedule, **changes):
    opened = verbs.open_exercise(release, terms(**changes), by=manager, at=at)
    return confirm(verbs.close_exercise(opened, by=manager, at=at), manager, at, schedule)


class TestConfirming:
    def test_its_dates_are_those_of_the_release_and_firm(self, closed, world, manager):
        exercise = confirm(closed, manager, world.at, seen=closed.version)
        release = exercise.release
        assert (exercise.state, exercise.reasons) == ("confirmed", "The fairest of three drafts.")
        assert (release.planned_deployment_at, release.planned_activation_at) == (start_of(date(2017, 1, 18)), FIRST)
        assert release.schedule_confirmed_at == world.at
        assert queries.schedule_of(exercise) == NIGHTS
        announced = publishing.announce(release, by=manager, at=world.at)
        assert (announced.state, announced.objections_until, announced.tests_until) == ("notified", None, None)
        with transaction.atomic(), pytest.raises(DatabaseError, match="never changed or removed"):
            FirmNight.objects.update(homes=1)

    def test_each_party_and_its_agent_learn_what_it_asked_what_it_got_and_why(self, closed, world, manager):
        confirm(closed, manager, world.at)
        told = {one.recipient: one.addition for one in Delivery.objects.filter(message__kind="scheduling.confirmed")}
        assert set(told) == {"Heron Power", "Osprey Gas", "Meterwrights"}
        assert told["Heron Power"].startswith("Heron Power: 350 homes.\nAsked: 1 firm blackout.\nGot: 2 February 2017")
        assert told["Meterwrights"] == told["Heron Power"]
        assert "Osprey Gas: 50 homes.\nAsked: nothing." in told["Osprey Gas"] and "Heron" not in told["Osprey Gas"]

    @pytest.mark.parametrize(
        ("schedule", "sentence"),
        [
            (NIGHTS[:3], "50 homes without a night"),
            ((*NIGHTS[:3], Placement(2, date(2017, 2, 3), 50)), "more than the 100"),
            ((*NIGHTS[:3], Placement(2, date(2017, 1, 31), 50)), "has a firm blackout"),
        ],
    )
    def test_a_schedule_that_breaks_a_limit_is_refused_in_words(self, closed, world, manager, schedule, sentence):
        with pytest.raises(Invalid) as refused:
            confirm(closed, manager, world.at, schedule)
        assert any(sentence in one for one in refused.value.fields["schedule"])
        assert not FirmNight.objects.exists()

    def test_notice_served_now_must_be_over_in_time(self, closed, world, manager):
        with pytest.raises(Invalid, match="notice served now is over on 3 February 2017"):
            confirm(closed, manager, world.at + timedelta(days=17))

    def test_reasons_are_needed(self, closed, world, manager):
        with pytest.raises(Invalid, match="Give your reasons"):
            confirm(closed, manager, world.at, why=" ")

    def test_by_dcc_and_once(self, closed, world, manager):
        with pytest.raises(NotAllowed):
            confirm(closed, world.actor("supplier"), world.at)
        confirmed = confirm(closed, manager, world.at)
        with pytest.raises(NotNow, match="has its dates confirmed"):
            confirm(confirmed, manager, world.at)

    def test_not_for_homes_that_were_not_counted(self, closed, world, catalogue, manager):
        edited = facts(catalogue, approach="scheduling", from_versions=[])
        publishing.edit_release(closed.release, edited, by=manager, at=world.at)
        closed.refresh_from_db()
        with pytest.raises(NotNow, match="edited after statements closed"):
            confirm(closed, manager, world.at)


class TestRunningAgain:
    LATER = tuple(Placement(one.group, one.day + timedelta(days=7), one.homes) for one in NIGHTS)

    def test_later_dates_amend_the_notice_and_replace_the_first_ones(self, world, catalogue, manager):
        first = make_confirmed(world, catalogue)
        release = publishing.announce(first.release, by=manager, at=world.at)
        second = rerun(release, manager, world.at, self.LATER, last=date(2017, 2, 20))
        first.refresh_from_db()
        release.refresh_from_db()
        assert (second.reruns, first.state, second.state) == (first, "replaced", "confirmed")
        assert release.planned_activation_at == FIRST + timedelta(days=7)
        assert publishing_queries.notice_in_force(release).amendments.count() == 1
        assert Delivery.objects.filter(message__kind="scheduling.confirmed", recipient="Heron Power").count() == 2
        shown = {one.key: one.status for one in collect("dates", manager, world.at, world.at + timedelta(days=60))}
        assert shown[f"exercise-{first.pk}-night-2017-02-02"] == "cancelled"
        assert shown[f"exercise-{second.pk}-night-2017-02-09"] == "confirmed"

    def test_what_was_stated_stands_in_the_re_run_where_its_frame_has_room(self, closed, world, manager):
        first = confirm(closed, manager, world.at)
        again = verbs.open_exercise(first.release, terms(), by=manager, at=world.at)
        (kept,) = again.statements.all()
        (said,) = first.statements.all()
        assert (kept.wishes, kept.made_by_name, kept.made_at) == (said.wishes, said.made_by_name, said.made_at)
        assert (kept.version, kept.organisation) == (1, world.organisation("heron"))
        told = Delivery.objects.filter(message__kind="scheduling.opened").order_by("-pk").first().message.body
        assert f"It is a re-run of {first}" in told and "What you stated then stands again" in told
        verbs.leave(again, organisation=world.organisation("heron"), by=world.actor("supplier"), at=world.at)
        verbs.withdraw_exercise(again, why="Another horizon.", by=manager, at=world.at)
        late = {"first": date(2017, 1, 30), "last": date(2017, 2, 1), "capacity": {"north": 300, "south": 300}}
        other = verbs.open_exercise(first.release, terms(**late), by=manager, at=world.at)
        assert not other.statements.exists()  # its peak would leave no night of this one

    def test_the_same_first_night_amends_nothing(self, world, catalogue, manager):
        release = publishing.announce(make_confirmed(world, catalogue).release, by=manager, at=world.at)
        rerun(release, manager, world.at, (*NIGHTS[:3], Placement(2, date(2017, 2, 7), 50)))
        assert publishing_queries.notice_in_force(release).amendments.count() == 0

    def test_an_earlier_date_of_an_announced_release_is_a_material_change(self, world, catalogue, manager):
        release = publishing.announce(make_confirmed(world, catalogue).release, by=manager, at=world.at)
        sooner = (Placement(0, date(2017, 1, 27), 100), *NIGHTS[1:])
        with pytest.raises(NotNow, match="An earlier date is a material change"):
            rerun(release, manager, world.at, sooner)

    def test_firm_dates_end_with_their_release(self, world, catalogue, manager):
        exercise = make_confirmed(world, catalogue)
        with pytest.raises(NotNow, match="has its dates confirmed"):
            verbs.withdraw_exercise(exercise, why="No", by=manager, at=world.at)
        publishing.withdraw(exercise.release, by=manager, at=world.at, why="Found a better way")
        assert verbs.keep_clocks(by=system("Clock"), at=world.at) == 1
        told = Delivery.objects.filter(message__kind="scheduling.withdrawn").first()
        assert "and the dates it had led to with it" in told.message.body


class TestSeeing:
    def test_each_sees_the_nights_of_its_own_homes(self, sign_in, set_clock, world, catalogue):
        set_clock(world.at)
        exercise = make_confirmed(world, catalogue)
        base = f"/api/v1/exercises/{exercise.reference}/nights/"
        north, south = ({"night": "2017-02-02", "region": name, "homes": 100} for name in ("North", "South"))
        assert sign_in("manager").get(base).json()[:2] == [north, south]
        assert sign_in("other_supplier").get(base).json() == [{"night": "2017-02-06", "region": "South", "homes": 50}]
        outcomes = f"/api/v1/exercises/{exercise.reference}/outcomes/"
        (own,) = sign_in("supplier").get(outcomes).json()
        assert (own["party"], own["why"]) == ("Heron Power", "Every home is on a night as it was asked for.")
        assert len(sign_in("manager").get(outcomes).json()) == 2
        page = " ".join(sign_in("supplier").get(f"/scheduling/{exercise.reference}/").content.decode().split())
        assert "Every home is on a night as it was asked for." in page and "The fairest of three drafts." in page
        assert "6 February 2017" in page

    def test_firm_nights_are_in_ones_own_calendar(self, world, catalogue):
        make_confirmed(world, catalogue)
        until = world.at + timedelta(days=60)
        found = {
            who: [one.text for one in collect("dates", world.actor(who), world.at, until) if "night" in one.text]
            for who in ("manager", "other_supplier", "observer")
        }
        assert [len(texts) for texts in found.values()] == [3, 1, 0]
        assert found["other_supplier"] == ["FW-2017-001: 50 homes activated on this night"]

    def test_confirmed_by_api(self, sign_in, set_clock, world, catalogue, manager):
        set_clock(world.at)
        exercise = make_exercise(world, catalogue, release=make_scheduled(world, catalogue))
        verbs.close_exercise(exercise, by=manager, at=world.at)
        rows = [{"group": one.group + 1, "night": one.day.isoformat(), "homes": one.homes} for one in NIGHTS]
        sent = {"schedule": rows, "why": "The only one."}
        path = f"/api/v1/exercises/{exercise.reference}/confirm/"
        done = sign_in("manager").post(path, sent, content_type="application/json")
        assert (done.status_code, done.json()["state"], done.json()["reasons"]) == (200, "confirmed", "The only one.")


class TestFirm:
    """A firm date moves in a re-run only; what the dates rested on takes them along."""

    def test_a_title_changes_and_the_dates_stay(self, world, catalogue, manager):
        exercise = make_confirmed(world, catalogue)
        edited = publishing.edit_release(
            exercise.release, of_the_same_homes(catalogue, exercise, title="Another title"), by=manager, at=world.at
        )
        assert (edited.title, edited.schedule_confirmed_at) == ("Another title", world.at)
        assert verbs.keep_clocks(by=CLOCK, at=world.at) == 0

    @pytest.mark.parametrize("name", ["planned_deployment_at", "planned_activation_at"])
    def test_another_date_in_the_facts_is_refused(self, world, catalogue, manager, name):
        exercise = make_confirmed(world, catalogue)
        later = getattr(exercise.release, name) + timedelta(days=1)
        changed = of_the_same_homes(catalogue, exercise, **{name: later, "planned_activation_at": later})
        with pytest.raises(Invalid, match="are firm: leave them as they are"):
            publishing.edit_release(exercise.release, changed, by=manager, at=world.at)

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"approach": "consultation"}, "Its release takes another approach now."),
            ({"firmware_version": "0A010300"}, "they are not firm any more"),
            ({"from_versions": []}, "they are not firm any more"),
        ],
    )
    def test_they_end_with_what_they_rested_on_and_the_parties_are_told(self, world, catalogue, manager, change, why):
        exercise = make_confirmed(world, catalogue)
        changed = of_the_same_homes(catalogue, exercise, **change)
        edited = publishing.edit_release(exercise.release, changed, by=manager, at=world.at)
        assert edited.schedule_confirmed_at is None
        assert verbs.keep_clocks(by=CLOCK, at=world.at) == 1
        exercise.refresh_from_db()
        assert exercise.state == "withdrawn"
        assert why in Delivery.objects.filter(message__kind="scheduling.withdrawn")[0].message.body

    def test_they_are_not_amended(self, world, catalogue, manager):
        release = make_confirmed(world, catalogue).release
        release = publishing.announce(release, by=manager, at=world.at)
        later = {name: getattr(release, f"planned_{name}") + timedelta(days=3) for name in DATES}
        with pytest.raises(NotNow, match="changes only in a re-run of the scheduling exercise"):
            publishing.amend(release, **later, why="Later.", by=manager, at=world.at)
