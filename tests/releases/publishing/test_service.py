"""Proof of service: own homes in each notice, the table, reminders, amendments, the certificate."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from pypdf import PdfReader

from portal.delivery.models import Delivery, Message, Preference
from portal.delivery.tasks import deliver_all
from portal.people.models import Organisation, OrganisationKind
from portal.people.verbs import end_appointment
from portal.workflow.actor import system
from portal.workflow.errors import NotAllowed, NotNow
from portal.working_days import start_of
from releases.products.models import Cell
from releases.publishing import queries, scope, verbs
from releases.publishing.certificate import certify
from releases.publishing.models import Amendment, NoticeShare
from releases.publishing.service import chosen, notice_deliveries, service_table, to_remind
from releases.publishing.tasks import remind
from tests.factories.queries import same_queries
from tests.factories.releases import make_announced
from tests.html import mistakes

pytestmark = pytest.mark.django_db
CLOCK = system("Notice service")
HERON_PART = """It concerns 350 homes of yours:
- North, Alder 1: 100 homes
- South, Alder 1: 250 homes
"""


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


@pytest.fixture
def manager(world):
    return world.actor("manager")


@pytest.fixture
def notice(announced):
    return queries.notice_in_force(announced)


def told(world, name):
    return Delivery.objects.get(message__kind="publishing.notice", organisation_id=world.organisations[name].pk)


def address(release, name=""):
    return f"/releases/{release.reference}/{name}"


class TestOwnHomes:
    def test_a_supplier_reads_its_own_by_region_and_hub_model(self, world, announced):
        assert told(world, "heron").addition == HERON_PART
        assert told(world, "osprey").addition == "It concerns 50 homes of yours:\n- South, Alder 1: 50 homes\n"
        assert told(world, "fernlight").addition == "It concerns no homes of yours today.\n"

    def test_an_agent_reads_those_of_whoever_appointed_it(self, world, announced):
        said = "Of the suppliers that have appointed you it concerns:\n- Heron Power: 350 homes\n"
        assert told(world, "meterwrights").addition == said

    def test_an_agent_nobody_appoints_reads_of_none(self, world, catalogue, manager):
        end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
        make_announced(world, catalogue, at=world.at + timedelta(hours=1))
        assert told(world, "meterwrights").addition == ""

    def test_mail_and_inbox_carry_it_and_nobody_elses(self, world, announced, sign_in, mailoutbox):
        deliver_all()
        mails = {mail.to[0]: mail.body for mail in mailoutbox}
        assert HERON_PART in mails["notices@heron.example"]
        assert "Firmware version 0A010200 for Alder 1\n" in mails["notices@heron.example"]
        assert "350 homes" not in mails["notices@osprey.example"]
        client = sign_in("supplier")
        client.post(f"/inbox/{told(world, 'heron').pk}/read/")
        page = client.get(f"/inbox/{told(world, 'heron').pk}/").content.decode()
        assert "South, Alder 1: 250 homes" in page

    def test_mail_of_a_restricted_notice_says_nothing_of_it(self, world, catalogue, mailoutbox):
        named = [world.organisations[name] for name in ("heron", "osprey")]
        make_announced(world, catalogue, classification="amber", readers=named)
        deliver_all()
        assert all("homes" not in mail.body for mail in mailoutbox)

    def test_what_was_told_is_never_changed(self, notice):
        assert scope.homes_of_suppliers(notice.release).total() == 400  # 50 homes have two suppliers
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            NoticeShare.objects.update(homes=1)

    def test_a_gaining_supplier_is_told_of_its_homes_at_once(self, world, announced, notice):
        newcomer = Organisation.objects.create(name="Newmoor", slug="newmoor", kind=OrganisationKind.SUPPLIER)
        Cell.objects.filter(number=2).update(electricity_supplier=newcomer)
        verbs.serve_newcomers(by=CLOCK, at=world.at + timedelta(days=2))
        delivery = Delivery.objects.get(organisation_id=newcomer.pk)
        assert delivery.addition == "It concerns 200 homes of yours:\n- South, Alder 1: 200 homes\n"
        assert notice.shares.filter(organisation=world.organisations["heron"]).count() == 2

    def test_the_release_page_shows_ones_own_as_they_are_now(self, sign_in, announced):
        page = sign_in("supplier").get(address(announced)).content.decode()
        assert "350" in page and "Your homes by region and hub model" in page
        assert "Your homes by region" not in sign_in("small_supplier").get(address(announced)).content.decode()
        found = sign_in("supplier").get(f"/api/v1{address(announced, 'own-homes/')}").json()
        assert found["homes"] == 350
        assert found["shares"][0] == {"region": "North", "hub_model": "Alder 1", "homes": 100}
        assert scope.own_shares(announced, ()) == []


class TestTable:
    def test_every_step_is_shown(self, world, announced, notice, manager, sign_in):
        deliveries = notice_deliveries(notice)
        failed = {"state": "failed", "failure": "550 no such mailbox", "attempts": 3}
        deliveries.filter(organisation_id=world.organisations["fernlight"].pk).update(**failed)
        verbs.acknowledge(
            announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at, test_days_needed=3
        )
        verbs.acknowledge(
            announced, world.organisations["osprey"], by=world.actor("other_supplier"), at=world.at, test_days_needed=4
        )
        verbs.serve_by_other_means(
            announced, world.organisations["meterwrights"], why="By courier", by=manager, at=world.at
        )
        page = sign_in("manager").get(address(announced, "service/")).content.decode()
        assert "3 attempts: 550 no such mailbox" in page
        assert "Served by other means: By courier" in page
        assert ">7<" in page  # the sum of the test days
        assert not mistakes(page)

    def test_filters_are_in_the_address_and_the_csv_has_what_is_shown(self, world, announced, sign_in):
        client = sign_in("manager")
        page = client.get(address(announced, "service/?affected=on&state=queued")).content.decode()
        assert "Heron Power" in page and "Fernlight" not in page.split("app-filter")[-1]
        sent = client.get(address(announced, "service/csv/?affected=on&state=queued"))
        rows = list(csv.DictReader(io.StringIO(sent.content.decode())))
        assert [(row["organisation"], row["homes"], row["state"]) for row in rows] == [
            ("Heron Power", "350", "queued"),
            ("Osprey Gas", "50", "queued"),
        ]
        assert sent["Content-Type"].startswith("text/csv")

    def test_a_line_of_the_csv_is_whole(self, world, announced, sign_in):
        verbs.acknowledge(
            announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at, remark="=1+1"
        )
        sent = sign_in("manager").get(address(announced, "service/csv/?search=heron")).content.decode()
        (row,) = csv.DictReader(io.StringIO(sent))
        assert (row["means"], row["acknowledged_at"][:10], row["remark"]) == ("inbox", "2017-01-09", "'=1+1")

    def test_who_was_served_without_a_delivery_has_a_line_too(self, world, announced, manager, sign_in, notice):
        newcomer = Organisation.objects.create(name="Newmoor", slug="newmoor", kind=OrganisationKind.SUPPLIER)
        verbs.serve_by_other_means(announced, newcomer, why="By hand", by=manager, at=world.at)
        sent = sign_in("manager").get(address(announced, "service/csv/?means=other")).content.decode()
        (row,) = csv.DictReader(io.StringIO(sent))
        assert (row["organisation"], row["queued_at"], row["reason"]) == ("Newmoor", "", "By hand")

    def test_nobody_may_fit(self, announced, notice, sign_in):
        assert "Nobody fits" in sign_in("manager").get(address(announced, "service/?search=zzz")).content.decode()
        assert chosen(service_table(notice), {"means": ["mail"]}) == []

    def test_a_strange_filter_shows_everybody(self, announced, sign_in):
        assert "4 recipients" in sign_in("manager").get(address(announced, "service/?state=odd")).content.decode()

    def test_it_is_dccs_alone(self, announced, draft, sign_in):
        for name in ("service/", "service/csv/", "notices/1/certificate/"):
            assert sign_in("supplier").get(address(announced, name)).status_code == 403
        assert sign_in("manager").get(address(draft, "service/")).status_code == 409

    def test_its_cost_does_not_grow(self, announced, sign_in):
        client = sign_in("manager")
        with same_queries() as cost:
            for number in range(3):
                cost.of(lambda: client.get(address(announced, "service/")))
                one = Organisation.objects.create(
                    name=f"New {number}", slug=f"new-{number}", kind=OrganisationKind.SUPPLIER
                )
                verbs.serve_newcomer(announced, one, by=CLOCK, at=announced.announced_at)

    def test_the_api_says_the_same(self, world, announced, sign_in):
        (line, *_) = sign_in("manager").get(f"/api/v1{address(announced, 'services/')}").json()
        assert (line["organisation"], line["homes"], line["state"]) == ("fernlight-energy", 0, "queued")
        assert line["queued_at"] and line["sent_at"] is None


class TestReminders:
    def test_who_has_not_acknowledged_is_reminded_once_a_day(self, world, announced, manager):
        verbs.acknowledge(announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at)
        tomorrow = world.at + timedelta(days=1)
        assert verbs.remind(announced, by=manager, at=tomorrow) == 3
        with pytest.raises(NotNow, match="was told or reminded today"):
            verbs.remind(announced, by=manager, at=tomorrow)
        assert verbs.remind(announced, by=manager, at=tomorrow + timedelta(days=1)) == 3
        message = Message.objects.filter(kind="publishing.reminder").earliest("pk")
        assert message.statutory
        assert "A reminder restarts no clock." in message.body

    def test_nobody_is_reminded_on_the_day_of_the_notice(self, world, announced, manager):
        with pytest.raises(NotNow, match="told or reminded today"):
            verbs.remind(announced, by=manager, at=world.at)

    def test_a_reminder_is_no_service_and_restarts_nothing(self, world, announced, manager):
        heron = world.organisations["heron"]
        notice_deliveries(announced.notices.get()).filter(organisation_id=heron.pk).update(
            state="sent", sent_at=world.at
        )
        verbs.record_services(by=CLOCK, at=world.at)
        tomorrow = world.at + timedelta(days=1)
        verbs.remind(announced, by=manager, at=tomorrow)
        Delivery.objects.filter(message__kind="publishing.reminder").update(state="sent", sent_at=tomorrow)
        verbs.record_services(by=CLOCK, at=tomorrow)
        assert queries.served_suppliers(announced) == {heron.pk: world.at}

    def test_everybody_may_have_acknowledged(self, world, announced, manager):
        for name, who in (("heron", "supplier"), ("osprey", "other_supplier"), ("fernlight", "small_supplier")):
            verbs.acknowledge(announced, world.organisations[name], by=world.actor(who), at=world.at)
        verbs.acknowledge(announced, world.organisations["meterwrights"], by=world.actor("rsa"), at=world.at)
        with pytest.raises(NotNow, match="Everybody has acknowledged"):
            verbs.remind(announced, by=manager, at=world.at + timedelta(days=1))

    def test_by_the_clock_after_the_days_of_the_class(self, world, announced):
        days = [verbs.remind_all(by=CLOCK, at=world.at + timedelta(days=n)) for n in range(8)]
        assert days == [0, 0, 0, 4, 0, 0, 4, 0]

    def test_the_days_are_those_the_release_was_announced_with(self, world, announced, notice):
        announced.class_terms["reminder_days"] = 1
        announced.save(update_fields=["class_terms"])
        assert verbs.remind_all(by=CLOCK, at=world.at + timedelta(days=1)) == 4
        later = world.at + timedelta(days=1)
        verbs.serve_by_other_means(announced, world.organisations["heron"], why="x", by=CLOCK, at=later)
        assert len(to_remind(notice, world.at + timedelta(days=2))) == 4

    def test_the_task_is_safe_to_repeat(self, world, announced, set_clock):
        set_clock(world.at + timedelta(days=3))
        remind()
        remind()
        assert Message.objects.filter(kind="publishing.reminder").count() == 1

    def test_nobody_is_reminded_of_what_ended_or_was_not_announced(self, world, announced, draft, manager):
        with pytest.raises(NotNow, match="No notice"):
            verbs.remind(draft, by=manager, at=world.at)
        announced.state = "active"
        announced.save()
        with pytest.raises(NotNow, match="only while it is notified"):
            verbs.remind(announced, by=manager, at=world.at)
        assert verbs.remind_all(by=CLOCK, at=world.at + timedelta(days=9)) == 0

    def test_dcc_has_a_button(self, world, announced, sign_in, set_clock):
        client = sign_in("manager")
        assert "told or reminded today" in client.get(address(announced, "service/")).content.decode()
        set_clock(world.at + timedelta(days=1))
        assert "Remind now" in client.get(address(announced, "service/")).content.decode()
        answer = client.post(address(announced, "remind/"), {"seen": announced.version}, follow=True)
        assert "4 recipients reminded. No clock restarts." in answer.content.decode()
        assert "1 reminder, last 10 January 2017" in answer.content.decode()

    def test_and_the_api(self, world, announced, sign_in, set_clock):
        set_clock(world.at + timedelta(days=1))
        url = f"/api/v1{address(announced, 'remind/')}"
        assert sign_in("manager").post(url, {}, content_type="application/json").json() == {"reminded": 4}
        assert sign_in("supplier").post(url, {}, content_type="application/json").status_code == 403

    def test_suppliers_remind_nobody(self, world, announced):
        with pytest.raises(NotAllowed):
            verbs.remind(announced, by=world.actor("supplier"), at=world.at)

    def test_statutory_kinds_cannot_be_switched_off(self, sign_in):
        page = sign_in("supplier").get(reverse("delivery:preferences"))
        kinds = {row.kind: row for row in page.context["kinds"]}
        for kind in ("publishing.notice", "publishing.amendment", "publishing.reminder", "publishing.moved"):
            assert kinds[kind].statutory and kinds[kind].how == Preference.How.MAIL


def amended(world, release, by):
    return verbs.amend(
        release,
        deployment_at=release.planned_deployment_at,
        activation_at=start_of(date(2017, 2, 13)),
        why="A supplier asked for time",
        by=by,
        at=world.at + timedelta(days=1),
    )


class TestAmendments:
    def test_what_moved_is_told_from_and_to(self, world, announced, notice, manager, sign_in):
        amended(world, announced, manager)
        body = Message.objects.get(kind="publishing.amendment").body
        assert "- Activation from: from 30 January 2017, 00:00 GMT to 13 February 2017, 00:00 GMT" in body
        assert "Deployment" not in body
        row = notice.amendments.get()
        assert [name for name, _, _ in row.changes] == ["Activation from"]
        page = sign_in("supplier").get(address(announced)).content.decode()
        assert "30 January 2017, 00:00 GMT → 13 February 2017, 00:00 GMT. A supplier asked for time" in page
        found = sign_in("supplier").get(f"/api/v1{address(announced, 'notices/')}").json()
        assert found[0]["amendments"][0]["why"] == "A supplier asked for time"
        assert str(row) == "FW-2017-001 notice 1, amendment 1"

    def test_they_are_never_changed(self, world, announced, manager):
        amended(world, announced, manager)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Amendment.objects.update(why="Other")

    def test_a_notice_served_anew_says_what_it_replaces(self, world, announced, manager):
        drafted = verbs.return_to_draft(announced, by=manager, at=world.at, why="Another image")
        verbs.announce(drafted, by=manager, at=world.at)
        body = Message.objects.filter(kind="publishing.notice").latest("pk").body
        assert "takes the place of notice 1 of 9 January 2017, which is void: Another image" in body


class TestCertificate:
    def test_it_lists_everybody_with_the_hash_of_the_list(self, world, announced, notice, manager, sign_in):
        before = certify(notice, world.at)
        assert certify(notice, world.at + timedelta(days=1)).digest == before.digest
        verbs.serve_by_other_means(announced, world.organisations["heron"], why="By courier", by=manager, at=world.at)
        after = certify(notice, world.at)
        assert (after.served, after.homes, len(after.rows)) == (1, 350, 4)
        assert after.digest != before.digest
        page = sign_in("manager").get(address(announced, "notices/1/certificate/")).content.decode()
        assert after.digest in page and "Served by other means: By courier" in page
        assert not mistakes(page)
        found = sign_in("manager").get(f"/api/v1{address(announced, 'notices/1/certificate/')}").json()
        assert (found["digest"], found["served"]) == (after.digest, 1)

    def test_it_is_a_document_for_print(self, world, announced, notice, manager, sign_in):
        verbs.acknowledge(announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at)
        verbs.serve_by_other_means(announced, world.organisations["osprey"], why="By courier", by=manager, at=world.at)
        notice_deliveries(notice).filter(organisation_id=world.organisations["heron"].pk).update(
            state="sent", sent_at=world.at
        )
        amended(world, announced, manager)
        verbs.return_to_draft(announced, by=manager, at=world.at, why="Retest")
        for url in (
            address(announced, "notices/1/certificate/pdf/"),
            f"/api/v1{address(announced)}notices/1/certificate/pdf/",
        ):
            answer = sign_in("manager").get(url)
            assert answer["Content-Type"] == "application/pdf"
            text = " ".join(
                "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split()
            )
            for words in ("Certificate of service", "Heron Power", "By courier", "Void since", "Amendment 1"):
                assert words.lower() in text.lower()
        page = sign_in("manager").get(address(announced, "notices/1/certificate/")).content.decode()
        assert "Retest" in page and "A supplier asked for time" in page

    def test_there_is_none_of_a_notice_that_is_not(self, announced, sign_in):
        assert sign_in("manager").get(address(announced, "notices/2/certificate/")).status_code == 404

    def test_rows_say_what_they_are(self, world, notice):
        share = notice.shares.filter(organisation=world.organisations["osprey"]).get()
        assert str(share) == "Osprey Gas: 50 homes in FW-2017-001 notice 1"
