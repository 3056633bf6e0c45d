"""Holding an exercise, stating in it, and what the clock does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.delivery.models import Delivery
from portal.journal.models import Entry
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.products.models import Cell, ValidityPeriod
from releases.publishing import verbs as publishing
from releases.publishing.models import Classification
from releases.scheduling import queries, verbs
from releases.scheduling.models import Exercise
from releases.scheduling.wishes import Wishes
from tests.factories.exercises import CLOSES, PEAK, make_exercise, make_scheduled, make_statement, terms
from tests.factories.meanwhile import meanwhile
from tests.factories.releases import facts, make_draft

pytestmark = pytest.mark.django_db
CLOCK = system("Clock of scheduling exercises")
LATER = CLOSES + timedelta(minutes=1)


@pytest.fixture
def exercise(world, catalogue):
    return make_exercise(world, catalogue)


@pytest.fixture
def manager(world):
    return world.actor("manager")


def kinds(kind: str) -> set[str]:
    told = Delivery.objects.filter(message__kind=kind, user_id=None)
    return set(told.values_list("recipient", flat=True))


def close(exercise, manager, at):
    return verbs.close_exercise(exercise, by=manager, at=at)


class TestOpening:
    def test_every_supplier_with_homes_and_its_agents_are_asked(self, exercise, world):
        assert exercise.reference == f"SX-{exercise.pk:04d}"
        assert {party.organisation.name: party.homes for party in queries.parties(exercise)} == {
            "Heron Power": {"north": 100, "south": 250},
            "Osprey Gas": {"south": 50},
        }
        assert kinds("scheduling.opened") == {"Heron Power", "Osprey Gas", "Meterwrights"}
        assert exercise.notice_over == date(2017, 1, 24)
        assert exercise.remind_at == world.at + (CLOSES - world.at) * 2 / 3
        assert Entry.objects.filter(verb="open_exercise", subject_id=exercise.pk).exists()

    def test_only_dcc_opens_one(self, world, catalogue):
        release = make_scheduled(world, catalogue)
        with pytest.raises(NotAllowed):
            verbs.open_exercise(release, terms(), by=world.actor("supplier"), at=world.at)

    def test_only_under_the_scheduling_approach(self, world, catalogue, manager):
        with pytest.raises(NotNow, match="Only a release under the scheduling approach"):
            verbs.open_exercise(make_draft(world, catalogue), terms(), by=manager, at=world.at)

    def test_one_at_a_time(self, exercise, world, manager):
        with pytest.raises(NotNow, match=f"{exercise} is under way"):
            verbs.open_exercise(exercise.release, terms(), by=manager, at=world.at)

    def test_not_on_a_release_that_is_over(self, world, catalogue, manager):
        release = make_scheduled(world, catalogue)
        publishing.withdraw(release, by=manager, at=world.at, why="Not needed")
        with pytest.raises(NotNow, match="is withdrawn: there is nothing to schedule"):
            verbs.open_exercise(release, terms(), by=manager, at=world.at)

    def test_not_once_announced_without_one(self, world, catalogue, manager):
        release = make_scheduled(world, catalogue)
        when = {"deployment_at": world.at, "activation_at": world.at + timedelta(days=20)}
        publishing.confirm_schedule(release, **when, by=manager, at=world.at)
        publishing.announce(release, by=manager, at=world.at)
        with pytest.raises(NotNow, match="announced without an exercise"):
            verbs.open_exercise(release, terms(), by=manager, at=world.at)

    def test_parties_must_be_able_to_read_it(self, world, catalogue, manager):
        readers = [world.organisation("heron")]
        amber = make_scheduled(world, catalogue, classification=Classification.AMBER, readers=readers)
        with pytest.raises(NotNow, match="not named as readers: Osprey Gas"):
            verbs.open_exercise(amber, terms(), by=manager, at=world.at)

    def test_nobody_to_ask(self, world, catalogue, manager):
        release = make_scheduled(world, catalogue)
        Cell.objects.all().delete()
        with pytest.raises(NotNow, match="No home would be updated"):
            verbs.open_exercise(release, terms(), by=manager, at=world.at)

    @pytest.mark.parametrize(
        ("changes", "field", "sentence"),
        [
            ({"capacity": {}}, "regions", "at least one region"),
            ({"capacity": {"north": 0}}, "capacity_north", "at least 1 home a night"),
            ({"last": date(2017, 1, 20), "first": date(2017, 1, 18)}, "last", "too short"),
            ({"closes_at": datetime(2017, 1, 9, 11, tzinfo=UTC)}, "closes_at", "close in the future"),
            ({"closes_at": datetime(9999, 12, 31, 23, tzinfo=UTC)}, "closes_at", "before the horizon ends, on 10 Feb"),
            ({"deployment_on": date(2017, 1, 26)}, "deployment_on", "no later than the first night, 25 January 2017"),
            ({"deployment_on": date(2016, 12, 1)}, "deployment_on", "1 December 2016 is past: deployment begins on 9"),
            ({"first": date(2017, 1, 2)}, "first", "2 January 2017 is past: the horizon begins on 9 January 2017"),
            ({"first": date(2020, 1, 10), "last": date(2020, 2, 9)}, "first", "within three years, by 9 January 2020"),
        ],
    )
    def test_terms_under_which_no_schedule_could_be(self, world, catalogue, manager, changes, field, sentence):
        release = make_scheduled(world, catalogue)
        with pytest.raises(Invalid) as refused:
            verbs.open_exercise(release, terms(**changes), by=manager, at=world.at)
        assert sentence in refused.value.fields[field][0]
        assert not Exercise.objects.exists()

    def test_a_refused_opening_takes_no_number(self, exercise, world, catalogue):
        release = make_scheduled(world, catalogue)
        for changes in ({"capacity": {}}, {"closes_at": world.at}, {"deployment_on": date(2017, 2, 9)}):
            with pytest.raises(Invalid):
                make_exercise(world, catalogue, release=release, **changes)
        following = make_exercise(world, catalogue, release=release)
        assert following.reference == f"SX-{exercise.pk + 1:04d}"

    def test_the_firmware_must_be_valid_then(self, world, catalogue, manager):
        release = make_scheduled(world, catalogue)
        ValidityPeriod.objects.create(
            specification="GBCS", version="3.2", installation_from=date(2016, 1, 1), applicability_to=date(2017, 1, 31)
        )
        exercise = make_exercise(world, catalogue, release=release)
        assert exercise.frame.ends == date(2017, 1, 31)


class TestStating:
    def test_not_for_a_release_that_has_ended(self, exercise, world, manager):
        publishing.withdraw(exercise.release, by=manager, at=world.at, why="Not needed")
        with pytest.raises(NotNow, match="is withdrawn: there is nothing to state any more"):
            make_statement(world, exercise)

    def test_what_is_stated_may_change_until_it_closes(self, exercise, world):
        first = make_statement(world, exercise)
        again = make_statement(world, exercise, blackouts=[], preferred=[date(2017, 2, 6)], seen=1)
        assert (first.version, again.version) == (1, 2)
        assert again.wishes == Wishes([], [date(2017, 2, 6)], {})
        assert list(again.history.values_list("version", flat=True)) == [2, 1]
        assert kinds("scheduling.stated") == {"Heron Power"}

    def test_an_agent_states_for_the_supplier_that_appointed_it(self, exercise, world):
        statement = make_statement(world, exercise, who="rsa")
        assert statement.made_by_organisation == world.organisation("meterwrights")
        assert kinds("scheduling.stated") == {"Heron Power", "Meterwrights"}

    @pytest.mark.parametrize(
        ("who", "of", "sentence"),
        [
            ("rsa", "osprey", "has not appointed your organisation"),
            ("other_supplier", "heron", "You do not act for Heron Power"),
            ("manager", "heron", "Only suppliers and their agents"),
        ],
    )
    def test_nobody_else_does(self, exercise, world, who, of, sentence):
        with pytest.raises(NotAllowed, match=sentence):
            make_statement(world, exercise, who=who, of=of)

    def test_who_has_no_homes_in_it_is_not_asked(self, exercise, world):
        with pytest.raises(NotNow, match="Fernlight Energy has no homes in this exercise"):
            make_statement(world, exercise, who="small_supplier", of="fernlight")

    def test_a_stale_page_is_told_so(self, exercise, world):
        make_statement(world, exercise, seen=0)
        with pytest.raises(NotNow, match="Supplier stated something for Heron Power after you opened the page"):
            make_statement(world, exercise, who="rsa", seen=0)

    def test_contradictions_are_said_by_field(self, exercise, world):
        with pytest.raises(Invalid) as refused:
            make_statement(world, exercise, blackouts=[replace(PEAK, reason="")], remark="x" * 5001)
        assert set(refused.value.fields) == {"firm", "remark"}
        assert not exercise.statements.exists()

    def test_a_party_leaves_and_comes_back(self, exercise, world):
        make_statement(world, exercise)
        who = {"organisation": world.organisation("heron"), "by": world.actor("supplier"), "at": world.at}
        left = verbs.leave(exercise, **who)
        assert not left.stands and left.wishes == Wishes()
        assert queries.statements(exercise) == {}
        with pytest.raises(NotNow, match="nothing to take back"):
            verbs.leave(exercise, **who)
        assert make_statement(world, exercise, seen=left.version).stands

    def test_not_once_it_is_closed(self, exercise, world, manager):
        make_statement(world, exercise)
        with pytest.raises(NotNow, match="Statements closed on 16 January 2017"):
            make_statement(world, exercise, at=CLOSES)
        close(exercise, manager, world.at)
        with pytest.raises(NotNow, match="has its statements closed: what was stated stands"):
            make_statement(world, exercise)


class TestChanging:
    def test_the_frame_changes_with_a_reason_and_what_was_stated_stays(self, exercise, world, manager):
        make_statement(world, exercise)
        chosen = terms(capacity={"south": 200}, weekends=True)
        changed = verbs.change_exercise(exercise, chosen, why="More masts", by=manager, at=world.at, seen=1)
        assert changed.capacity == {"south": 200} and changed.weekends
        assert {party.organisation.name: party.homes for party in queries.parties(changed)} == {
            "Heron Power": {"south": 250},
            "Osprey Gas": {"south": 50},
        }
        assert kinds("scheduling.changed") == {"Heron Power", "Osprey Gas", "Meterwrights"}

    def test_who_has_no_homes_any_more_stays_if_it_has_stated(self, exercise, world, manager):
        make_statement(world, exercise, who="other_supplier", of="osprey")
        changed = verbs.change_exercise(
            exercise, terms(capacity={"north": 200}), why="North first", by=manager, at=world.at
        )
        found = {party.organisation.name: sum(party.homes.values()) for party in queries.parties(changed)}
        assert found == {"Heron Power": 100, "Osprey Gas": 0}

    def test_a_closed_one_keeps_its_closing_time_and_is_counted_anew(self, exercise, world, manager):
        closed = close(exercise, manager, world.at)
        chosen = terms(capacity={"north": 50}, closes_at=CLOSES + timedelta(days=9))
        changed = verbs.change_exercise(closed, chosen, why="North first", by=manager, at=LATER)
        assert changed.closes_at == world.at
        assert [(group.region, group.homes) for group in changed.groups.all()] == [("north", 100)]

    def test_a_reason_is_needed(self, exercise, world, manager):
        with pytest.raises(Invalid, match="Say why it changes"):
            verbs.change_exercise(exercise, terms(), why=" ", by=manager, at=world.at)


class TestClosing:
    def test_homes_are_grouped_as_a_schedule_takes_them(self, exercise, world, manager):
        heron, osprey = (world.organisation(name).pk for name in ("heron", "osprey"))
        closed = close(exercise, manager, world.at)
        assert closed.state == "closed"
        assert [(one.number, one.region, one.suppliers, one.homes) for one in closed.groups.all()] == [
            (1, "north", [heron], 100),
            (2, "south", [heron], 200),
            (3, "south", [heron, osprey], 50),
        ]
        assert {(one.earliest, one.latest) for one in closed.groups.all()} == {(date(2017, 1, 25), date(2017, 2, 10))}
        assert kinds("scheduling.closed") == {"Heron Power", "Osprey Gas", "Meterwrights"}

    @pytest.mark.parametrize(("maintained", "latest"), [((2017, 2, 1), (2017, 2, 1)), ((2017, 1, 3), (2017, 2, 10))])
    def test_homes_leave_an_old_version_in_time_where_they_can(self, exercise, world, manager, maintained, latest):
        Cell.objects.get(number=1).firmware.__class__.objects.filter(version="0A010100").update(chts="1.0")
        ValidityPeriod.objects.create(
            specification="CHTS", version="1.0", installation_from=date(2015, 1, 1), maintenance_to=date(*maintained)
        )
        closed = close(exercise, manager, world.at)
        assert {one.latest for one in closed.groups.all()} == {date(*latest)}

    def test_by_the_clock(self, exercise, world):
        assert verbs.keep_clocks(by=CLOCK, at=CLOSES - timedelta(seconds=1)) == 1  # the reminder
        assert verbs.keep_clocks(by=CLOCK, at=CLOSES) == 1
        exercise.refresh_from_db()
        assert exercise.state == "closed" and exercise.closed_at == CLOSES

    def test_the_clock_waits_for_the_time_as_it_is_now(self, exercise):
        with pytest.raises(NotNow, match="Statements are taken until 16 January 2017"):
            verbs.close_exercise(exercise, by=CLOCK, at=CLOSES - timedelta(seconds=1))

    def test_reopened_with_a_reason_and_a_later_time(self, exercise, world, manager):
        closed = close(exercise, manager, world.at)
        until = CLOSES + timedelta(days=1)
        opened = verbs.reopen_exercise(closed, closes_at=until, why="Two were ill", by=manager, at=world.at)
        assert (opened.state, opened.closes_at, opened.closed_at) == ("open", until, None)
        assert opened.notice_over == date(2017, 1, 25)
        assert make_statement(world, opened).stands
        assert close(opened, manager, world.at).groups.count() == 3

    def test_not_reopened_beyond_its_horizon(self, exercise, world, manager):
        closed = close(exercise, manager, world.at)
        with pytest.raises(Invalid) as refused:
            until = datetime(2017, 2, 9, tzinfo=UTC)
            verbs.reopen_exercise(closed, closes_at=until, why="Later", by=manager, at=world.at)
        assert "too short" in refused.value.fields["last"][0]

    def test_an_open_one_is_not_reopened(self, exercise, world, manager):
        with pytest.raises(NotNow, match="is open: that is not possible"):
            verbs.reopen_exercise(exercise, closes_at=LATER, why="Why not", by=manager, at=world.at)


class TestClocks:
    def test_the_silent_are_reminded_once(self, exercise, world):
        make_statement(world, exercise)
        assert verbs.keep_clocks(by=CLOCK, at=exercise.remind_at) == 1
        assert kinds("scheduling.reminder") == {"Osprey Gas"}
        assert verbs.keep_clocks(by=CLOCK, at=exercise.remind_at) == 0
        with pytest.raises(NotNow, match="Who is silent was reminded"):
            verbs.remind(exercise, by=CLOCK, at=exercise.remind_at)

    def test_it_ends_with_its_release(self, exercise, world, manager):
        publishing.withdraw(exercise.release, by=manager, at=world.at, why="Found a better way")
        assert verbs.keep_clocks(by=CLOCK, at=CLOSES) == 1
        exercise.refresh_from_db()
        assert exercise.state == "withdrawn"
        assert kinds("scheduling.withdrawn") == {"Heron Power", "Osprey Gas", "Meterwrights"}
        assert "Found a better way" in Delivery.objects.filter(message__kind="scheduling.withdrawn")[0].message.body

    def test_it_ends_when_its_release_takes_another_approach(self, exercise, world, catalogue, manager):
        publishing.edit_release(exercise.release, facts(catalogue), by=manager, at=world.at)
        assert verbs.keep_clocks(by=CLOCK, at=world.at) == 1
        assert Entry.objects.get(verb="withdraw_exercise").why == "Its release takes another approach now."

    def test_somebody_was_faster(self, exercise, world, manager):
        with meanwhile("closes_at. <=", lambda: close(exercise, manager, CLOSES)):
            assert verbs.keep_clocks(by=CLOCK, at=CLOSES) == 0


class TestWithdrawing:
    def test_by_dcc_with_a_reason(self, exercise, world, manager):
        gone = verbs.withdraw_exercise(exercise, why="Consultation instead", by=manager, at=world.at)
        assert gone.state == "withdrawn"
        with pytest.raises(NotNow, match="is withdrawn"):
            verbs.withdraw_exercise(gone, why="Again", by=manager, at=world.at)

    def test_by_nobody_else(self, exercise, world):
        with pytest.raises(NotAllowed):
            verbs.withdraw_exercise(exercise, why="No", by=world.actor("supplier"), at=world.at)


class TestSeeing:
    def test_dcc_and_the_parties_see_it_and_nobody_else(self, exercise, world):
        sees = {
            who: queries.visible_to(world.actor(who)).exists()
            for who in ("manager", "supplier", "rsa", "other_supplier", "small_supplier", "csp_north", "observer")
        }
        assert sees == {
            "manager": True,
            "supplier": True,
            "rsa": True,
            "other_supplier": True,
            "small_supplier": False,
            "csp_north": False,
            "observer": False,
        }

    def test_a_stricter_classification_takes_sight(self, exercise, world):
        release = exercise.release
        release.classification = Classification.AMBER
        release.save()
        release.readers.set([world.organisation("heron")])
        assert queries.visible_to(world.actor("supplier")).exists()
        assert not queries.visible_to(world.actor("other_supplier")).exists()
