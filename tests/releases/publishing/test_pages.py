from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.working_days import start_of
from releases.publishing import queries, verbs
from releases.publishing.forms import box
from releases.publishing.models import Release
from releases.publishing.notes import parse
from tests.factories.releases import NOTES, facts, image_bytes, make_announced, make_draft, make_ready
from tests.html import mistakes

pytestmark = pytest.mark.django_db
DATES = {"planned_deployment_at": "2017-01-17T00:00", "planned_activation_at": "2017-01-30T00:00"}


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


def address(name, release, *rest):
    return reverse(f"publishing:{name}", args=[release.reference, *rest])


def words(response):
    return response.content.decode()


def boxes(markdown, *, based_on):
    """Return what the desk's boxes send for these notes."""
    return {box(title): text for title, text in parse(markdown).items()} | {"based_on": based_on}


def answers(catalogue, **changes):
    form = {
        "title": "Joining after a power cut",
        "hub_models": [catalogue.models["alder"].pk],
        "firmware_version": "0a010200",
        "from_versions": [],
        "urgency_class": "urgent",
        "approach": "consultation",
        "classification": "green",
        **DATES,
    }
    return form | changes


class TestList:
    def test_everybody_reads_what_they_may(self, sign_in, announced, draft):
        page = words(sign_in("supplier").get("/releases/"))
        assert announced.reference in page
        assert f">{draft.reference}<" not in page
        assert "Draft a release" not in page
        assert "Draft a release" in words(sign_in("manager").get("/releases/"))

    def test_the_public_reads_white_ones(self, client, announced):
        assert "No releases here" in words(client.get("/releases/"))
        Release.objects.update(classification="white")
        assert announced.reference in words(client.get("/releases/"))

    def test_filters_are_in_the_address(self, sign_in, announced, draft):
        client = sign_in("manager")
        page = words(client.get("/releases/?state=draft&search=power&sort=-reference"))
        assert f">{draft.reference}<" in page
        assert f">{announced.reference}<" not in page
        assert "1 release<" in page
        assert client.get("/releases/?state=nonsense&page=x").status_code == 200

    def test_rows_add_no_queries(self, sign_in, world, catalogue, django_assert_max_num_queries):
        client = sign_in("manager")
        make_draft(world, catalogue)
        client.get("/releases/")
        counts = []
        for more in range(2):
            for _ in range(2 * more):
                make_draft(world, catalogue, hub_models=list(catalogue.models.values()), from_versions=[])
            with django_assert_max_num_queries(40) as captured:
                client.get("/releases/")
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestRelease:
    @pytest.mark.parametrize("who", ["supplier", "rsa", "secretary", "observer", "csp_north", "member"])
    def test_a_draft_is_not_there_for_others(self, sign_in, draft, who):
        for name in ("release", "edit_release", "announce", "save_notes", "revisions", "withdraw", "acknowledge"):
            assert sign_in(who).get(address(name, draft)).status_code == 404

    def test_dcc_sees_what_is_missing(self, sign_in, draft):
        page = words(sign_in("manager").get(address("release", draft)))
        assert "Before it can be announced" in page
        assert "No firmware image is attached." in page
        assert "As if notice were served now." in page

    def test_a_supplier_reads_dates_notes_and_own_homes(self, sign_in, announced):
        page = words(sign_in("supplier").get(address("release", announced)))
        assert "Puts the joining defect right." in page
        assert "Acknowledge the notice" in page
        assert "<strong>350</strong> homes of yours" in page
        assert "7 clear days, from 10 January 2017 to 16 January 2017" in page
        assert "Service of the notice" not in page
        assert "Withdraw" not in page

    def test_dcc_sees_who_was_served(self, sign_in, world, announced):
        verbs.acknowledge(
            announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at, test_days_needed=4
        )
        page = words(sign_in("manager").get(address("release", announced)))
        assert "Service of the notice" in page
        assert "1 of 4" in page
        assert address("serve_by_other_means", announced, "osprey-gas") in page
        assert address("serve_by_other_means", announced, "heron-power") not in page

    def test_recipients_add_no_queries(self, sign_in, announced, world, django_assert_max_num_queries):
        client = sign_in("manager")
        client.get(address("release", announced))
        counts = []
        for name in ("heron", "osprey"):
            verbs.serve_by_other_means(
                announced, world.organisations[name], why="By hand", by=world.actor("manager"), at=world.at
            )
            with django_assert_max_num_queries(120) as captured:
                client.get(address("release", announced))
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_the_public_reads_a_white_release_without_signing_in(self, client, announced):
        assert client.get(address("release", announced)).status_code == 404
        Release.objects.update(classification="white")
        page = words(client.get(address("release", announced)))
        assert "Puts the joining defect right." in page
        assert "What you can do" not in page

    @pytest.mark.parametrize("state", Release.machine.moves)
    def test_it_shows_in_every_state(self, sign_in, announced, state):
        Release.objects.update(state=state)
        for who in ("manager", "supplier"):
            assert sign_in(who).get(address("release", announced)).status_code == 200

    def test_a_draft_that_ended_shows_no_dates(self, sign_in, world, draft):
        verbs.withdraw(draft, by=world.actor("manager"), at=world.at, why="Not needed")
        assert 'id="dates"' not in words(sign_in("manager").get(address("release", draft)))

    def test_an_emergency_shows_why_its_proposer_cannot_approve(self, sign_in, world, catalogue):
        release = make_draft(
            world, catalogue, urgency_class="emergency", emergency_reason="Silence", emergency_citation="IS-7"
        )
        page = words(sign_in("manager").get(address("release", release)))
        assert "You proposed this release: a second release manager must approve it." in page

    def test_notes_are_cleaned(self, sign_in, world, announced):
        text = NOTES + "\n<script>alert(1)</script> [x](javascript:alert(1))\n"
        verbs.save_notes(announced, text, by=world.actor("manager"), at=world.at)
        page = words(sign_in("manager").get(address("release", announced)))
        assert "<script>alert" not in page
        assert 'href="javascript' not in page


class TestDrafting:
    def test_from_empty_to_announced(self, sign_in, world, catalogue):
        client = sign_in("manager")
        response = client.post("/releases/draft/", answers(catalogue))
        release = Release.objects.get()
        assert response.url == address("release", release)
        file = SimpleUploadedFile("hub.ota", image_bytes())
        assert client.post(address("attach_image", release), {"file": file, "seen": 1}).status_code == 302
        release.refresh_from_db()
        client.post(address("save_notes", release), boxes(NOTES, based_on=1))
        report = {
            "title": "Report",
            "region": "all",
            "environment": "Laboratory",
            "signatory": "A. Tester",
            "signed_on": "2017-01-06",
            "summary": "Passed",
            "file": SimpleUploadedFile("report.pdf", b"%PDF-1.7"),
        }
        assert client.post(address("attach_evidence", release), report).status_code == 302
        check = words(client.get(address("announce", release)))
        assert "4 organisations" in check
        assert "<strong>350</strong> homes" in check
        release.refresh_from_db()
        assert client.post(address("announce", release), {"seen": release.version}).status_code == 302
        release.refresh_from_db()
        assert release.state == "notified"
        evidence = release.evidence.get()
        kept = client.get(address("evidence_file", release, evidence.pk))
        assert b"".join(kept.streaming_content) == b"%PDF-1.7"
        assert kept["Content-Disposition"].startswith("attachment")

    def test_mistakes_are_shown_beside_the_fields(self, sign_in, catalogue):
        page = sign_in("manager").post("/releases/draft/", answers(catalogue, firmware_version="1.2"))
        assert page.status_code == 400
        assert "Give the version as eight hexadecimal digits" in words(page)
        assert "Joining after a power cut" in words(page)
        far = sign_in("manager").post("/releases/draft/", answers(catalogue, planned_activation_at="9999-12-31T00:00"))
        assert "Choose a date between 2016 and 2099." in words(far)

    def test_a_stale_form_is_told_so(self, sign_in, world, catalogue, draft):
        client = sign_in("manager")
        assert f'name="seen" value="{draft.version}"' in words(client.get(address("edit_release", draft)))
        verbs.edit_release(draft, facts(catalogue, title="Faster"), by=world.actor("second_manager"), at=world.at)
        late = client.post(address("edit_release", draft), answers(catalogue, title="Slower", seen=1))
        assert late.status_code == 409
        assert "Somebody else changed this after you opened the page" in words(late)
        fresh = client.post(address("edit_release", draft), answers(catalogue, title="Slower", seen=2))
        assert fresh.status_code == 302

    def test_others_are_refused_with_a_sentence(self, sign_in, announced):
        page = sign_in("supplier").get("/releases/draft/")
        assert page.status_code == 403
        assert "Only a DCC release manager may do this." in words(page)
        assert sign_in("supplier").get(address("announce", announced)).status_code == 403
        assert sign_in("supplier").post(address("publish_notes", announced)).status_code == 403

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "The file is empty."),
            (b"PK\x03\x04" + b"x" * 100, "This is a ZIP archive, not a ZigBee OTA image."),
            (image_bytes()[:-5], "The file is truncated"),
            (image_bytes(manufacturer_code=1), "The image is of manufacturer 0001; Alder 1 is of 10F2."),
        ],
    )
    def test_what_is_no_fitting_image_is_refused_beside_the_field(self, sign_in, draft, data, sentence):
        page = sign_in("manager").post(
            address("attach_image", draft), {"file": SimpleUploadedFile("hub.ota", data), "seen": 1}
        )
        assert page.status_code == 400
        assert sentence in words(page)

    def test_notes_are_previewed_without_saving(self, sign_in, draft):
        page = words(
            sign_in("manager").post(
                address("save_notes", draft), boxes("## Summary\n\n**Loud**", based_on=1) | {"preview": "yes"}
            )
        )
        assert "<strong>Loud</strong>" in page
        assert draft.notes.count() == 1

    def test_the_dates_of_another_class_can_be_tried(self, sign_in, catalogue):
        client = sign_in("manager")
        asked = "urgency_class=major&approach=consultation&announced_at=2017-01-09T12:00"
        page = words(client.get(f"/releases/what-if/?{asked}"))
        assert "4 April 2017" in page and "60 clear Working Days" in page
        assert "Earliest deployment" in words(client.get("/releases/what-if/"))
        bad = client.get("/releases/what-if/?urgency_class=major&approach=consultation&announced_at=1999-01-01T00:00")
        assert bad.status_code == 400
        scheduled = words(client.get(f"/releases/what-if/?{asked}".replace("consultation", "scheduling")))
        assert "not known before the schedule is confirmed" in scheduled

    def test_a_draft_leads_to_its_own_what_if(self, sign_in, draft):
        client = sign_in("manager")
        asked = "/releases/what-if/?urgency_class=urgent&amp;approach=consultation&amp;announced_at=2017-01-09T12:00"
        for name in ("release", "edit_release"):
            assert asked in words(client.get(address(name, draft)))
        assert client.get(asked.replace("&amp;", "&")).status_code == 200

    def test_a_document_over_the_limit_is_refused(self, sign_in, draft, monkeypatch):
        file = SimpleUploadedFile("big.pdf", b"x" * (20 * 1024 * 1024 + 1))
        page = sign_in("manager").post(address("attach_evidence", draft), {"file": file})
        assert "The file is larger than 20 MB" in words(page)


class TestRevisions:
    def test_each_shows_what_it_changed(self, sign_in, world, announced):
        verbs.save_notes(
            announced, NOTES.replace("None known.", "One is known."), by=world.actor("manager"), at=world.at
        )
        page = words(sign_in("manager").get(address("revisions", announced)))
        assert '<ins><span class="govuk-visually-hidden">[added: </span>One is<span' in page
        assert '<del><span class="govuk-visually-hidden">[removed: </span>None<span' in page
        first = words(sign_in("manager").get(address("revisions", announced) + "?revision=1"))
        assert "Revision 1, the first you may read" in first
        assert sign_in("manager").get(address("revisions", announced) + "?revision=9").status_code == 404
        assert "One is known." not in words(sign_in("supplier").get(address("revisions", announced)))

    def test_without_notes_it_says_so(self, sign_in, draft):
        draft.notes.all().delete()
        assert "No notes yet" in words(sign_in("manager").get(address("revisions", draft)))

    def test_a_new_revision_is_published(self, sign_in, world, announced):
        verbs.save_notes(announced, NOTES + "\nMore.\n", by=world.actor("manager"), at=world.at)
        assert sign_in("manager").post(address("publish_notes", announced)).status_code == 302
        assert queries.current_notes(announced, drafts=False).number == 3


class TestDeciding:
    def test_announce_says_what_is_lacking(self, sign_in, draft):
        client = sign_in("manager")
        page = words(client.get(address("announce", draft)))
        assert "The release notes lack: Summary" in page
        late = client.post(address("announce", draft), {"seen": draft.version})
        assert late.status_code == 409
        assert "No firmware image is attached." in words(late)

    def test_a_double_click_announces_once(self, sign_in, ready):
        client = sign_in("manager")
        answers = [client.post(address("announce", ready), {"seen": ready.version}).status_code for _ in range(2)]
        assert answers == [302, 409]

    def test_a_supplier_acknowledges_once(self, sign_in, world, announced):
        client = sign_in("supplier")
        page = words(client.get(address("acknowledge", announced)))
        assert "Heron Power" in page
        form = {"organisation": world.organisations["heron"].pk, "test_days_needed": 5, "remark": "", "seen": 1}
        assert client.post(address("acknowledge", announced), form).status_code == 302
        again = client.post(address("acknowledge", announced), form)
        assert again.status_code == 409
        assert "There is nothing left to acknowledge" in words(again)

    def test_a_draft_has_nothing_to_acknowledge(self, sign_in, draft):
        page = sign_in("manager").get(address("acknowledge", draft))
        assert page.status_code == 409
        assert "No notice of this release is in force." in words(page)

    def test_a_second_manager_approves(self, sign_in, world, catalogue):
        release = make_draft(
            world, catalogue, urgency_class="emergency", emergency_reason="Silence", emergency_citation="IS-7"
        )
        own = sign_in("manager").get(address("approve_emergency", release))
        assert own.status_code == 403
        client = sign_in("second_manager")
        assert "Silence" in words(client.get(address("approve_emergency", release)))
        assert client.post(address("approve_emergency", release), {"seen": release.version}).status_code == 302

    def test_service_by_other_means_needs_its_reason(self, sign_in, announced):
        client = sign_in("manager")
        where = address("serve_by_other_means", announced, "heron-power")
        assert client.get(where).status_code == 200
        assert client.post(where, {"why": ""}).status_code == 400
        assert client.post(where, {"why": "By courier"}).status_code == 302
        assert client.get(where).status_code == 409
        assert client.get(address("serve_by_other_means", announced, "nobody")).status_code == 404

    def test_dates_move_later(self, sign_in, announced):
        client = sign_in("manager")
        assert client.get(address("amend", announced)).status_code == 200
        form = {**DATES, "planned_activation_at": "2017-02-06T00:00", "why": "More time"}
        assert client.post(address("amend", announced), form).status_code == 302
        earlier = client.post(address("amend", announced), form | {"planned_activation_at": "2017-02-05T00:00"})
        assert earlier.status_code == 409

    @pytest.mark.parametrize(("name", "state"), [("return_to_draft", "draft"), ("withdraw", "withdrawn")])
    def test_endings_need_a_reason(self, sign_in, announced, name, state):
        client = sign_in("manager")
        page = words(client.get(address(name, announced)))
        assert "<strong>350</strong> homes" in page
        assert client.post(address(name, announced), {"why": ""}).status_code == 400
        assert client.post(address(name, announced), {"why": "A retest"}).status_code == 302
        announced.refresh_from_db()
        assert announced.state == state

    def test_superseding(self, sign_in, world, catalogue, announced):
        successor = make_announced(world, catalogue)
        client = sign_in("manager")
        page = client.get(address("supersede", announced))
        assert [one.pk for one in page.context["form"].fields["successor"].queryset] == [successor.pk]
        form = {"why": "Better", "successor": successor.pk}
        assert client.post(address("supersede", announced), form).status_code == 302
        page = words(client.get(address("release", announced)))
        assert f"Superseded by {successor.reference}" in page

    def test_a_closed_release_is_not_ended(self, sign_in, announced):
        Release.objects.update(state="closed")
        for name in ("withdraw", "supersede"):
            assert sign_in("manager").get(address(name, announced)).status_code == 409

    @pytest.mark.parametrize("name", ["withdraw", "announce", "edit_release", "acknowledge", "attach_image"])
    def test_the_public_is_asked_to_sign_in(self, client, announced, name):
        Release.objects.update(classification="white")
        answer = client.get(address(name, announced))
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.url


class TestFiles:
    def test_images_are_downloaded_by_dcc_and_csps(self, sign_in, announced):
        for who in ("manager", "csp_north"):
            answer = sign_in(who).get(address("download_image", announced))
            assert b"".join(answer.streaming_content) == image_bytes()
            assert answer["Content-Type"] == "application/octet-stream"
        assert sign_in("supplier").get(address("download_image", announced)).status_code == 403

    def test_a_draft_without_image_has_no_file(self, sign_in, draft):
        assert sign_in("manager").get(address("download_image", draft)).status_code == 404

    def test_evidence_of_another_release_is_not_there(self, sign_in, announced, world, catalogue):
        other = make_ready(world, catalogue).evidence.get()
        assert sign_in("manager").get(address("evidence_file", announced, other.pk)).status_code == 404


class TestFeed:
    def test_the_public_feed_holds_white_announced_releases(self, client, world, catalogue, announced):
        make_draft(world, catalogue, classification="white")
        assert b"<entry>" not in client.get("/releases/feed/").content
        Release.objects.update(classification="white")
        feed = client.get("/releases/feed/")
        assert feed["Content-Type"].startswith("application/atom+xml")
        assert feed.content.count(b"<entry>") == 1
        assert announced.reference.encode() in feed.content
        assert b"2017-01-09T12:00:00+00:00" in feed.content


def test_amber_is_not_there_for_another_organisation(sign_in, world, announced):
    Release.objects.update(classification="amber")
    announced.readers.set([world.organisations["heron"]])
    client = sign_in("other_supplier")
    for name in ("release", "revisions", "download_image", "acknowledge", "withdraw"):
        assert client.get(address(name, announced)).status_code == 404
    assert announced.reference not in words(client.get("/releases/"))
    assert sign_in("supplier").get(address("release", announced)).status_code == 200
    assert Client().get(address("release", announced)).status_code == 404


def test_a_deferral_is_shown(sign_in, world, announced):
    until = start_of(date(2017, 3, 1))
    verbs.defer(announced, until=until, by=world.actor("secretary"), at=world.at + timedelta(days=1))
    assert "activation is deferred" in words(sign_in("supplier").get(address("release", announced)))


@pytest.mark.parametrize(
    "name",
    [
        "release",
        "edit_release",
        "attach_image",
        "attach_evidence",
        "save_notes",
        "revisions",
        "announce",
        "withdraw",
        "supersede",
    ],
)
def test_pages_of_a_draft_are_well_formed(sign_in, ready, name):
    assert mistakes(words(sign_in("manager").get(address(name, ready)))) == []


@pytest.mark.parametrize("name", ["release", "acknowledge", "revisions"])
def test_pages_a_supplier_reads_are_well_formed(sign_in, announced, name):
    assert mistakes(words(sign_in("supplier").get(address(name, announced)))) == []


@pytest.mark.parametrize("name", ["release", "amend", "return_to_draft", "withdraw"])
def test_pages_of_a_release_in_service_are_well_formed(sign_in, announced, name):
    assert mistakes(words(sign_in("manager").get(address(name, announced)))) == []


@pytest.mark.parametrize("where", ["/releases/", "/releases/draft/", "/releases/what-if/"])
def test_pages_about_all_releases_are_well_formed(sign_in, announced, where):
    client = sign_in("manager")
    assert mistakes(words(client.get(where))) == []
    if where == "/releases/draft/":
        assert mistakes(words(client.post(where, {}))) == []
