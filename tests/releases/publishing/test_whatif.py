"""The what-if beside the present plan, and the timeline that draws both."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.pages.templatetags.timelines import Track, timeline_chart
from portal.working_days import end_of, start_of
from releases.products.models import ValidityPeriod
from releases.publishing import verbs
from releases.publishing.timeline import tracks
from releases.publishing.whatif import compare, plan_of, whatif
from tests.factories.releases import make_announced, make_draft
from tests.html import mistakes

pytestmark = pytest.mark.django_db


def asked(world, **changes):
    return {"urgency_class": "urgent", "approach": "consultation", "announced_at": world.at} | changes


def lines(release, world, **changes):
    return {row.name: row for row in compare(plan_of(release, world.at), whatif(asked(world, **changes)))}


class TestCompare:
    def test_another_class_moves_every_date(self, world, draft):
        found = lines(draft, world, urgency_class="routine")
        assert (found["Class"].difference, found["Approach"].difference) == ("another", "")
        assert found["Earliest deployment"].other == "7 February 2017"
        assert found["Earliest deployment"].difference == "21 days later"
        assert found["Objections until"].present == "18 January 2017"
        assert found["Planned activation"].other == "not set"
        assert found["Planned activation"].days is None

    def test_another_day_of_announcement(self, world, draft):
        found = lines(draft, world, announced_at=world.at - timedelta(days=3))
        assert found["Announced"].difference == "3 days earlier"
        assert found["Earliest deployment"].difference == "3 days earlier"
        assert found["Class"].difference == ""

    def test_the_same_question_changes_nothing(self, world, draft):
        found = lines(
            draft,
            world,
            planned_deployment_at=draft.planned_deployment_at,
            planned_activation_at=draft.planned_activation_at,
        )
        assert {row.difference for row in found.values()} == {"", "the same"}

    def test_approaches_without_a_period_say_none(self, world, draft):
        found = lines(draft, world, approach="scheduling")
        assert found["User testing until"].other == "none"
        assert found["Earliest activation"].other == "not known yet"

    def test_a_schedule_takes_the_planned_dates_as_confirmed(self, world, catalogue):
        first, then = start_of(date(2017, 1, 12)), start_of(date(2017, 1, 20))
        other = whatif(asked(world, approach="scheduling", planned_deployment_at=first, planned_activation_at=then))
        assert (other.timetable.earliest_deployment, other.timetable.earliest_activation) == (first, then)

    def test_planned_dates_that_are_too_early_are_named(self, world, catalogue):
        early = start_of(date(2017, 1, 17))
        other = whatif(asked(world, planned_deployment_at=early, planned_activation_at=early))
        assert "the earliest is 19 January 2017" in other.refused

    def test_an_announced_release_stands_as_announced(self, world, announced):
        plan = plan_of(announced, world.at + timedelta(days=30))
        assert plan.announced_at == world.at
        assert plan.timetable.earliest_activation == announced.earliest_activation_at


class TestPage:
    def test_it_stands_beside_the_plan_of_the_draft(self, sign_in_then, draft):
        client = sign_in_then("manager")
        page = client.get(f"/releases/what-if/?release={draft.reference}").content.decode()
        assert "Beside the present plan" in page and "the same" in page
        assert not mistakes(page)
        other = client.get(
            f"/releases/what-if/?release={draft.reference}&urgency_class=major&approach=consultation"
            "&announced_at=2017-01-09T12:00&planned_activation_at=2017-01-30T00:00&planned_deployment_at=2017-01-20T00:00"
        ).content.decode()
        assert "77 days later" in other and "could not be announced" in other

    def test_a_wrong_date_keeps_what_was_typed(self, sign_in_then, draft):
        client = sign_in_then("manager")
        at = f"/releases/what-if/?release={draft.reference}&urgency_class=major&announced_at=soon&approach=consultation"
        answer = client.get(at + "&planned_activation_at=2017-01-30T00:00")
        assert answer.status_code == 400
        assert "the time must be like" in answer.content.decode()

    def test_no_release_no_comparison(self, sign_in_then, catalogue):
        assert "Beside the present plan" not in sign_in_then("manager").get("/releases/what-if/").content.decode()
        assert sign_in_then("manager").get("/releases/what-if/?release=FW-1-001").status_code == 404


class TestTracks:
    def test_a_release_from_announcement_to_hypercare(self, world, announced):
        assert [one.name for one in tracks(announced, world.at)] == [
            "Announcement",
            "Notice before deployment",
            "Notice before activation",
            "User testing",
            "Objections",
            "Deployment",
            "Activation",
            "Hypercare",
        ]

    def test_an_emergency_ends_with_its_review(self, world, catalogue):
        emergency = {"urgency_class": "emergency", "emergency_reason": "Silence", "emergency_citation": "IS-7"}
        found = {one.name: one for one in tracks(make_draft(world, catalogue, **emergency), world.at)}
        assert found["Review ballot by"].kind == "deadline"
        assert "Notice before deployment" not in found and "User testing" not in found

    def test_without_dates_of_a_schedule_there_is_little_to_draw(self, world, catalogue):
        nothing = {"planned_deployment_at": None, "planned_activation_at": None}
        draft = make_draft(world, catalogue, approach="scheduling", **nothing)
        assert [one.name for one in tracks(draft, world.at)] == ["Announcement", "Notice before activation"]

    def test_deadlines_of_both_versions_are_drawn(self, world, catalogue, announced):
        catalogue.versions["alder 0A010100"].__class__.objects.filter(version="0A010100").update(chts="1.0")
        for version, maintenance in (("1.0", date(2017, 5, 31)), ("1.1", None)):
            ValidityPeriod.objects.create(
                specification="CHTS",
                version=version,
                installation_from=date(2016, 1, 1),
                installation_to=date(2018, 1, 1),
                maintenance_to=maintenance,
            )
        verbs.defer(announced, until=start_of(date(2017, 2, 1)), by=world.actor("secretary"), at=world.at)
        announced.refresh_from_db()
        found = {one.name: one for one in tracks(announced, world.at)}
        assert found["CHTS 1.0 maintenance ends"].last_day == date(2017, 5, 31)
        assert found["CHTS 1.1 installation ends"].start == end_of(date(2018, 1, 1))
        assert "CHTS 1.0 installation ends" not in found  # what hubs run today may not be installed any more
        assert found["No activation before"].start == start_of(date(2017, 2, 1))

    def test_what_hubs_run_is_asked_where_no_version_is_named(self, world, catalogue):
        release = make_announced(world, catalogue, from_versions=[], chts="1.2")
        ValidityPeriod.objects.create(
            specification="CHTS", version="1.1", installation_from=date(2016, 1, 1), maintenance_to=date(2017, 6, 1)
        )
        assert "CHTS 1.1 maintenance ends" in [one.name for one in tracks(release, world.at)]


class TestDrawing:
    START = datetime(2017, 1, 9, tzinfo=UTC)

    def test_places_are_shares_of_the_width(self):
        month = [Track("Start", self.START), Track("Tests", self.START, self.START + timedelta(days=28))]
        drawn = timeline_chart("Dates", month, self.START + timedelta(days=14))
        assert [row.x for row in drawn["rows"]] == ["0.00", "0.00"]
        assert drawn["rows"][1].width == "66.67"
        assert drawn["today"] == "33.33"
        assert drawn["rows"][1].words == "Tests, to 5 Feb 2017"
        assert len(drawn["ticks"]) <= 4

    def test_a_far_deadline_does_not_stretch_it(self):
        far = Track("Maintenance ends", self.START + timedelta(days=4000), kind="deadline")
        drawn = timeline_chart("Dates", [Track("Year", self.START, self.START + timedelta(days=365)), far])
        assert drawn["rows"][1].beyond
        assert (drawn["today"], len(drawn["ticks"])) == (None, 4)

    def test_deadlines_alone_are_drawn_too(self):
        assert not timeline_chart("Dates", [Track("End", self.START, kind="deadline")])["rows"][0].beyond

    def test_today_may_lie_outside(self):
        tracks = [Track("Start", self.START), Track("End", self.START + timedelta(days=10))]
        assert timeline_chart("Dates", tracks, self.START + timedelta(days=90))["today"] is None
        assert timeline_chart("Dates", tracks, self.START - timedelta(days=2))["today"] == "0.00"
