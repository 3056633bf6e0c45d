"""The table of urgency classes: its versions, who adds one, and which one a release takes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.working_days import start_of
from releases.publishing import verbs
from releases.publishing.classes import current_class, tables
from releases.publishing.models import UrgencyClass
from releases.publishing.readiness import release_timetable
from releases.publishing.terms import URGENT, Period
from tests.factories.releases import make_announced, make_draft, make_ready
from tests.html import mistakes

pytestmark = pytest.mark.django_db
FACTS = verbs.ClassFacts(
    name="urgent",
    effective_from=date(2017, 3, 1),
    meant_for="A service-affecting defect",
    deployment_notice_working_days=6,
    activation_notice_days=8,
    test_working_days=6,
    hypercare_months=2,
    objection_working_days_after_test=2,
)
SENT = {
    "name": "urgent",
    "effective_from": "2017-03-01",
    "meant_for": "A service-affecting defect",
    "deployment_notice_working_days": 6,
    "activation_notice_days": 8,
    "activation_notice_working_days": 0,
    "test_working_days": 6,
    "objection_working_days_after_test": 2,
    "hypercare_months": 2,
    "reminder_days": 2,
    "why": "Suppliers asked for a sixth day of testing",
}


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world, catalogue):
    set_clock(world.at)


@pytest.fixture
def added(world):
    return verbs.add_class(FACTS, by=world.actor("manager"), at=world.at, why="A sixth day")


class TestAdding:
    def test_it_is_planned_until_its_day_and_then_in_force(self, world, added):
        standing = {table.name: [one.standing for one in table.versions] for table in tables(world.at)}
        assert standing == {
            "Emergency": ["in force"],
            "Urgent": ["planned", "in force"],
            "Routine": ["in force"],
            "Major": ["in force"],
        }
        assert current_class("urgent", start_of(date(2017, 2, 28))).test_working_days == 5
        assert current_class("urgent", start_of(date(2017, 3, 1))) == added
        later = {table.name: table for table in tables(start_of(date(2017, 3, 1)))}
        assert [one.standing for one in later["Urgent"].versions] == ["in force", "past"]
        assert later["Urgent"].versions[1].until == date(2017, 3, 1)

    def test_its_history_says_who_and_why(self, world, added):
        (urgent,) = (table for table in tables(world.at) if table.name == "Urgent")
        (act,) = urgent.versions[0].acts
        assert (act.actor_name, act.why, act.verb) == ("Manager", "A sixth day", "add_class")
        assert urgent.versions[1].acts == []

    @pytest.mark.parametrize(
        ("change", "field", "sentence"),
        [
            ({"activation_notice_days": 6}, "activation_notice_days", "At least 7 clear days is the rule"),
            ({"effective_from": date(2017, 1, 9)}, "effective_from", "a version already in force is never changed"),
            ({"effective_from": date(2016, 1, 1)}, "effective_from", "Choose a day after today"),
            ({"name": "leisurely"}, "name", "There is no such class"),
            ({"hypercare_months": 0}, "hypercare_months", "Give at least 1"),
            ({"reminder_days": 0}, "reminder_days", "Give at least 1"),
            ({"least_coverage_percent": 101}, "least_coverage_percent", "Give a share from 0 to 100"),
            (
                {"least_coverage_percent": 50, "test_working_days": 0},
                "least_coverage_percent",
                "A class without a user-test period cannot ask for coverage",
            ),
            ({"test_working_days": 251}, "test_working_days", "from 0 to 250"),
            ({"deployment_notice_working_days": -1}, "deployment_notice_working_days", "from 0 to 250"),
            (
                {"objection_working_days_after_test": None, "objection_working_days_before_activation": 2},
                "objection_working_days_after_test",
                "Say how long after the user tests",
            ),
            ({"name": "emergency"}, "needs_second_approver", "An Emergency always needs a second approver"),
        ],
    )
    def test_what_cannot_stand_is_named(self, world, change, field, sentence):
        with pytest.raises(Invalid) as caught:
            verbs.add_class(replace(FACTS, **change), by=world.actor("manager"), at=world.at, why="x")
        assert sentence in caught.value.fields[field][0]
        assert UrgencyClass.objects.count() == 4

    def test_a_day_is_taken_once(self, world, added):
        with pytest.raises(Invalid) as caught:
            verbs.add_class(FACTS, by=world.actor("administrator"), at=world.at, why="Again")
        assert "A version from 1 March 2017 on exists" in caught.value.fields["effective_from"][0]

    def test_it_needs_a_reason(self, world):
        with pytest.raises(Invalid) as caught:
            verbs.add_class(FACTS, by=world.actor("manager"), at=world.at, why=" ")
        assert "Say why the class changes" in caught.value.fields["why"][0]

    def test_suppliers_and_secas_add_none(self, world):
        for who in ("supplier", "secretary", "csp_north"):
            with pytest.raises(NotAllowed):
                verbs.add_class(FACTS, by=world.actor(who), at=world.at, why="x")


class TestReleases:
    def test_one_announced_keeps_its_terms(self, world, catalogue, added):
        release = make_announced(world, catalogue)
        assert release.terms == URGENT
        later = release_timetable(release, at=start_of(date(2017, 3, 2)))
        assert later.working[2].because.startswith("5 Working Days after")

    def test_a_draft_takes_the_version_of_the_day_it_is_announced(self, world, catalogue, added):
        day = start_of(date(2017, 3, 2)) + timedelta(hours=10)
        planned = {
            "planned_deployment_at": start_of(date(2017, 3, 14)),
            "planned_activation_at": start_of(date(2017, 3, 30)),
        }
        release = make_ready(world, catalogue, **planned)
        assert release.urgency_class.test_working_days == 5
        announced = verbs.announce(release, by=world.actor("manager"), at=day)
        assert announced.urgency_class == added
        assert announced.terms.deployment_notice == Period(6)


class TestPages:
    def test_everybody_reads_the_table_and_the_example(self, client, added):
        page = client.get("/classes/").content.decode()
        assert "portal default" in page.lower() and "Planned" in page
        for day in ("16 January 2017", "18 January 2017", "19 January 2017", "7 February 2017", "4 April 2017"):
            assert day in page
        assert "A sixth day" in page and "Add a version" not in page
        assert not mistakes(page)

    @pytest.mark.parametrize("who", ["manager", "administrator"])
    def test_dcc_and_administrators_add_a_version(self, sign_in, who):
        client = sign_in(who)
        assert "Add a version of Urgent" in client.get("/classes/").content.decode()
        form = client.get("/classes/urgent/add/").content.decode()
        assert 'value="A service-affecting defect"' in form and not mistakes(form)
        assert client.post("/classes/urgent/add/", SENT).status_code == 302
        assert UrgencyClass.objects.get(effective_from=date(2017, 3, 1)).reminder_days == 2

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, sign_in):
        answer = sign_in("manager").post("/classes/urgent/add/", SENT | {"activation_notice_days": 6})
        page = answer.content.decode()
        assert answer.status_code == 400
        assert "At least 7 clear days is the rule for every class." in page and "sixth day of testing" in page

    def test_there_are_four_classes(self, sign_in):
        assert sign_in("manager").get("/classes/leisurely/add/").status_code == 404


class TestApi:
    def test_versions_are_read_and_added(self, sign_in):
        client = sign_in("manager")
        made = client.post("/api/v1/urgency-classes/", SENT, content_type="application/json")
        assert made.status_code == 201 and made.json()["reminder_days"] == 2
        found = client.get("/api/v1/urgency-classes/?name=urgent").json()["results"]
        assert [one["effective_from"] for one in found] == ["2017-03-01", "2016-01-01"]

    def test_below_seven_is_refused_in_the_same_words(self, sign_in):
        body = SENT | {"activation_notice_days": 6}
        answer = sign_in("manager").post("/api/v1/urgency-classes/", body, content_type="application/json")
        assert answer.status_code == 400
        assert "At least 7 clear days" in answer.content.decode()

    def test_dates_of_a_draft_are_explained(self, sign_in, world, catalogue):
        draft = make_draft(world, catalogue)
        found = sign_in("manager").get(f"/api/v1/releases/{draft.reference}/dates/").json()
        assert found["earliest_activation_at"] == "2017-01-19T00:00:00Z"
        assert found["working"][-1] == {
            "about": "Bank holidays",
            "result": None,
            "because": "None is passed over; calendar days count them too.",
        }
        assert [one["name"] for one in found["timeline"]][:2] == ["Announcement", "Notice before deployment"]

    def test_another_class_is_compared(self, sign_in, world, catalogue):
        draft = make_draft(world, catalogue)
        asked = {"urgency_class": "major", "announced_at": "2017-01-09T12:00:00Z"}
        answer = sign_in("manager").post(
            f"/api/v1/releases/{draft.reference}/what-if/", asked, content_type="application/json"
        )
        found = answer.json()
        assert found["present"]["earliest_deployment_at"] == "2017-01-17T00:00:00Z"
        assert found["other"]["earliest_deployment_at"] == "2017-04-04T00:00:00+01:00"


def test_a_version_not_in_use_is_kept_and_one_in_use_stays(world, announced):
    by = world.actor("administrator")
    used = announced.urgency_class
    with pytest.raises(NotNow, match="Releases use this version of the class"):
        verbs.keep_class(used, by=by, at=world.at)
    with pytest.raises(NotAllowed):
        verbs.keep_class(used, by=world.actor("supplier"), at=world.at)
    fresh = UrgencyClass.objects.get(pk=used.pk)
    fresh.pk, fresh.effective_from = None, date(2018, 1, 1)
    fresh._state.adding = True
    kept = verbs.keep_class(fresh, by=by, at=world.at)
    before = kept.version
    assert verbs.keep_class(kept, by=by, at=world.at).version == before + 1
    assert list(Entry.objects.filter(subject_id=kept.pk, verb__endswith="_class").values_list("verb", flat=True)) == [
        "add_class",
        "edit_class",
    ]
