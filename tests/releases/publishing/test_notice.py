from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from portal.delivery.models import Delivery, Message
from portal.people.models import Organisation, OrganisationKind
from portal.workflow.actor import system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.working_days import LONDON, end_of, start_of
from releases.products.models import Cell
from releases.publishing import queries, verbs
from releases.publishing.dates import activation_notice_over
from releases.publishing.models import NoticeService
from releases.publishing.service import notice_deliveries
from releases.publishing.states import ReleaseState
from releases.publishing.tasks import record_services
from releases.publishing.terms import URGENT
from tests.factories.releases import facts, make_announced, make_draft, make_ready

pytestmark = pytest.mark.django_db
CLOCK = system("Notice service")
EMERGENCY = {"urgency_class": "emergency", "emergency_reason": "Meters fall silent", "emergency_citation": "IS-7"}


@pytest.fixture
def manager(world):
    return world.actor("manager")


def sent(release, organisation, at):
    """Let the mail of the notice to an organisation succeed at `at`."""
    notice = queries.notice_in_force(release)
    delivery = notice_deliveries(notice).get(organisation_id=organisation.pk)
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.SENT, sent_at=at)


class TestAnnounce:
    def test_it_computes_and_keeps_the_dates(self, announced):
        assert announced.state == ReleaseState.NOTIFIED
        assert announced.earliest_deployment_at == start_of(date(2017, 1, 17))
        assert announced.tests_until == end_of(date(2017, 1, 16))
        assert announced.objections_until == end_of(date(2017, 1, 18))
        assert announced.earliest_activation_at == start_of(date(2017, 1, 19))
        notice = queries.notice_in_force(announced)
        assert notice.activation_at == announced.planned_activation_at
        assert notice.working[0]["about"] == "Service"

    def test_it_reaches_every_supplier_user_and_agent_once(self, announced):
        message = Message.objects.get(kind="publishing.notice")
        told = [one.recipient for one in message.deliveries.order_by("recipient")]
        assert told == ["Fernlight Energy", "Heron Power", "Meterwrights", "Osprey Gas"]
        assert (message.statutory, message.then) == (True, "publishing.record_services")
        assert "Activation from 30 January 2017" in message.body

    def test_it_publishes_the_notes_and_fixes_the_class(self, world, announced):
        assert queries.current_notes(announced, drafts=False).published_at == world.at
        row = announced.urgency_class
        row.test_working_days = 99
        row.save()
        announced.refresh_from_db()
        assert announced.terms == URGENT

    def test_a_second_click_changes_nothing(self, world, ready, manager):
        verbs.announce(ready, by=manager, at=world.at, seen=ready.version)
        with pytest.raises(NotNow, match="Somebody else changed this"):
            verbs.announce(ready, by=manager, at=world.at, seen=ready.version)
        with pytest.raises(NotNow, match="is notified: this is possible only while it is draft"):
            verbs.announce(ready, by=manager, at=world.at)
        assert Message.objects.filter(kind="publishing.notice").count() == 1

    def test_everything_lacking_is_named_at_once(self, world, draft, manager):
        with pytest.raises(NotNow) as caught:
            verbs.announce(draft, by=manager, at=world.at)
        assert caught.value.reason == (
            "No firmware image is attached. No test evidence is attached for North, South."
            " The release notes lack: Summary, What changes, Known issues, Effect on devices,"
            " What suppliers must do, Rollback plan, Contacts."
        )

    def test_activation_before_the_notice_is_over_is_refused(self, world, catalogue, manager):
        early = start_of(date(2017, 1, 18))
        release = make_ready(world, catalogue, planned_activation_at=early)
        with pytest.raises(NotNow) as caught:
            verbs.announce(release, by=manager, at=world.at)
        assert caught.value.reason == (
            "Activation is planned for 18 January 2017, before the notice is over: the earliest is 19 January 2017."
        )

    def test_deployment_before_its_notice_is_over_is_refused(self, world, catalogue, manager):
        release = make_ready(world, catalogue, planned_deployment_at=start_of(date(2017, 1, 16)))
        with pytest.raises(NotNow, match="Deployment is planned for 16 January 2017"):
            verbs.announce(release, by=manager, at=world.at)

    def test_both_dates_are_needed(self, world, catalogue, manager):
        release = make_ready(world, catalogue, planned_activation_at=None)
        with pytest.raises(NotNow, match="Both a planned deployment and a planned activation"):
            verbs.announce(release, by=manager, at=world.at)

    def test_an_image_that_no_longer_fits_is_noticed(self, world, catalogue, ready, manager):
        edited = verbs.edit_release(ready, facts(catalogue, firmware_version="0A010300"), by=manager, at=world.at)
        with pytest.raises(NotNow, match="The image holds firmware version 0A010200"):
            verbs.announce(edited, by=manager, at=world.at)

    def test_a_supplier_announces_nothing(self, world, ready):
        with pytest.raises(NotAllowed):
            verbs.announce(ready, by=world.actor("supplier"), at=world.at)

    def test_evidence_is_asked_region_by_region(self, world, catalogue, ready, manager):
        ready.evidence.update(region="north")
        with pytest.raises(NotNow, match="No test evidence is attached for South."):
            verbs.announce(ready, by=manager, at=world.at)

    def test_notes_are_needed(self, world, ready, manager):
        ready.notes.all().delete()
        with pytest.raises(NotNow, match="No release notes are written."):
            verbs.announce(ready, by=manager, at=world.at)


class TestEmergency:
    def test_it_waits_for_reason_citation_and_second_approver(self, world, catalogue, manager):
        release = make_ready(world, catalogue, urgency_class="emergency")
        for change, sentence in (
            ({}, "An Emergency needs its reason."),
            ({"emergency_reason": "Meters fall silent"}, "must cite a severity 1 or security issue"),
            (EMERGENCY, "needs the approval of a second release manager"),
        ):
            edited = facts(catalogue, **{"urgency_class": "emergency", **change})
            verbs.edit_release(release, edited, by=manager, at=world.at)
            with pytest.raises(NotNow, match=sentence):
                verbs.announce(release, by=manager, at=world.at)
        verbs.approve_emergency(release, by=world.actor("second_manager"), at=world.at)
        announced = verbs.announce(release, by=manager, at=world.at)
        assert announced.earliest_activation_at == start_of(date(2017, 1, 17))
        assert (announced.tests_until, announced.objections_until) == (None, None)


class TestApproaches:
    def test_notice_only_names_its_determination(self, world, catalogue, manager):
        release = make_ready(world, catalogue, approach="notice_only")
        with pytest.raises(NotNow, match="needs a determination"):
            verbs.announce(release, by=manager, at=world.at)
        with_authority = facts(catalogue, approach="notice_only", approach_authority="D-2016-004")
        verbs.edit_release(release, with_authority, by=manager, at=world.at)
        assert verbs.announce(release, by=manager, at=world.at).earliest_deployment_at == world.at

    def test_scheduling_waits_for_confirmed_dates(self, world, catalogue, manager):
        release = make_ready(world, catalogue, approach="scheduling")
        with pytest.raises(NotNow, match="The scheduled dates are not confirmed."):
            verbs.announce(release, by=manager, at=world.at)
        first, then = start_of(date(2017, 1, 12)), start_of(date(2017, 1, 20))
        verbs.confirm_schedule(release, deployment_at=first, activation_at=then, by=manager, at=world.at)
        announced = verbs.announce(release, by=manager, at=world.at)
        assert (announced.earliest_deployment_at, announced.earliest_activation_at) == (first, then)


class TestReaders:
    def test_a_red_release_is_not_announced(self, world, catalogue, manager):
        release = make_ready(world, catalogue, classification="red", named_people=[world.users["second_manager"]])
        with pytest.raises(NotNow, match="A Red release cannot be announced"):
            verbs.announce(release, by=manager, at=world.at)

    def test_amber_names_whose_hubs_are_changed(self, world, catalogue, manager):
        heron = world.organisations["heron"]
        release = make_ready(world, catalogue, classification="amber", readers=[heron])
        with pytest.raises(NotNow, match="not named as readers: Osprey Gas"):
            verbs.announce(release, by=manager, at=world.at)
        both = [heron, world.organisations["osprey"]]
        verbs.edit_release(release, facts(catalogue, classification="amber", readers=both), by=manager, at=world.at)
        verbs.announce(release, by=manager, at=world.at)
        message = Message.objects.get(kind="publishing.notice")
        assert message.restricted
        assert {one.organisation_id for one in message.deliveries.all()} == {one.pk for one in both}


class TestService:
    def test_the_first_success_starts_the_clock(self, world, announced):
        heron, osprey = world.organisations["heron"], world.organisations["osprey"]
        first, later = world.at + timedelta(hours=1), world.at + timedelta(days=2)
        sent(announced, heron, first)
        notice = queries.notice_in_force(announced)
        own = notice_deliveries(notice).filter(organisation_id__in=[heron.pk, osprey.pk])
        own.update(read_at=later, read_by_id=world.users["supplier"].pk)
        assert verbs.record_services(by=CLOCK, at=later) == 2
        assert queries.served_suppliers(announced) == {heron.pk: first, osprey.pk: later}
        means = dict(NoticeService.objects.values_list("organisation__slug", "means"))
        assert set(means.values()) == {"mail", "inbox"}

    def test_recording_twice_proves_once(self, world, announced):
        sent(announced, world.organisations["heron"], world.at)
        assert [verbs.record_services(by=CLOCK, at=world.at) for _ in range(2)] == [1, 0]

    def test_the_task_records_and_ignores_what_it_is_not_told(self, world, announced):
        sent(announced, world.organisations["heron"], world.at)
        record_services(delivery_id=1)
        record_services()
        assert NoticeService.objects.count() == 1

    def test_agents_and_users_are_proven_but_are_no_suppliers(self, world, announced):
        sent(announced, world.organisations["meterwrights"], world.at)
        verbs.record_services(by=CLOCK, at=world.at)
        assert queries.served_suppliers(announced) == {}
        assert queries.served(queries.notice_in_force(announced)) == {world.organisations["meterwrights"].pk: world.at}

    def test_each_clock_runs_by_itself(self, world, announced):
        heron, osprey = world.organisations["heron"], world.organisations["osprey"]
        sent(announced, heron, datetime(2017, 1, 9, 16, 0, tzinfo=LONDON))
        sent(announced, osprey, datetime(2017, 1, 9, 17, 30, tzinfo=LONDON))
        verbs.record_services(by=CLOCK, at=world.at + timedelta(days=1))
        over = {
            who: activation_notice_over(announced.terms, at) for who, at in queries.served_suppliers(announced).items()
        }
        assert over == {heron.pk: start_of(date(2017, 1, 17)), osprey.pk: start_of(date(2017, 1, 18))}

    def test_proof_is_never_changed(self, world, announced):
        sent(announced, world.organisations["heron"], world.at)
        verbs.record_services(by=CLOCK, at=world.at)
        for change in (
            lambda: NoticeService.objects.update(served_at=world.at - timedelta(days=9)),
            lambda: NoticeService.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
                change()

    def test_by_other_means_with_a_reason(self, world, announced, manager):
        heron = world.organisations["heron"]
        with pytest.raises(Invalid, match="Say how the notice was served"):
            verbs.serve_by_other_means(announced, heron, why=" ", by=manager, at=world.at)
        proof = verbs.serve_by_other_means(announced, heron, why="By courier", by=manager, at=world.at)
        assert (proof.means, proof.reason, proof.recorded_by_name) == ("other", "By courier", "Manager")
        with pytest.raises(NotNow, match="Heron Power has been served already"):
            verbs.serve_by_other_means(announced, heron, why="Again", by=manager, at=world.at)

    def test_by_other_means_only_on_recipients(self, world, announced, manager):
        with pytest.raises(Invalid, match="SECAS is not among those to be served"):
            verbs.serve_by_other_means(
                announced, world.organisations["secas"], why="By courier", by=manager, at=world.at
            )

    def test_by_other_means_is_dccs(self, world, announced):
        with pytest.raises(NotAllowed):
            verbs.serve_by_other_means(
                announced, world.organisations["heron"], why="I know", by=world.actor("supplier"), at=world.at
            )

    def test_other_means_without_reason_is_refused_by_the_database(self, world, announced):
        notice = queries.notice_in_force(announced)
        with pytest.raises(IntegrityError), transaction.atomic():
            NoticeService.objects.create(
                notice=notice, organisation=world.organisations["heron"], served_at=world.at, means="other"
            )

    def test_a_draft_has_nothing_to_serve(self, world, draft, manager):
        with pytest.raises(NotNow, match="No notice of this release is in force"):
            verbs.serve_by_other_means(draft, world.organisations["heron"], why="x", by=manager, at=world.at)


class TestNewcomers:
    @pytest.fixture
    def newcomer(self, announced):
        return Organisation.objects.create(
            name="Newmoor Supply",
            slug="newmoor",
            kind=OrganisationKind.SUPPLIER,
            user_roles=["IS"],
            notice_address="notices@newmoor.example",
        )

    def test_a_newcomer_is_served_at_once_and_once(self, world, announced, newcomer):
        later = world.at + timedelta(days=3)
        assert [verbs.serve_newcomers(by=CLOCK, at=later) for _ in range(2)] == [1, 0]
        notice = queries.notice_in_force(announced)
        assert notice_deliveries(notice).filter(organisation_id=newcomer.pk).count() == 1
        verbs.serve_newcomer(announced, newcomer, by=CLOCK, at=later)
        assert Message.objects.filter(kind="publishing.notice").count() == 2

    def test_its_own_clock_runs_from_its_own_service(self, world, announced, newcomer):
        later = world.at + timedelta(days=3)
        verbs.serve_newcomers(by=CLOCK, at=later)
        sent(announced, newcomer, later)
        verbs.record_services(by=CLOCK, at=later)
        assert queries.served_suppliers(announced) == {newcomer.pk: later}

    def test_who_was_served_by_other_means_is_not_served_again(self, world, announced, newcomer, manager):
        verbs.serve_by_other_means(announced, newcomer, why="By hand", by=manager, at=world.at)
        verbs.serve_newcomer(announced, newcomer, by=manager, at=world.at)
        assert verbs.serve_newcomers(by=CLOCK, at=world.at) == 0

    def test_nobody_is_served_for_an_ended_release(self, world, announced, newcomer, manager):
        verbs.withdraw(announced, by=manager, at=world.at, why="Not needed")
        assert verbs.serve_newcomers(by=CLOCK, at=world.at) == 0
        with pytest.raises(NotNow, match="nobody is served any more"):
            verbs.serve_newcomer(announced, newcomer, by=manager, at=world.at)

    def test_who_gains_hubs_of_an_amber_release_may_read_it_from_then_on(self, world, catalogue, newcomer):
        named = [world.organisations[name] for name in ("heron", "osprey")]
        release = make_announced(world, catalogue, classification="amber", readers=named)
        assert verbs.serve_newcomers(by=CLOCK, at=world.at) == 1  # the other release; not this one
        Cell.objects.filter(number=2).update(electricity_supplier=newcomer)
        assert verbs.serve_newcomers(by=CLOCK, at=world.at) == 1
        assert newcomer in release.readers.all()

    def test_only_dcc_or_the_clock_serves(self, world, announced, newcomer):
        with pytest.raises(NotAllowed):
            verbs.serve_newcomer(announced, newcomer, by=world.actor("supplier"), at=world.at)


class TestAcknowledge:
    def test_a_supplier_states_its_test_days_and_counts_as_served(self, world, announced):
        heron = world.organisations["heron"]
        answer = verbs.acknowledge(
            announced, heron, by=world.actor("supplier"), at=world.at, test_days_needed=3, remark="Two labs", seen=1
        )
        assert (answer.test_days_needed, answer.by) == (3, world.users["supplier"])
        assert queries.served_suppliers(announced) == {heron.pk: world.at}
        assert queries.acknowledgements(answer.notice) == {"count": 1, "days": 3}

    def test_reading_earlier_stays_the_start_of_the_clock(self, world, announced):
        heron = world.organisations["heron"]
        sent(announced, heron, world.at)
        verbs.record_services(by=CLOCK, at=world.at)
        verbs.acknowledge(announced, heron, by=world.actor("supplier"), at=world.at + timedelta(days=2))
        assert queries.served_suppliers(announced) == {heron.pk: world.at}

    def test_an_agent_acknowledges_for_its_supplier_and_itself(self, world, announced):
        agent = world.actor("rsa")
        for name in ("heron", "meterwrights"):
            verbs.acknowledge(announced, world.organisations[name], by=agent, at=world.at)
        with pytest.raises(NotAllowed, match="You do not act for Osprey Gas today"):
            verbs.acknowledge(announced, world.organisations["osprey"], by=agent, at=world.at)

    @pytest.mark.parametrize("who", ["manager", "secretary", "observer", "csp_north"])
    def test_others_do_not(self, world, announced, who):
        with pytest.raises(NotAllowed, match="Only a user of a supplier or an agent"):
            verbs.acknowledge(announced, world.organisations["heron"], by=world.actor(who), at=world.at)

    def test_twice_is_once(self, world, announced):
        heron, by = world.organisations["heron"], world.actor("supplier")
        verbs.acknowledge(announced, heron, by=by, at=world.at)
        with pytest.raises(NotNow, match="has acknowledged this notice already"):
            verbs.acknowledge(announced, heron, by=by, at=world.at)

    def test_a_page_of_the_notice_before_is_refused(self, world, announced):
        with pytest.raises(NotNow, match="A newer notice was served"):
            verbs.acknowledge(announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at, seen=7)

    def test_it_waits_for_the_supplier_until_answered(self, world, announced):
        by = world.actor("supplier")
        assert [one.release for one in queries.notices_to_acknowledge(by)] == [announced]
        verbs.acknowledge(announced, world.organisations["heron"], by=by, at=world.at)
        assert list(queries.notices_to_acknowledge(by)) == []
        agent = world.actor("rsa")
        assert [one.release for one in queries.notices_to_acknowledge(agent)] == [announced]
        assert [str(one) for one in queries.acknowledging(queries.notice_in_force(announced), agent)] == [
            "Meterwrights"
        ]


class TestAmend:
    def test_later_dates_restart_no_clock(self, world, announced, manager):
        sent(announced, world.organisations["heron"], world.at)
        verbs.record_services(by=CLOCK, at=world.at)
        later = start_of(date(2017, 2, 13))
        amended = verbs.amend(
            announced,
            deployment_at=announced.planned_deployment_at,
            activation_at=later,
            why="A supplier asked for time",
            by=manager,
            at=world.at,
        )
        assert amended.planned_activation_at == later
        notice = queries.notice_in_force(amended)
        assert (notice.number, notice.activation_at) == (1, later)
        assert list(queries.served_suppliers(amended).values()) == [world.at]
        assert "restarts no clock" in Message.objects.get(kind="publishing.amendment").body

    def test_objections_of_routine_run_longer_by_it(self, world, catalogue, manager):
        planned = {
            "urgency_class": "routine",
            "planned_deployment_at": start_of(date(2017, 2, 7)),
            "planned_activation_at": start_of(date(2017, 2, 20)),
        }
        release = make_announced(world, catalogue, **planned)
        assert release.objections_until == end_of(date(2017, 2, 16))
        amended = verbs.amend(
            release,
            deployment_at=release.planned_deployment_at,
            activation_at=start_of(date(2017, 3, 1)),
            why="Later",
            by=manager,
            at=world.at,
        )
        assert amended.objections_until == end_of(date(2017, 2, 27))

    @pytest.mark.parametrize(
        ("deployment", "activation", "why", "error", "sentence"),
        [
            (date(2017, 1, 17), date(2017, 1, 29), "x", NotNow, "An earlier date is a material change"),
            (date(2017, 1, 16), date(2017, 1, 30), "x", NotNow, "An earlier date is a material change"),
            (date(2017, 1, 17), date(2017, 1, 30), "x", NotNow, "there is nothing to amend"),
            (date(2017, 3, 1), date(2017, 2, 1), "x", Invalid, "The dates need to be put right"),
            (date(2017, 1, 17), date(2017, 2, 1), " ", Invalid, "Say why the dates move"),
        ],
    )
    def test_what_is_no_amendment(self, world, announced, manager, deployment, activation, why, error, sentence):
        with pytest.raises(error, match=sentence):
            verbs.amend(
                announced,
                deployment_at=start_of(deployment),
                activation_at=start_of(activation),
                why=why,
                by=manager,
                at=world.at,
            )

    def test_a_draft_is_edited_instead(self, world, draft, manager):
        with pytest.raises(NotNow, match="only while it is notified or disputed or cleared"):
            verbs.amend(draft, deployment_at=world.at, activation_at=world.at, why="x", by=manager, at=world.at)

    def test_a_supplier_amends_nothing(self, world, announced):
        with pytest.raises(NotAllowed):
            verbs.amend(
                announced, deployment_at=world.at, activation_at=world.at, why="x", by=world.actor("rsa"), at=world.at
            )


class TestReturnToDraft:
    def test_the_notice_is_void_and_everything_starts_again(self, world, announced, manager):
        sent(announced, world.organisations["heron"], world.at)
        verbs.record_services(by=CLOCK, at=world.at)
        drafted = verbs.return_to_draft(announced, by=manager, at=world.at, why="Retest")
        assert (drafted.state, drafted.tests_until, drafted.class_terms) == (ReleaseState.DRAFT, None, None)
        assert queries.notice_in_force(drafted) is None
        assert queries.served_suppliers(drafted) == {}
        assert drafted.notices.get().void_reason == "Retest"
        again = verbs.announce(drafted, by=manager, at=world.at)
        assert queries.notice_in_force(again).number == 2
        assert queries.served_suppliers(again) == {}

    def test_it_needs_a_reason(self, world, announced, manager):
        with pytest.raises(Invalid, match="Say why the release returns to draft"):
            verbs.return_to_draft(announced, by=manager, at=world.at, why="")

    def test_a_determination_may_do_it(self, world, announced):
        verbs.return_to_draft(announced, by=system("Clerk of the ballots"), at=world.at, why="Determination: retest")

    @pytest.mark.parametrize("who", ["supplier", "secretary"])
    def test_others_may_not(self, world, announced, who):
        with pytest.raises(NotAllowed):
            verbs.return_to_draft(announced, by=world.actor(who), at=world.at, why="x")

    def test_a_draft_is_one_already(self, world, catalogue, manager):
        with pytest.raises(NotNow):
            verbs.return_to_draft(make_draft(world, catalogue), by=manager, at=world.at, why="x")


def test_only_one_notice_is_in_force(world, announced):
    notice = queries.notice_in_force(announced)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(notice).objects.create(
            release=announced, number=2, issued_at=world.at, deployment_at=world.at, activation_at=world.at
        )
