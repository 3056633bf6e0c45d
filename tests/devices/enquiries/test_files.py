"""Files of hubs: taken whole, answered by a worker with the rights of the moment, fetched by who may know it all."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from devices.enquiries import can, queries, tasks, verbs
from devices.enquiries.asked import MOST_IN_FILE
from devices.enquiries.models import FileEnquiry, FilePart, View
from devices.enquiries.states import FileState
from devices.enquiries.tasks import PORTAL
from devices.fleet.models import Hub, eui64_text
from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.people import verbs as people
from portal.people.models import Membership, Organisation
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.publishing.models import Release
from tests.factories.meanwhile import meanwhile
from tests.factories.queries import same_queries
from tests.factories.releases import OLD
from tests.html import mistakes

pytestmark = pytest.mark.django_db
API = "/api/v1/hub-enquiries/"
NOBODYS = 10**9


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr("devices.enquiries.verbs.asking.ROWS_A_PART", 2)


def hub_in(catalogue, cell: str, place: int = 0) -> Hub:
    return Hub.objects.filter(cell=catalogue.cells[cell].number).order_by("pk")[place]


def file_of(*entries: Hub | int | str, heading: str = "EUI-64") -> bytes:
    words = [entry if isinstance(entry, str) else eui64_text(getattr(entry, "eui64", entry)) for entry in entries]
    return "\r\n".join([heading, *words]).encode("utf-8-sig")


def send(world, data: bytes, *, who: str = "supplier", at=None, name: str = "hubs.csv") -> FileEnquiry:
    return verbs.ask_by_file(data, name=name, by=world.actor(who), at=at or world.at)


def work(row: FileEnquiry, at) -> FileEnquiry:
    """Let a worker answer a file to its end."""
    while verbs.answer_next(row.pk, by=PORTAL, at=at):
        pass
    row.refresh_from_db()
    return row


def table_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def result(world, row: FileEnquiry, who: str = "supplier") -> list[dict[str, str]]:
    with verbs.fetch(row, by=world.actor(who), at=world.at) as found:
        return table_of(found.read())


def upload(data: bytes, name: str = "hubs.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/csv")


def text(answer) -> str:
    return answer.content.decode()


# What becomes of a file


def test_every_row_has_its_place_in_the_result_and_foreign_and_unknown_read_alike(world, catalogue, served):
    own, gas, foreign = (hub_in(catalogue, cell) for cell in ("north", "shared", "birch"))
    row = send(world, file_of(own, "00-DB", foreign, NOBODYS, own.gpf, own, gas))
    assert (row.state, row.rows, row.hubs, row.malformed, row.repeated) == (FileState.QUEUED, 7, 5, 1, 1)
    assert row.examples == [[3, "00-DB", 0], [7, own.chf, 2]]
    work(row, world.at)
    assert (row.state, row.worked, row.answered, row.parts.count()) == (FileState.DONE, 7, 3, 0)
    found = result(world, row)
    assert [line["Result"] for line in found] == [
        "answered",
        "no EUI-64",
        "not known to you",
        "not known to you",
        "answered",
        "repeats line 2",
        "answered",
    ]
    assert {name for line in found[2:4] for name, value in line.items() if value} == {"Asked", "Result"}
    assert [line["CHF"] for line in found if line["CHF"]] == [own.chf, own.chf, gas.chf]
    assert found[0]["Running version"] == OLD


def test_what_is_coming_is_in_the_result(world, catalogue, road):
    road.deploy()
    row = work(send(world, file_of(hub_in(catalogue, "north")), at=road.at), road.at)
    (line,) = result(world, row)
    assert (line["Its state"], line["Image held"], line["Release"]) == (
        "Deployed",
        "yes",
        road.rollout.release.reference,
    )
    assert row.releases == [road.rollout.release_id]


def test_another_dcc_user_gets_versions_only(world, catalogue, served, network):
    row = work(send(world, file_of(hub_in(catalogue, "north")), who=network), world.at)
    assert (row.view, row.suppliers) == (View.VERSIONS, [])
    assert list(result(world, row, network)[0]) == ["Asked", "Result", "CHF", "Running version", "Known at"]


def test_dcc_asks_about_every_hub_and_a_csp_about_those_of_its_regions(world, catalogue, served):
    data = file_of(hub_in(catalogue, "north"), hub_in(catalogue, "birch"))
    assert work(send(world, data, who="manager"), world.at).answered == 2
    row = work(send(world, data, who="csp_north"), world.at)
    assert (row.answered, row.regions) == (1, ["north"])
    Organisation.objects.filter(pk=row.organisation_id).update(regions=["south"])
    with pytest.raises(NotAllowed, match="homes about which you may not ask any more"):
        result(world, row, "csp_north")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("EUI-64\n00".encode("utf-16"), "no text in UTF-8"),
        (b"EUI-64\n\xff\n", "no text in UTF-8"),
        (b"EUI-64\n00\x00\n", "no text in UTF-8"),
        (b"", "No row begins with an EUI-64"),
        (b"EUI-64\nx,00-00-00-00-00-00-00-02\n", "No row begins with an EUI-64"),
        (b"0\n" * (MOST_IN_FILE + 1), "The file has 100,001 rows"),
    ],
)
def test_what_cannot_be_asked_is_refused(world, data, said):
    with pytest.raises(Invalid, match=said):
        send(world, data)
    assert not FileEnquiry.objects.exists()


@pytest.mark.parametrize("who", ["secretary", "observer", "administrator"])
def test_nobody_else_asks(world, served, who):
    with pytest.raises(NotAllowed, match="Only DCC Users"):
        send(world, file_of(2), who=who)


def test_the_same_file_twice_is_one_while_it_is_under_way(world, served):
    one, again = (send(world, file_of(2)) for _ in range(2))
    assert one == again
    assert send(world, file_of(2), who="other_supplier") != one
    work(one, world.at)
    assert send(world, file_of(2)) != one


def test_a_file_sent_twice_between_two_statements_is_one_too(world, served):
    first = []
    with meanwhile("nextval", lambda: first.append(send(world, file_of(2)))):
        assert send(world, file_of(2)) == first[0]
    assert Entry.objects.filter(verb="ask_by_file").count() == FilePart.objects.count() == 1


def test_a_person_has_five_files_under_way_at_most(world, served):
    for number in range(can.MOST_UNDER_WAY):
        send(world, file_of(number))
    with pytest.raises(NotNow, match="5 files of yours are still being answered"):
        send(world, file_of(99))
    assert send(world, file_of(0)).rows == 1
    assert send(world, file_of(99), who="other_supplier").rows == 1


def test_it_is_journalled_and_told(world, catalogue, served):
    row = work(send(world, file_of(hub_in(catalogue, "north"), 10**9)), world.at)
    result(world, row)
    kept = Entry.objects.filter(subject_kind="enquiries.fileenquiry", subject_id=row.pk).order_by("pk")
    assert [entry.verb for entry in kept] == ["ask_by_file", "start_answering", "answer", "fetch_result"]
    assert kept[0].data == {"rows": 2, "hubs": 2, "sha256": row.digest}
    message = Message.objects.get(kind="enquiries.file_ended")
    assert message.subject == f"Hub enquiry {row} is answered"
    assert "hubs.csv: 1 of 2 hubs answered" in message.body
    assert [one.user_id for one in message.deliveries.all()] == [world.users["supplier"].pk]


# Rights, at the run and at the fetching


def test_a_file_is_answered_with_the_rights_its_asker_has_then(world, catalogue, served):
    row = send(world, file_of(hub_in(catalogue, "north")), who="rsa")
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    work(row, world.at)
    assert (row.state, row.answered, row.parts.count()) == (FileState.FAILED, 0, 0)
    assert "No supplier has appointed your organisation" in row.why
    assert "could not be answered" in Message.objects.get(kind="enquiries.file_ended").subject


def test_who_left_the_organisation_is_not_answered(world, catalogue, served):
    row = send(world, file_of(hub_in(catalogue, "north")))
    Membership.objects.filter(user=world.users["supplier"]).update(ends_at=world.at)
    assert "You do not act for Heron Power any more" in work(row, world.at).why


def test_a_change_of_rights_between_two_parts_ends_it(world, catalogue, served):
    row = send(world, file_of(2, 4, 6))
    assert verbs.answer_next(row.pk, by=PORTAL, at=world.at)
    FileEnquiry.objects.filter(pk=row.pk).update(view=View.VERSIONS)
    assert "has changed since this file was sent" in work(row, world.at).why


def test_an_agent_whose_appointment_has_ended_does_not_get_the_result(world, catalogue, served):
    row = work(send(world, file_of(hub_in(catalogue, "north")), who="rsa"), world.at)
    assert result(world, row, "rsa")[0]["Result"] == "answered"
    people.end_appointment(world.appointment, by=world.actor("supplier"), at=world.at)
    with pytest.raises(NotAllowed):
        result(world, row, "rsa")


def test_a_result_that_names_a_release_now_restricted_is_not_given(world, catalogue, road):
    row = work(send(world, file_of(hub_in(catalogue, "north")), at=road.at), road.at)
    road.rollout.release.readers.clear()
    Release.objects.filter(pk=road.rollout.release_id).update(classification="amber")
    with pytest.raises(NotAllowed, match="names a release that you may not know of any more"):
        result(world, row)


def test_a_file_is_its_senders_alone(world, served):
    row = send(world, file_of(2))
    for who, seen in (("supplier", 1), ("supplier_lead", 0), ("manager", 0)):
        assert queries.files(world.actor(who)).filter(pk=row.pk).count() == seen


# Workers that die, and files that break


def test_a_file_nobody_works_on_is_published_again_once(world, served):
    row = send(world, file_of(2, 4, 6))
    assert verbs.republish() == 0
    long_ago = timezone.now() - timedelta(minutes=1)
    FileEnquiry.objects.update(hinted_at=long_ago)
    assert [verbs.republish() for _ in range(2)] == [1, 0]
    assert verbs.answer_next(row.pk, by=PORTAL, at=world.at)
    FileEnquiry.objects.update(hinted_at=long_ago)
    tasks.sweep()
    tasks.answer(enquiry_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.worked) == (FileState.DONE, 3)
    FileEnquiry.objects.update(hinted_at=long_ago)
    assert verbs.republish() == 0
    assert verbs.answer_next(row.pk, by=PORTAL, at=world.at) is False


def test_a_file_that_breaks_is_given_up_and_said_so(world, served):
    row = send(world, file_of(2))
    FilePart.objects.update(repeats=[])
    tasks.answer(enquiry_id=row.pk)
    row.refresh_from_db()
    assert (row.state, "could not answer this file" in row.why) == (FileState.FAILED, True)
    verbs.give_up(row.pk, by=PORTAL, at=world.at)
    assert Message.objects.filter(kind="enquiries.file_ended").count() == 1


def test_what_a_dead_worker_left_in_the_store_is_written_over(world, served, django_capture_on_commit_callbacks):
    row = send(world, file_of(2))
    default_storage.save(f"enquiries/{row.reference}.csv", io.BytesIO(b"half"))
    work(row, world.at)
    assert row.result.name == f"enquiries/{row.reference}.csv"
    assert len(result(world, row)) == 1


def test_a_result_is_deleted_when_its_time_is_over(world, served, settings, django_capture_on_commit_callbacks):
    row = work(send(world, file_of(2)), world.at)
    kept = timedelta(days=settings.HUB_RESULTS_KEPT_DAYS)
    assert row.kept_until == world.at + kept
    assert verbs.expire_results(by=PORTAL, at=world.at + kept) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert verbs.expire_results(by=PORTAL, at=world.at + kept + timedelta(seconds=1)) == 1
    row.refresh_from_db()
    assert (row.state, row.result.name, row.rows) == (FileState.EXPIRED, "", 1)
    assert not default_storage.exists(f"enquiries/{row.reference}.csv")
    with pytest.raises(NotNow, match="deleted when its time was over"):
        result(world, row)
    tasks.expire_results()


# Pages and API


def test_a_file_is_sent_followed_and_fetched_by_page(sign_in_then, world, catalogue, served):
    client = sign_in_then("supplier")
    url, data = reverse("enquiries:files"), file_of(hub_in(catalogue, "north"), "00-DB")
    assert "No file yet" in text(client.get(url))
    sent = client.post(url, {"file": upload(data)}, follow=True)
    row = FileEnquiry.objects.get()
    assert sent.redirect_chain == [(reverse("enquiries:file", args=[row.reference]), 302)]
    assert "the first row was taken for one: EUI-64" in text(sent)
    assert "00-DB" in text(sent)
    assert not mistakes(text(sent))
    progress = reverse("enquiries:file_progress", args=[row.reference])
    assert "Rows done" in text(client.get(progress))
    wanted = reverse("enquiries:file_result", args=[row.reference])
    assert client.get(wanted).status_code == 409
    work(row, world.at)
    assert client.get(progress, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "Download the result as CSV" in text(client.get(sent.redirect_chain[0][0]))
    answer = client.get(wanted)
    assert len(table_of(b"".join(answer.streaming_content))) == 2
    assert f'filename="{row.reference}.csv"' in answer["Content-Disposition"]
    assert row.reference in text(client.get(url))
    sign_in_then("other_supplier")
    for foreign in (wanted, progress, sent.redirect_chain[0][0]):
        assert client.get(foreign).status_code == 404


def test_wrong_files_are_said_to_be_so(sign_in_then, served, monkeypatch):
    client, url = sign_in_then("supplier"), reverse("enquiries:files")
    assert "Choose CSV file" in text(client.post(url, {"csrfmiddlewaretoken": "x"}))
    wrong = client.post(url, {"file": upload(b"EUI-64\n")})
    assert wrong.status_code == 400
    assert "No row begins with an EUI-64" in text(wrong)
    assert not mistakes(text(wrong))
    monkeypatch.setattr("devices.enquiries.forms.MAX_BYTES", 5)
    assert "Divide it" in text(client.post(url, {"file": upload(b"EUI-64\n")}))


def test_nobody_sends_without_end(sign_in_then, served, monkeypatch):
    monkeypatch.setattr("devices.enquiries.file_views.A_MINUTE", 1)
    client, url = sign_in_then("supplier"), reverse("enquiries:files")
    assert client.post(url, {"file": upload(file_of(2))}).status_code == 302
    assert client.post(url, {"file": upload(file_of(4))}).status_code == 429


def test_the_page_says_that_too_many_are_under_way(sign_in_then, world, served):
    client = sign_in_then("supplier")
    for number in range(can.MOST_UNDER_WAY):
        send(world, file_of(number))
    assert "5 files of yours are still being answered" in text(client.get(reverse("enquiries:files")))


def test_a_file_is_sent_followed_and_fetched_by_api(sign_in_then, world, catalogue, served):
    client = sign_in_then("supplier")
    data = file_of(hub_in(catalogue, "north"))
    made = client.post(API, {"file": upload(data)})
    again = client.post(API, {"file": upload(data)})
    assert (made.status_code, again.json()["reference"]) == (201, made.json()["reference"])
    one = f"{API}{made.json()['reference']}/"
    assert client.get(f"{one}result/").status_code == 409
    work(FileEnquiry.objects.get(), world.at)
    assert (client.get(one).json()["state"], client.get(one).json()["answered"]) == ("done", 1)
    assert len(table_of(b"".join(client.get(f"{one}result/").streaming_content))) == 1
    wrong = client.post(API, {"file": upload(b"x")})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["file"])
    sign_in_then("other_supplier")
    assert client.get(one).status_code == 404


@pytest.mark.parametrize("url", ["/hubs/files/", API])
def test_a_list_of_files_costs_the_same_for_one_and_three(sign_in_then, world, served, url):
    client = sign_in_then("supplier")
    with same_queries() as cost:
        for count in (1, 2):
            for number in range(count):
                send(world, file_of(count, number))
            cost.of(lambda: client.get(url))
