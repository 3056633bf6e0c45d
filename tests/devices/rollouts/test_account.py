"""Hypercare and the exit report: watch figures, compliance read from the events, and the account in three forms."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from devices.detection.models import Proposal
from devices.rollouts import account, compliance, queries, verbs, watch
from devices.rollouts.models import HubUpdateEvent, Rollout
from devices.rollouts.reports import report_figures
from devices.rollouts.states import HubState
from portal.journal.models import Entry
from releases.issues.models import Category
from releases.products.cohorts import Cohort
from releases.products.models import Cell
from tests.factories.ballots import set_clock
from tests.factories.findings import make_hold, make_issue
from tests.factories.proposals import make_proposal
from tests.factories.queries import same_queries
from tests.factories.rollouts import make_road


@pytest.fixture
def finished(road):
    """A rollout that a hold on the North stopped before its activation: 100 hubs are kept back to the end."""
    road.deploy()
    make_hold(road.world, road.rollout.release, stage="activation", at=road.at)
    road.activate()
    road.run()
    set_clock(road.at)
    return road


def by_name(found):
    return {one.name: one for one in found}


class TestWatch:
    def test_each_combination_is_counted_with_its_failures(self, finished):
        found = watch.by_combination(finished.rollout, finished.at)
        by_state = queries.figures(finished.rollout).by_state
        assert sum(one.hubs for one in found) == 350
        assert sum(one.activated for one in found) == by_state[HubState.ACTIVATED]
        assert sum(one.failed for one in found) == by_state[HubState.FAILED] + by_state[HubState.EXPIRED]
        assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
        assert {one.failed_before for one in found} == {None}

    def test_before_is_the_last_rollout_of_another_open_release(self, finished):
        first = finished.rollout
        later = Rollout(release_id=first.release_id + 1, planned_at=first.finished_at + timedelta(days=1), pk=0)
        shares = watch._failures_before(later)
        now = {one.name: one.share for one in watch.by_combination(first, finished.at)}
        assert sorted(shares.values()) == pytest.approx(sorted(now.values()))
        type(first.release).objects.filter(pk=first.release_id).update(classification="amber")
        assert watch._failures_before(later) == {}

    def test_issues_in_the_period_are_told_from_those_before(self, finished):
        release, start = finished.rollout.release, finished.rollout.activation_started_at
        finished.at = start + timedelta(days=10)
        make_issue(finished.world, release, at=start - timedelta(days=3))
        inside = make_issue(finished.world, release, at=start + timedelta(days=3))
        make_issue(finished.world, release, at=start + timedelta(days=3), category="security")
        make_issue(finished.world, release, at=start + timedelta(days=11))
        found = watch.by_combination(finished.rollout, finished.at)
        assert watch.issues_in(finished.rollout, watch.period(finished.rollout, finished.at)) == [inside]
        assert {(one.issues, one.issues_before) for one in found if one.issues or one.issues_before} == {(1, 1)}

    def test_nothing_is_watched_before_the_first_activation(self, road):
        assert watch.period(road.rollout, road.at) is None
        assert watch.issues_in(road.rollout, None) == []
        assert {(one.activated, one.issues, one.share) for one in watch.by_combination(road.rollout, road.at)} == {
            (0, 0, 0.0)
        }

    def test_the_period_ends_with_hypercare(self, finished):
        late = finished.rollout.release.hypercare_until + timedelta(days=400)
        period = watch.period(finished.rollout, late)
        assert period.end == finished.rollout.release.hypercare_until
        assert period.start - period.before == period.end - period.start


class TestCompliance:
    def test_the_engine_kept_to_notice_and_holds(self, finished):
        found = compliance.of(finished.rollout)
        assert (found.suppliers, found.early, found.holds, found.asked_in_spite) == (2, 0, 1, 0)
        assert found.is_kept

    def test_a_supplier_activated_before_its_notice_was_over_is_found(self, finished):
        asked = Cell.objects.filter(number__in=finished.fresh().source_cells, region="south").first()
        Cell.objects.filter(pk=asked.pk).update(gas_supplier=finished.world.organisation("dcc"))  # never served
        found = compliance.of(finished.rollout)
        assert (found.early, found.is_kept) == (1, False)

    def test_hubs_asked_in_spite_of_a_hold_are_found_in_the_events(self, finished):
        asked = HubUpdateEvent.objects.filter(rollout=finished.rollout, state=HubState.ACTIVATING)
        before = finished.rollout.activation_started_at - timedelta(minutes=1)
        make_hold(finished.world, None, cohort=Cohort(regions=frozenset({"south"})), stage="activation", at=before)
        found = compliance.of(finished.rollout)
        assert found.asked_in_spite == asked.count() > 200
        assert found.holds == 2

    def test_a_rollout_that_asked_nobody_kept_to_everything(self, road):
        assert compliance.of(road.rollout).as_json() == {"suppliers": 0, "early": 0, "holds": 0, "asked_in_spite": 0}


class TestAccount:
    @pytest.fixture
    def report(self, finished):
        make_issue(finished.world, finished.rollout.release, at=finished.at)
        finished.at = finished.rollout.release.hypercare_until
        set_clock(finished.at)
        return verbs.report(finished.rollout, by=finished.manager, at=finished.at, remarks="All well.\nNearly.")

    def test_every_section_has_its_figures(self, report):
        found = {section.title: section for section in account.sections(report.figures)}
        assert list(found) == [
            "Planned and done",
            "Hubs by state",
            "Waves",
            "Answers by outcome",
            "Harmed and held homes",
            "Notice and gates",
            "Watch figures by device combination",
            "Issues raised in the period",
        ]
        assert all(len(row) == len(section.head) for section in found.values() for row in section.rows)
        held = dict(found["Harmed and held homes"].rows)
        assert next(value for words, value in held.items() if words.startswith("Held")) == "100"
        assert dict(found["Notice and gates"].rows)["Hubs asked in spite of a hold"] == "0"

    def test_a_halt_has_its_overshoot(self, world, served):
        road = make_road(world, served, scenario="bad_image")
        road.deploy()
        strict = {"limit": 0.001, "minimum": 20, "confidence": 0.95}
        Rollout.objects.filter(pk=road.rollout.pk).update(thresholds=strict)
        road.activate()
        assert road.run().state == "halted"
        figures = report_figures(road.rollout, road.at)
        (section,) = [one for one in account.sections(figures) if one.title == "Overshoot of halts"]
        assert section.rows[0][0] == "Wave 1, activation"
        assert figures["harmed"] > 0

    def test_it_lists_the_holds_that_were_proposed_and_what_became_of_them(self, finished, catalogue):
        rollout, at = finished.rollout, finished.at
        first, second = (make_proposal(rollout, catalogue.combinations[name], at=at) for name in ("single", "dual"))
        why = "Known since the tests."
        Proposal.objects.filter(pk=second.pk).update(
            state="declined", decided_at=at, decided_by_name="Mona Manager", why=why
        )
        (section,) = [one for one in account.sections(report_figures(rollout, at)) if "proposed" in one.title]
        assert [row[0] for row in section.rows] == [first.reference, second.reference]
        assert section.rows[0][3] == "Not decided on yet."
        assert section.rows[1][3] == f"Declined by Mona Manager on 31 January 2017: {why}"

    def test_a_report_of_before_lacks_what_was_not_kept_then(self, report):
        new = ("harmed", "caught_up", "overshoot", "compliance", "combinations", "issues_raised", "planned")
        old = {name: value for name, value in report.figures.items() if name not in new}
        assert [section.title for section in account.sections(old)] == [
            "Planned and done",
            "Hubs by state",
            "Waves",
            "Answers by outcome",
        ]

    def test_the_pdf_says_the_same(self, report, sign_in):
        answer = sign_in("supplier").get(reverse("rollouts:report_pdf", args=[report.rollout.reference]))
        assert answer["Content-Type"] == "application/pdf"
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        for words in ("All well.", "Nearly.", "Harmed and held homes", "Hubs asked in spite of a hold"):
            assert words in text

    def test_the_csv_has_a_figure_a_line_and_is_journalled(self, report, sign_in):
        answer = sign_in("supplier").get(reverse("rollouts:report_csv", args=[report.rollout.reference]))
        lines = b"".join(answer).decode().splitlines()
        assert lines[0] == "\ufeffSection,Item,Figure,Value"
        assert "Planned and done,Hubs,Planned,350" in lines
        assert Entry.objects.get(verb="export", subject_id=report.rollout_id).data == {"rows": len(lines) - 1}

    def test_too_many_exports_are_refused(self, report, sign_in):
        client, url = sign_in("supplier"), reverse("rollouts:report_csv", args=[report.rollout.reference])
        assert [client.get(url).status_code for _ in range(11)][-1] == 429

    def test_without_remarks_it_has_no_such_heading(self, report):
        report.remarks = ""
        assert "Remarks" not in str(account.document(report).blocks[:1])

    def test_the_api_gives_the_figures(self, report, sign_in):
        answer = sign_in("supplier").get(f"/api/v1/rollouts/{report.rollout.reference}/report/")
        assert answer.json()["figures"]["hubs"] == 350


class TestIssues:
    """An issue raised while hubs were watched says so on its page."""

    def text(self, finished, sign_in, issue) -> str:
        return sign_in("supplier").get(reverse("issues:issue", args=[issue.reference])).content.decode()

    def test_one_of_the_period_is_marked_and_leads_to_the_watch_figures(self, finished, sign_in):
        release, start = finished.rollout.release, finished.rollout.activation_started_at
        issue = make_issue(finished.world, release, at=start + timedelta(hours=1))
        text = self.text(finished, sign_in, issue)
        assert f"the hypercare of {finished.rollout}</a>" in text
        assert reverse("rollouts:watched", args=[finished.rollout.reference]) in text
        early = make_issue(finished.world, release, at=start - timedelta(hours=1))
        assert "the hypercare of" not in self.text(finished, sign_in, early)
        finished.fresh()
        late = make_issue(finished.world, release, at=finished.rollout.release.hypercare_until + timedelta(minutes=1))
        assert watch.raised_in(late, queries.visible_to(finished.manager)) == []

    def test_what_only_some_may_know_of_is_not(self, finished):
        issue = make_issue(finished.world, finished.rollout.release, at=finished.at)
        issue.category = Category.SECURITY
        assert watch.raised_in(issue, queries.visible_to(finished.manager)) == []


class TestPages:
    def test_the_watch_figures_cost_the_same_with_more_issues(self, finished, sign_in):
        client, url = sign_in("supplier"), reverse("rollouts:watched", args=[finished.rollout.reference])
        with same_queries() as cost:
            for more in (1, 2):
                for _ in range(more):
                    make_issue(finished.world, finished.rollout.release, at=finished.at)
                text = cost.of(lambda: client.get(url)).content.decode()
        assert text.count("Displays go dark") == 3

    def test_before_the_activation_it_says_so(self, road, sign_in):
        set_clock(road.at)
        text = sign_in("supplier").get(reverse("rollouts:watched", args=[road.rollout.reference])).content.decode()
        assert "Nothing is watched before" in text
        assert sign_in("supplier").get(f"/api/v1/rollouts/{road.rollout.reference}/report/").status_code == 404
