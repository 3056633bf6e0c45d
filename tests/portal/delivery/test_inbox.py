"""The inbox, what is mailed to me, and the demonstration's mail."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse

from portal.delivery import contributes, mail_files, may, queries, verbs
from portal.delivery.kinds import kinds
from portal.delivery.models import Delivery, Preference
from portal.people import verbs as people
from portal.workflow.actor import ANONYMOUS
from portal.workflow.errors import Invalid, NotAllowed
from tests.factories.queries import same_queries
from tests.factories.world import SEED
from tests.html import mistakes


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def told(world) -> Delivery:
    """Return the agent's copy of the notice that its appointment ended."""
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    return Delivery.objects.get(
        organisation_id=world.organisation("meterwrights").pk, message__kind="people.appointment_ended"
    )


def test_an_inbox_holds_what_one_and_ones_organisation_were_told(world, told):
    assert told in queries.inbox(world.actor("rsa"))
    assert told not in queries.inbox(world.actor("supplier"))
    assert not queries.inbox(ANONYMOUS).exists()
    seated = Delivery.objects.get(user_id=world.users["chair"].pk)
    assert list(queries.inbox(world.actor("chair"))) == [seated]


def test_a_message_is_opened_once_and_by_its_own_people(world, told):
    later = world.at + timedelta(hours=1)
    opened = verbs.read(told, by=world.actor("rsa"), at=world.at)
    again = verbs.read(told, by=world.actor("rsa"), at=later)
    assert opened.read_at == again.read_at == world.at
    assert again.read_by_id == world.users["rsa"].pk
    for stranger in (world.actor("supplier"), world.actor("chair"), ANONYMOUS, SEED):
        with pytest.raises(NotAllowed):
            verbs.read(told, by=stranger, at=later)


def test_reading_a_notice_starts_what_follows(world, told, django_capture_on_commit_callbacks):
    told.message.then = "publishing.record_services"
    told.message.save()
    with django_capture_on_commit_callbacks() as callbacks:
        verbs.read(told, by=world.actor("rsa"), at=world.at)
        verbs.read(told, by=world.actor("rsa"), at=world.at)
    assert len(callbacks) == 1


def test_the_text_is_shown_once_it_was_opened(sign_in, told):
    client = sign_in("rsa")
    page = text(client.get(reverse("delivery:message", args=[told.pk])))
    assert "Open the message" in page
    assert "stays with Heron Power" not in page
    answer = client.post(reverse("delivery:read", args=[told.pk]), follow=True)
    assert "stays with Heron Power" in text(answer)
    assert sign_in("supplier").get(reverse("delivery:message", args=[told.pk])).status_code == 404
    assert sign_in("supplier").post(reverse("delivery:read", args=[told.pk])).status_code == 404


def test_the_inbox_counts_and_filters(sign_in, told, world, django_assert_max_num_queries):
    client = sign_in("rsa")
    for _ in range(10):
        again = people.appoint_rsa(
            world.organisation("heron"), world.organisation("meterwrights"), by=SEED, at=world.at
        )
        people.end_appointment(again, by=SEED, at=world.at)
    verbs.read(told, by=world.actor("rsa"), at=world.at)
    with django_assert_max_num_queries(14):
        page = client.get(reverse("delivery:inbox"))
    assert told in page.context["deliveries"]
    assert told not in client.get(reverse("delivery:inbox"), {"show": "unread"}).context["deliveries"]


def test_the_inbox_is_filtered_and_searched_but_not_in_unopened_texts(sign_in, told, world):
    client = sign_in("rsa")
    told.message.about = "FW-2017-009"
    told.message.save()
    page = reverse("delivery:inbox")

    def found(**chosen):
        return told in client.get(page, chosen).context["deliveries"].object_list

    assert found(kind="people.appointment_ended")
    assert not found(kind="people.seated")
    assert found(kind="no such kind")
    assert found(about="fw-2017-009")
    assert not found(about="FW-2017-008")
    assert found(show="statutory")
    assert found(search="no longer acts")
    assert not found(search="stays with Heron Power")
    verbs.read(told, by=world.actor("rsa"), at=world.at)
    assert found(search="stays with Heron Power")
    assert mistakes(text(client.get(page, {"search": "<nothing>"}))) == []


def test_all_but_statutory_messages_are_marked_as_read(sign_in, told, world):
    client = sign_in("rsa")
    others = queries.unread(world.actor("rsa")).exclude(pk=told.pk)
    count = others.filter(message__statutory=False).count()
    assert count > 0
    page = text(client.get(reverse("delivery:inbox")))
    assert "1 of them statutory" in page
    assert f"Mark {count} as read" in page
    answer = text(client.post(reverse("delivery:read_all"), follow=True))
    assert "marked as read." in answer
    assert "Mark " not in answer
    assert list(queries.unread(world.actor("rsa"))) == [told]
    assert set(Delivery.objects.filter(read_at__isnull=False).values_list("read_by_id", flat=True)) == {
        world.users["rsa"].pk
    }
    assert verbs.read_all(by=world.actor("rsa"), at=world.at) == 0


def test_the_inbox_costs_the_same_for_one_message_and_three(sign_in, told, world):
    client = sign_in("rsa")
    with same_queries() as cost:
        cost.of(lambda: client.get(reverse("delivery:inbox")))
        again = people.appoint_rsa(
            world.organisation("heron"), world.organisation("meterwrights"), by=SEED, at=world.at
        )
        people.end_appointment(again, by=SEED, at=world.at)
        cost.of(lambda: client.get(reverse("delivery:inbox")))


def test_what_waits_is_one_row(world, told):
    actor = world.actor("rsa")
    (row,) = contributes.waiting(actor, world.at)
    assert row.text.endswith("unread messages in the inbox")
    for delivery in queries.unread(actor)[1:]:
        verbs.read(delivery, by=actor, at=world.at)
    (row,) = contributes.waiting(actor, world.at)
    assert row.text == "1 unread message in the inbox"
    verbs.read(queries.unread(actor).get(), by=actor, at=world.at)
    assert list(contributes.waiting(actor, world.at)) == []


def test_wishes_are_kept_and_statutory_kinds_cannot_be_switched_off(world):
    actor = world.actor("rsa")
    assert verbs.prefer(kind="people.seated", how="inbox", by=actor, at=world.at).how == "inbox"
    for kind in ("people.seat_ended", "no such kind"):
        with pytest.raises(Invalid):
            verbs.prefer(kind=kind, how="inbox", by=actor, at=world.at)
    assert may.prefer.why_not(by=ANONYMOUS)
    wishes = {row.kind: row.how for row in kinds(actor)}
    assert wishes["people.seated"] == "inbox"
    assert wishes["people.seat_ended"] == wishes["people.agent_appointed"] == "mail"


def test_the_page_saves_only_what_changed(sign_in, world):
    client = sign_in("rsa")
    shown = {row.kind: row.how for row in kinds(world.actor("rsa")) if not row.statutory}
    page = text(client.get(reverse("delivery:preferences")))
    assert "A role of mine ended" in page
    assert mistakes(page) == []
    client.post(reverse("delivery:prefer"), {**shown, "people.seated": "digest", "people.seat_ended": "inbox"})
    assert list(Preference.objects.values_list("kind", "how")) == [("people.seated", "digest")]
    assert client.post(reverse("delivery:prefer"), {"people.seated": "pigeon"}).status_code == 400


@pytest.fixture
def files(settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "portal.delivery.mail_files.MailFiles"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def send(number: int) -> None:
    EmailMessage(f"Subject {number}", "Bödy", to=["x@x.example"], headers={"Message-ID": f"<{number}@x>"}).send()


def test_a_mail_sent_twice_is_one_file(files):
    for number in (1, 1, 2):
        send(number)
    assert len(list(files.iterdir())) == 2
    assert {mailed.subject for mailed in mail_files.newest(10)} == {"Subject 1", "Subject 2"}
    assert mail_files.newest(1)[0].body.strip() == "Bödy"


@pytest.mark.django_db
def test_the_demonstration_shows_its_mail_and_a_live_portal_does_not(client, files, settings):
    assert "No mail yet" in text(client.get(reverse("delivery:demo_mails")))
    send(1)
    name = mail_files.newest(1)[0].name
    assert "Subject 1" in text(client.get(reverse("delivery:demo_mails")))
    assert "Bödy" in text(client.get(reverse("delivery:demo_mail", args=[name])))
    for missing in ("nothing", ".."):
        assert client.get(f"/demo/mail/{missing}/").status_code == 404
    settings.DEMO = False
    assert client.get(reverse("delivery:demo_mails")).status_code == 404
    assert client.get(reverse("delivery:demo_mail", args=[name])).status_code == 404
