"""Test evidence: what is kept of a document, who may read it, what a newer one does to it."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from portal.journal.models import Entry
from portal.workflow.errors import Invalid
from releases.publishing import documents, verbs
from releases.publishing.models import Evidence, Release
from releases.publishing.readiness import evidence_gaps
from tests.factories.releases import evidence_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def attach(world):
    def attach(release, **changes):
        facts = evidence_facts(**changes)
        return verbs.attach_evidence(release, facts, by=world.actor("manager"), at=world.at)

    return attach


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


def report(text=b"All passed.", name="report.txt"):
    return ContentFile(text, name)


def address(document):
    return reverse("publishing:evidence_file", args=[document.release.reference, document.pk])


def refusal(attach, release, **changes):
    with pytest.raises(Invalid) as caught:
        attach(release, **changes)
    return caught.value.fields


class TestFile:
    def test_its_kind_size_and_hash_are_kept(self, attach, announced):
        found = attach(announced, file=report())
        assert (found.file_kind, found.file_size, len(found.sha256)) == ("Plain text", 11, 64)
        assert found.file.name.endswith(".bin")

    def test_it_is_only_ever_downloaded(self, attach, announced, sign_in):
        answer = sign_in("supplier").get(address(attach(announced, file=report())))
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert ".txt" in answer["Content-Disposition"]

    def test_the_content_counts_and_not_the_name(self, attach, announced):
        wrong = refusal(attach, announced, file=report(b"<script>alert(1)</script>"))
        assert "By its content this file is none of these" in wrong["file"][0]
        lies = refusal(attach, announced, file=report(name="report.pdf"))
        assert "The name report.pdf does not fit: by its content the file is Plain text." in lies["file"][0]
        assert Evidence.objects.count() == 1

    def test_too_large_is_said_by_every_door(self, attach, announced, monkeypatch):
        monkeypatch.setattr(documents, "LARGEST", 5)
        assert "The file is larger than" in refusal(attach, announced, file=report())["file"][0]

    def test_the_page_keeps_what_was_typed(self, sign_in, announced):
        client = sign_in("manager")
        form = {"title": "My report", "region": "north", "file": report(b"MZ\x90\0", "report.pdf")}
        answer = client.post(reverse("publishing:attach_evidence", args=[announced.reference]), form)
        assert answer.status_code == 400
        assert 'value="My report"' in answer.content.decode()


class TestClassification:
    def test_a_document_may_be_stricter_than_its_release(self, attach, world, announced, sign_in):
        announced.readers.set([world.organisation("heron")])
        document = attach(announced, title="Strict one", classification="amber", file=report())
        page = reverse("publishing:release", args=[announced.reference])
        for who, sees in (("manager", True), ("supplier", True), ("rsa", True), ("other_supplier", False)):
            client = sign_in(who)
            assert ("Strict one" in client.get(page).content.decode()) is sees
            assert client.get(address(document)).status_code == (200 if sees else 404)

    def test_never_wider(self, attach, announced):
        assert "cannot be read more widely" in refusal(attach, announced, classification="white")["classification"][0]

    def test_names_come_from_the_release(self, attach, announced):
        assert "Name the organisations" in refusal(attach, announced, classification="amber")["classification"][0]
        assert "Name the people" in refusal(attach, announced, classification="red")["classification"][0]

    def test_the_releases_right_is_needed_too(self, attach, announced, client):
        document = attach(announced, classification="green", file=report())
        Release.objects.update(classification="white")
        assert client.get(address(document)).status_code == 404
        Evidence.objects.update(classification="")
        assert client.get(address(document)).status_code == 200

    def test_a_download_of_red_is_journalled_once(self, attach, world, announced, sign_in):
        announced.named_people.set([world.users["observer"]])
        document = attach(announced, classification="red", file=report())
        assert sign_in("supplier").get(address(document)).status_code == 404
        client = sign_in("observer")
        assert client.get(address(document)).status_code == 200
        (entry,) = Entry.objects.filter(verb="read_red")
        assert (entry.actor_id, entry.data) == (world.users["observer"].pk, {"what": address(document)})
        Release.objects.update(classification="red")
        client.get(address(document))
        assert Entry.objects.filter(verb="read_red").count() == 2


class TestReplacing:
    def test_the_old_one_is_kept_and_marked(self, attach, announced, sign_in):
        old = Evidence.objects.get()
        new = attach(announced, title="Second issue", replaces=old)
        old.refresh_from_db()
        assert old.replaced_by == new
        page = sign_in("supplier").get(reverse("publishing:release", args=[announced.reference])).content.decode()
        assert "Replaced on 9 January 2017." in page

    def test_only_once_and_only_of_this_release(self, attach, world, catalogue, announced, draft):
        old = Evidence.objects.get()
        attach(announced, replaces=old)
        old.refresh_from_db()
        assert "not replaced yet" in refusal(attach, announced, replaces=old)["replaces"][0]
        other = attach(draft)
        assert "of this release" in refusal(attach, announced, replaces=other)["replaces"][0]

    def test_gaps_are_named_by_region(self, attach, announced, sign_in):
        old = Evidence.objects.get()
        assert evidence_gaps(announced) == []
        north = attach(announced, region="north", replaces=old)
        assert evidence_gaps(announced) == ["South"]
        page = sign_in("supplier").get(reverse("publishing:release", args=[announced.reference])).content.decode()
        assert "No evidence yet for: <strong>South</strong>" in page
        attach(announced, region="all", replaces=north, signed_on=date(2017, 1, 9))
        assert evidence_gaps(announced) == []
