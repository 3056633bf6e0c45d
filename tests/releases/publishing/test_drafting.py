import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.products.models import Image
from releases.publishing import verbs
from releases.publishing.models import UrgencyClass
from releases.publishing.states import ReleaseState
from tests.factories.releases import (
    NOTES,
    evidence_facts,
    facts,
    image_bytes,
    image_file,
    make_draft,
    make_ready,
)

pytestmark = pytest.mark.django_db
EMERGENCY = {"urgency_class": "emergency", "emergency_reason": "Meters fall silent", "emergency_citation": "IS-7"}


@pytest.fixture
def manager(world):
    return world.actor("manager")


def journalled(release):
    rows = Entry.objects.filter(subject_kind="publishing.release", subject_id=release.pk)
    return list(rows.order_by("id").values_list("verb", flat=True))


class TestDraft:
    def test_references_count_within_the_year(self, world, catalogue):
        first, second = make_draft(world, catalogue), make_draft(world, catalogue)
        next_year = make_draft(world, catalogue, at=world.at + timedelta(days=365))
        assert [r.reference for r in (first, second, next_year)] == ["FW-2017-001", "FW-2017-002", "FW-2018-001"]

    def test_it_begins_with_the_sections_its_class_requires(self, draft):
        assert draft.state == ReleaseState.DRAFT
        assert draft.notes.get().markdown.startswith("## Summary\n")
        assert "## Rollback plan" in draft.notes.get().markdown
        assert journalled(draft) == ["draft_release"]

    @pytest.mark.parametrize("who", ["supplier", "rsa", "secretary", "observer", "administrator", "chair"])
    def test_only_dcc_drafts(self, world, catalogue, who):
        with pytest.raises(NotAllowed, match="Only a DCC release manager"):
            verbs.draft_release(facts(catalogue), by=world.actor(who), at=world.at)

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("firmware_version", "1.2.3", "eight hexadecimal digits"),
            ("hub_models", [], "at least one hub model"),
            ("urgency_class", "leisurely", "No version of this class"),
            ("classification", "amber", "names the organisations"),
            ("classification", "red", "names the people"),
        ],
    )
    def test_contradictions_are_named(self, world, catalogue, manager, field, value, sentence):
        with pytest.raises(Invalid) as caught:
            verbs.draft_release(replace(facts(catalogue), **{field: value}), by=manager, at=world.at)
        assert sentence in str(caught.value.fields)

    def test_activation_cannot_be_planned_before_deployment(self, world, catalogue, manager):
        good = facts(catalogue)
        bad = replace(good, planned_activation_at=good.planned_deployment_at - timedelta(days=1))
        with pytest.raises(Invalid) as caught:
            verbs.draft_release(bad, by=manager, at=world.at)
        assert caught.value.fields == {"planned_activation_at": ["Activation cannot be planned before deployment."]}

    def test_from_versions_belong_to_the_hub_models(self, world, catalogue, manager):
        strange = replace(facts(catalogue), from_versions=[catalogue.versions["birch 0A010100"]])
        with pytest.raises(Invalid) as caught:
            verbs.draft_release(strange, by=manager, at=world.at)
        assert list(caught.value.fields) == ["from_versions"]


class TestEdit:
    def test_a_draft_is_changed_and_its_version_rises(self, world, catalogue, draft, manager):
        edited = verbs.edit_release(
            draft, facts(catalogue, title="New title", urgency_class="major"), by=manager, at=world.at, seen=1
        )
        assert (edited.title, edited.urgency_class.name, edited.version) == ("New title", "major", 2)
        assert journalled(draft) == ["draft_release", "edit_release"]

    def test_a_stale_page_is_told_so(self, world, catalogue, draft, manager):
        verbs.edit_release(draft, facts(catalogue, title="First"), by=manager, at=world.at, seen=1)
        with pytest.raises(NotNow, match="Somebody else changed this"):
            verbs.edit_release(draft, facts(catalogue, title="Second"), by=manager, at=world.at, seen=1)

    def test_an_announced_release_is_not_edited(self, world, catalogue, announced, manager):
        with pytest.raises(NotNow, match="is notified: this is possible only while it is draft"):
            verbs.edit_release(announced, facts(catalogue), by=manager, at=world.at)

    def test_a_supplier_does_not_edit(self, world, catalogue, draft):
        with pytest.raises(NotAllowed):
            verbs.edit_release(draft, facts(catalogue), by=world.actor("supplier"), at=world.at)


class TestImage:
    def test_a_fitting_image_is_stored_by_its_hash(self, world, draft, manager, settings):
        release = verbs.attach_image(draft, image_file(), by=manager, at=world.at)
        image = release.image
        assert image.file.name == f"images/{image.sha256}.ota"
        assert image.file.read() == image_bytes()
        assert (image.size, image.file_version, image.hardware_max) == (len(image_bytes()), "0A010200", 4)
        assert image.header["header_string"] == "Alder hub"

    def test_the_same_bytes_are_stored_once(self, world, catalogue, manager):
        releases = [
            verbs.attach_image(make_draft(world, catalogue), image_file(), by=manager, at=world.at) for _ in range(2)
        ]
        assert releases[0].image == releases[1].image
        assert Image.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"manufacturer_code": 0x1111}, "The image is of manufacturer 1111; Alder 1 is of 10F2."),
            ({"image_type": 9}, "The image has type 0009; Alder 1 takes type 0001."),
            ({"hardware": (2, 4)}, "The image is for hardware 0002 to 0004; Alder 1 has hardware 0001 to 0002."),
            ({"file_version": 0x0A010300}, "firmware version 0A010300; the release is of 0A010200."),
        ],
    )
    def test_each_mismatch_is_named_and_nothing_is_stored(self, world, draft, manager, changes, sentence):
        with pytest.raises(Invalid) as caught:
            verbs.attach_image(draft, image_file(**changes), by=manager, at=world.at)
        assert sentence in caught.value.reason
        assert caught.value.fields["file"] == [caught.value.reason]
        assert not Image.objects.exists()

    def test_every_mismatch_is_named_at_once(self, world, draft, manager):
        with pytest.raises(Invalid) as caught:
            verbs.attach_image(draft, image_file(manufacturer_code=1, image_type=9), by=manager, at=world.at)
        assert len(caught.value.fields["file"]) == 2

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "The file is empty."),
            (b"PK\x03\x04 renamed" * 9, "This is a ZIP archive, not a ZigBee OTA image."),
            (image_bytes()[:-1], "The file is truncated"),
            (image_bytes()[:40], "The file ends inside the OTA header"),
            (image_bytes() + b"\0", "The file is longer than its header states"),
        ],
    )
    def test_what_is_no_image_is_refused_with_a_sentence(self, world, draft, manager, data, sentence):
        with pytest.raises(Invalid, match=sentence):
            verbs.attach_image(draft, io.BytesIO(data), by=manager, at=world.at)

    def test_one_byte_over_the_limit_is_refused(self, world, draft, manager, settings):
        settings.IMAGE_MAX_BYTES = 1024 * 1024
        exact = 1024 * 1024 - (len(image_bytes()) - len(b"firmware of the hub " * 50))
        kept = verbs.attach_image(draft, image_file(payload=b"x" * exact), by=manager, at=world.at)
        assert kept.image.size == settings.IMAGE_MAX_BYTES
        with pytest.raises(Invalid, match="The file is larger than the limit of 1 MB."):
            verbs.attach_image(draft, image_file(payload=b"x" * (exact + 1)), by=manager, at=world.at)

    def test_another_hash_than_listed_is_refused(self, world, catalogue, draft, manager):
        entry = catalogue.versions["alder 0A010200"]
        entry.image_hash = "ab" * 32
        entry.save()
        with pytest.raises(Invalid, match="Central Products List has one that begins with abababababab"):
            verbs.attach_image(draft, image_file(), by=manager, at=world.at)

    def test_a_leftover_file_of_a_failed_upload_is_replaced(self, world, draft, manager):
        with transaction.atomic():
            first = verbs.attach_image(draft, image_file(), by=manager, at=world.at)
            path, storage = first.image.file.name, first.image.file.storage
            transaction.set_rollback(True)
        with storage.open(path, "wb") as file:
            file.write(b"half")
        again = verbs.attach_image(draft, image_file(), by=manager, at=world.at)
        assert again.image.file.name == path
        assert again.image.file.read() == image_bytes()

    def test_an_announced_release_keeps_its_image(self, world, announced, manager):
        with pytest.raises(NotNow, match="only while it is draft"):
            verbs.attach_image(announced, image_file(), by=manager, at=world.at)


class TestNotes:
    def test_each_save_is_a_revision(self, world, draft, manager):
        second = verbs.save_notes(draft, "## Summary\r\n\r\nFixes", by=manager, at=world.at)
        assert (second.number, second.markdown, second.published_at) == (2, "## Summary\n\nFixes\n", None)
        assert verbs.save_notes(draft, "## Summary\n\nFixes\n\n", by=manager, at=world.at) == second
        assert draft.notes.count() == 2

    def test_notes_have_a_limit(self, world, draft, manager):
        with pytest.raises(Invalid) as caught:
            verbs.save_notes(draft, "x" * 200_001, by=manager, at=world.at)
        assert caught.value.fields == {"markdown": ["Keep the notes under 200,000 characters."]}

    def test_nobody_changes_locked_notes(self, world, draft, manager):
        secretary = world.actor("secretary")
        verbs.lock_notes(draft, by=secretary, at=world.at, why="ballot B-1 is open")
        with pytest.raises(NotNow, match="The notes are locked: ballot B-1 is open."):
            verbs.save_notes(draft, "## Summary", by=manager, at=world.at)
        verbs.free_notes(draft, by=secretary, at=world.at)
        assert verbs.save_notes(draft, "## Summary\n\nFree.", by=manager, at=world.at).number == 2

    def test_only_ballots_lock_notes(self, world, draft):
        for verb in (verbs.lock_notes, verbs.free_notes):
            extra = {"why": "no reason"} if verb is verbs.lock_notes else {}
            with pytest.raises(NotAllowed, match="Only a ballot"):
                verb(draft, by=world.actor("supplier"), at=world.at, **extra)

    def test_finished_releases_keep_their_notes(self, world, draft, manager):
        withdrawn = verbs.withdraw(draft, by=manager, at=world.at, why="not needed")
        with pytest.raises(NotNow, match="its notes stay as they are"):
            verbs.save_notes(withdrawn, "## Summary", by=manager, at=world.at)

    def test_a_revision_after_announcement_is_published_by_itself(self, world, announced, manager):
        revision = verbs.save_notes(announced, NOTES + "\nMore.\n", by=manager, at=world.at)
        published = verbs.publish_notes(announced, by=manager, at=world.at)
        assert (published.pk, published.published_at) == (revision.pk, world.at)
        message = Message.objects.get(kind="publishing.notes_published")
        assert "Revision 3 of the release notes" in message.body
        with pytest.raises(NotNow, match="There is no unpublished revision"):
            verbs.publish_notes(announced, by=manager, at=world.at)

    def test_incomplete_notes_are_not_published(self, world, announced, manager):
        verbs.save_notes(announced, "## Summary\n\nShort.", by=manager, at=world.at)
        with pytest.raises(Invalid, match="The release notes lack: What changes"):
            verbs.publish_notes(announced, by=manager, at=world.at)

    def test_notes_of_a_draft_wait_for_the_notice(self, world, draft, manager):
        with pytest.raises(NotNow, match="published with its notice"):
            verbs.publish_notes(draft, by=manager, at=world.at)

    def test_locked_notes_are_not_published_either(self, world, announced, manager):
        verbs.save_notes(announced, NOTES + "\nMore.\n", by=manager, at=world.at)
        verbs.lock_notes(announced, by=world.actor("secretary"), at=world.at, why="a ballot")
        with pytest.raises(NotNow, match="locked"):
            verbs.publish_notes(announced, by=manager, at=world.at)


class TestEvidence:
    def test_a_document_is_kept_with_its_hash(self, world, draft, manager):
        file = ContentFile(b"signed report", name="../../report.txt")
        kept = verbs.attach_evidence(draft, evidence_facts(file=file), by=manager, at=world.at)
        assert kept.file.name == f"evidence/{kept.sha256}.bin"
        assert kept.file.read() == b"signed report"

    def test_nothing_is_signed_in_the_future(self, world, draft, manager):
        with pytest.raises(Invalid) as caught:
            verbs.attach_evidence(draft, evidence_facts(signed_on=date(2018, 1, 1)), by=manager, at=world.at)
        assert caught.value.fields == {"signed_on": ["It cannot be signed in the future."]}

    def test_finished_releases_take_none(self, world, draft, manager):
        verbs.withdraw(draft, by=manager, at=world.at, why="not needed")
        with pytest.raises(NotNow, match="no evidence can be added"):
            verbs.attach_evidence(draft, evidence_facts(), by=manager, at=world.at)


class TestEmergency:
    def test_a_second_manager_approves(self, world, catalogue):
        release = make_draft(world, catalogue, **EMERGENCY)
        approved = verbs.approve_emergency(release, by=world.actor("second_manager"), at=world.at)
        assert approved.emergency_approved_by == world.users["second_manager"]
        with pytest.raises(NotNow, match="already approved"):
            verbs.approve_emergency(release, by=world.actor("second_manager"), at=world.at)

    def test_nobody_approves_their_own_work(self, world, catalogue, manager):
        release = make_draft(world, catalogue, **EMERGENCY)
        with pytest.raises(NotAllowed, match="You proposed this release"):
            verbs.approve_emergency(release, by=manager, at=world.at)

    def test_a_supplier_approves_nothing(self, world, catalogue):
        release = make_draft(world, catalogue, **EMERGENCY)
        with pytest.raises(NotAllowed, match="Only a DCC release manager approves"):
            verbs.approve_emergency(release, by=world.actor("supplier"), at=world.at)

    def test_the_other_managers_are_asked(self, world, catalogue):
        make_draft(world, catalogue, **EMERGENCY)
        asked = Message.objects.get(kind="publishing.approval_wanted")
        assert [one.recipient for one in asked.deliveries.all()] == ["Second Manager"]
        assert "It cites: IS-7" in asked.body

    def test_without_its_reason_it_waits(self, world, catalogue):
        release = make_draft(world, catalogue, urgency_class="emergency")
        assert not Message.objects.filter(kind="publishing.approval_wanted").exists()
        with pytest.raises(NotNow, match="needs its reason and the issue it cites"):
            verbs.approve_emergency(release, by=world.actor("second_manager"), at=world.at)

    def test_other_classes_need_none(self, world, draft):
        with pytest.raises(NotNow, match="of the class Urgent needs no second approver"):
            verbs.approve_emergency(draft, by=world.actor("second_manager"), at=world.at)

    def test_a_change_ends_the_approval(self, world, catalogue, manager):
        release = make_ready(world, catalogue, **EMERGENCY)
        second = world.actor("second_manager")
        verbs.approve_emergency(release, by=second, at=world.at)
        assert verbs.attach_image(release, image_file(), by=manager, at=world.at).emergency_approved_by is None
        verbs.approve_emergency(release, by=second, at=world.at)
        edited = verbs.edit_release(release, facts(catalogue, **EMERGENCY), by=manager, at=world.at)
        assert edited.emergency_approved_at is None


class TestSchedule:
    def test_confirmed_dates_become_the_planned_ones(self, world, catalogue, manager):
        release = make_draft(world, catalogue, approach="scheduling")
        first, then = world.at + timedelta(days=10), world.at + timedelta(days=20)
        confirmed = verbs.confirm_schedule(release, deployment_at=first, activation_at=then, by=manager, at=world.at)
        assert (confirmed.planned_deployment_at, confirmed.planned_activation_at) == (first, then)
        assert confirmed.schedule_confirmed_at == world.at
        with pytest.raises(Invalid, match="before deployment"):
            verbs.confirm_schedule(release, deployment_at=then, activation_at=first, by=manager, at=world.at)

    def test_only_scheduling_has_one(self, world, draft, manager):
        with pytest.raises(NotNow, match="Only a release under the scheduling approach"):
            verbs.confirm_schedule(draft, deployment_at=world.at, activation_at=world.at, by=manager, at=world.at)


def test_a_new_version_of_a_class_holds_from_its_day(world, catalogue):
    old = UrgencyClass.objects.get(name="urgent")
    UrgencyClass.objects.create(
        name="urgent",
        effective_from=date(2017, 6, 1),
        meant_for=old.meant_for,
        deployment_notice_working_days=6,
        activation_notice_days=7,
        test_working_days=6,
        objection_working_days_after_test=2,
        hypercare_months=1,
    )
    assert make_draft(world, catalogue).terms.user_test_days == 5
    later = make_draft(
        world,
        catalogue,
        at=world.at + timedelta(days=200),
        **{
            "planned_deployment_at": None,
            "planned_activation_at": None,
        },
    )
    assert later.terms.user_test_days == 6
