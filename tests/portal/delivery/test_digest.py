"""The daily digest: one mail a person and Working Day, what it holds, and how it is stopped."""

import smtplib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.delivery import digests, queries, tasks, unsubscribe, verbs
from portal.delivery.messages import DigestReady
from portal.delivery.models import Delivery, Digest, Message, Preference
from portal.people import contributes
from portal.people import verbs as people
from portal.workflow.actor import Actor
from portal.workflow.errors import Invalid, NotAllowed
from tests.factories.mail_server import mail_server
from tests.factories.meanwhile import meanwhile
from tests.factories.world import SEED

KIND = "people.agent_appointed"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def morning(day: int, hour: int = 8) -> datetime:
    return datetime(2017, 1, day, hour, tzinfo=UTC)


@pytest.fixture
def wish(world):
    """The agent wishes to read of appointments in the digest, since the world began."""
    return verbs.prefer(kind=KIND, how="digest", by=world.actor("rsa"), at=world.at + MINUTE)


def appoint(world, *, at=None, times=1):
    """Tell the agent's organisation so many times that it was appointed, a minute after the wish."""
    at = at or world.at + 2 * MINUTE
    for _ in range(times):
        made = people.appoint_rsa(world.organisation("fernlight"), world.organisation("meterwrights"), by=SEED, at=at)
        people.end_appointment(made, by=SEED, at=at)


def reader(world, who="rsa", at=None):
    (found,) = contributes.readers({world.users[who].pk}, at or world.at)
    return found


def make(world, at):
    return verbs.make_digest(reader(world, at=at), at=at)


def sent():
    tasks.deliver_all()
    return [letter for letter in mail.outbox if "daily digest" in letter.subject]


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        (datetime(2017, 1, 10, 7, 29, tzinfo=UTC), None),
        (datetime(2017, 1, 10, 7, 30, tzinfo=UTC), datetime(2017, 1, 10, 7, 30, tzinfo=UTC)),
        (datetime(2017, 7, 10, 6, 30, tzinfo=UTC), datetime(2017, 7, 10, 6, 30, tzinfo=UTC)),
        (datetime(2017, 1, 14, 12, tzinfo=UTC), None),
        (datetime(2017, 4, 17, 12, tzinfo=UTC), None),
        (datetime(2017, 3, 27, 6, 30, tzinfo=UTC), datetime(2017, 3, 27, 6, 30, tzinfo=UTC)),
        (datetime(2017, 10, 30, 7, 29, tzinfo=UTC), None),
    ],
    ids=["before", "winter", "summer", "saturday", "bank holiday", "after March's change", "after October's change"],
)
def test_it_is_due_at_half_past_seven_in_london_on_working_days(at, moment):
    assert digests.due(at) == moment


def test_twenty_are_named_and_the_others_counted():
    assert digests.grouped([]) == ([], 0)
    assert digests.grouped([("a", 1), ("b", 2), ("a", 3)]) == ([("a", [1, 3]), ("b", [2])], 0)
    groups, more = digests.grouped([("a", number) for number in range(23)])
    assert (groups, more) == ([("a", list(range(20)))], 3)


def test_it_holds_what_was_told_since_the_wish_and_once_only(world, wish):
    appoint(world, at=world.at - DAY)
    appoint(world, times=2)
    assert make(world, morning(9)) is None
    first = make(world, morning(10))
    assert first.deliveries.count() == 2
    assert make(world, morning(10, 9)) is None
    appoint(world, at=morning(10, 9))
    second = make(world, morning(11))
    assert second.deliveries.count() == 1
    assert make(world, morning(12)) is None
    assert [letter.subject for letter in sent()] == ["Your daily digest: 2 messages", "Your daily digest: 1 message"]


def test_what_is_told_after_half_past_seven_waits_for_the_next_day(world, wish):
    appoint(world, at=morning(10, 9))
    assert make(world, morning(10, 18)) is None
    assert make(world, morning(11)) is not None


def test_the_mail_names_links_and_hides_what_is_restricted(world, wish):
    appoint(world, times=21)
    Message.objects.filter(pk=Message.objects.filter(kind=KIND).latest("pk").pk).update(restricted=True)
    Message.objects.filter(pk=Message.objects.filter(kind=KIND, at__gt=world.at).earliest("pk").pk).update(
        restricted=True, subject="Secret subject"
    )
    make(world, morning(10))
    (letter,) = sent()
    assert letter.to == ["rsa@portal.example"]
    assert "Secret subject" not in letter.body
    assert "a message for you, to be read in the portal" in letter.body
    assert "Meterwrights now acts for Fernlight Energy" in letter.body
    assert "more in your inbox" in letter.body
    assert letter.body.count("/inbox/") == digests.NAMED + 1
    assert "/inbox/?show=unread" in letter.body


def test_what_one_opened_or_did_not_wish_for_is_not_in_it(world, wish):
    appoint(world)
    verbs.read_all(by=world.actor("rsa"), at=world.at + 3 * MINUTE)
    assert make(world, morning(10)) is None
    assert Message.objects.filter(kind="people.appointment_ended").exists()


def test_it_is_no_message_in_the_inbox(world, wish):
    appoint(world)
    make(world, morning(10))
    assert Delivery.objects.filter(message__kind=DigestReady.kind).exists()
    assert not queries.inbox(world.actor("rsa")).filter(message__kind=DigestReady.kind).exists()


def test_who_left_the_organisation_reads_no_more_of_it(world, wish):
    appoint(world)
    people.end_membership(world.users["rsa"].memberships.get(), by=SEED, at=world.at)
    assert make(world, morning(10)) is None


def test_a_closed_account_gets_none(world, wish):
    world.users["rsa"].is_active = False
    world.users["rsa"].save()
    assert queries.digest_readers(date(2017, 1, 10), morning(10)) == []


def test_the_beat_makes_each_of_today_once(world, wish, time_machine_at):
    appoint(world)
    time_machine_at(datetime(2017, 1, 10, 7, tzinfo=UTC))
    tasks.make_digests()
    assert not Digest.objects.exists()
    time_machine_at(morning(10))
    tasks.make_digests()
    tasks.make_digests()
    assert [row.day for row in Digest.objects.all()] == [date(2017, 1, 10)]
    assert str(Digest.objects.get()) == "digest of 2017-01-10"


def test_another_worker_that_is_faster_has_made_it(world, wish):
    appoint(world)
    with meanwhile('FROM "delivery_delivery"', lambda: make(world, morning(10))):
        assert make(world, morning(10)) is None
    assert Digest.objects.count() == 1


def test_readers_cost_the_same_however_many(world, django_assert_num_queries):
    for who in ("rsa", "supplier", "small_supplier"):
        verbs.prefer(kind=KIND, how="digest", by=world.actor(who), at=world.at)
    with django_assert_num_queries(3):
        assert len(queries.digest_readers(date(2017, 1, 10), morning(10))) == 3
    Preference.objects.all().delete()
    with django_assert_num_queries(1):
        assert queries.digest_readers(date(2017, 1, 10), morning(10)) == []


def test_a_dead_mail_server_delays_it_and_doubles_nothing(world, wish, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    Delivery.objects.all().update(state="inbox_only", sent_at=None)
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
    appoint(world)
    Delivery.objects.all().update(state="inbox_only", sent_at=None)
    make(world, morning(10))
    tasks.deliver_all()
    assert Delivery.objects.get(message__kind=DigestReady.kind).state == "queued"
    Delivery.objects.update(next_attempt_at=timezone.now() - DAY)
    with mail_server(settings.EMAIL_PORT) as server:
        tasks.deliver_all()
        tasks.deliver_all()
    (letter,) = server.accepted
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with pytest.raises((smtplib.SMTPException, OSError)):
        smtplib.SMTP("127.0.0.1", settings.EMAIL_PORT)


class TestUnsubscribing:
    @pytest.fixture
    def address(self, world, wish):
        appoint(world)
        make(world, morning(10))
        (letter,) = sent()
        link = letter.extra_headers["List-Unsubscribe"].strip("<>")
        return link[link.index("/mail/") :]

    def test_one_click_without_a_cookie_stops_the_digest(self, world, address):
        program = Client(enforce_csrf_checks=True)
        assert "Stop this mail?" in program.get(address).content.decode()
        assert Preference.objects.get().how == "digest"
        answer = program.post(address, {"List-Unsubscribe": "One-Click"})
        assert "Stopped" in answer.content.decode()
        assert Preference.objects.get().how == "inbox"
        assert program.put(address).status_code == 405

    def test_a_link_nobody_signed_leads_nowhere(self, client, address):
        assert client.post(address[:-3] + "x/").status_code == 404
        assert client.get(reverse("delivery:unsubscribe", args=["x"])).status_code == 404

    def test_mail_of_one_kind_is_stopped_by_its_own_link(self, world, client):
        signed = unsubscribe.sign(world.users["chair"].pk, "people.seated")
        client.post(reverse("delivery:unsubscribe", args=[signed]))
        assert list(Preference.objects.values_list("user_id", "kind", "how")) == [
            (world.users["chair"].pk, "people.seated", "inbox")
        ]

    def test_statutory_mail_and_mail_to_organisations_have_none(self, world):
        personal = Delivery.objects.get(user_id=world.users["chair"].pk, message__kind="people.seated")
        assert "/mail/unsubscribe/" in unsubscribe.address_of(personal)
        personal.message.statutory = True
        assert unsubscribe.address_of(personal) == ""
        shared = Delivery.objects.filter(user_id=None).first()
        assert unsubscribe.address_of(shared) == ""

    def test_a_link_of_a_statutory_kind_changes_nothing(self, world, client):
        signed = unsubscribe.sign(world.users["chair"].pk, "people.seat_ended")
        assert client.post(reverse("delivery:unsubscribe", args=[signed])).status_code == 400
        assert not Preference.objects.exists()


def test_wishes_are_people_s_and_of_a_known_way(world):
    nobody = Actor(name="Nobody")
    for call in (
        lambda: verbs.prefer(kind=KIND, how="inbox", by=nobody, at=world.at),
        lambda: verbs.stop_mail(kind=KIND, by=nobody, at=world.at),
        lambda: verbs.read_all(by=nobody, at=world.at),
    ):
        with pytest.raises(NotAllowed):
            call()
    for kind, how in ((KIND, "pigeon"), (DigestReady.kind, "inbox")):
        with pytest.raises(Invalid):
            verbs.prefer(kind=kind, how=how, by=world.actor("rsa"), at=world.at)
