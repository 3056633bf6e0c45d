"""The corpus of bad images, signatures, keys and scans: a sentence each, and nothing half stored."""

import io
import stat
import sys
import tracemalloc
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import IntegrityError
from rest_framework.test import APIClient

from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from portal.workflow.once import new_key
from releases.products import ota, queries, scanner, tasks
from releases.products.models import Image, ImageScan, ImageSignature, ManufacturerKey
from releases.products.verbs import hand_out_image, record_scan, register_key, revoke_key, store_image
from releases.publishing import verbs as publishing
from releases.publishing.readiness import image_lacks
from tests.factories.fixtures import BACKEND
from tests.factories.queries import same_queries
from tests.factories.releases import TARGET, image_bytes, image_file
from tests.releases.products.test_signatures import OTHER, PRIVATE, PUBLIC

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return world.actor("manager")


@pytest.fixture
def store(world, catalogue, manager):
    def stored(data=None, *, signature=None, at=world.at, **changes):
        stream = io.BytesIO(image_bytes(**changes) if data is None else data)
        models = [catalogue.models["alder"]]
        return store_image(stream, hub_models=models, version=TARGET, by=manager, at=at, signature=signature)

    return stored


@pytest.fixture
def key(world, manager):
    def registered(public=PUBLIC, **changes):
        facts = {"manufacturer": "10F2", "name": "Signing key 1", "valid_from": date(2017, 1, 1)} | changes
        return register_key(public_key=public.hex(), **facts, by=manager, at=world.at)

    return registered


def files(settings) -> list[Path]:
    return list((Path(settings.MEDIA_ROOT) / "images").glob("*"))


def wrong_of(store, *args, **options) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        store(*args, **options)
    assert not Image.objects.exists()
    return caught.value.fields


GOOD = image_bytes()
SHORT = image_bytes(hardware=None)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\x1e\xf1\xee\x0c" + GOOD[4:], "does not begin with 0BEEF11E"),
        (GOOD[:40], "The file ends inside the OTA header: 40 bytes of at least 56."),
        (GOOD[:58], "The file ends inside the OTA header: 58 bytes of 60."),
        (GOOD[:-1], "The file is truncated"),
        (GOOD + b"!", "The file is longer than its header states"),
        (GOOD[:56] + b"\x04\x00\x01\x00" + GOOD[60:], "The hardware range is inverted: lowest 0004, highest 0001."),
        (GOOD[:8] + b"\x05\x00" + GOOD[10:], "its fields add up to 61"),
        (b"PK\x03\x04" + GOOD, "This is a ZIP archive, not a ZigBee OTA image."),
        (b"\x1f\x8b" + GOOD, "This is a gzip archive"),
        (GOOD[:14] + b"\x00\x03\x01\x0a" + GOOD[18:], "holds firmware version 0A010300; the release is of 0A010200"),
    ],
)
def test_each_defect_of_a_file_has_its_sentence_and_nothing_is_stored(store, settings, tmp_path, data, sentence):
    settings.MEDIA_ROOT = tmp_path
    found = wrong_of(store, data)
    assert any(sentence in one for one in found["file"]), found
    assert files(settings) == []


def test_everything_wrong_is_named_at_once(store, catalogue):
    catalogue.models["alder"].versions.filter(version=TARGET).update(image_hash="ab" * 32)
    data = image_bytes(manufacturer_code=1, image_type=9, file_version=1, hardware=(3, 4)) + b"!"
    found = wrong_of(store, data, signature=b"nonsense")
    assert len(found["file"]) == 6
    assert "longer than its header states" in found["file"][0]
    assert "not an Ed25519 signature" in found["signature"][0]


def test_optional_fields_may_be_missing(store):
    assert store(SHORT).hardware_min is None


class Zeros(io.RawIOBase):
    """A file of so many bytes that nobody holds in memory: the head, then zeros."""

    def __init__(self, head: bytes, size: int) -> None:
        self.head, self.size, self.at = head, size, 0

    def read(self, count: int = -1) -> bytes:
        count = min(count, self.size - self.at)
        chunk = self.head[self.at : self.at + count].ljust(count, b"\0")
        self.at += count
        return chunk


def large(size: int) -> Zeros:
    head = image_bytes(payload=b"\0")
    return Zeros(head[:52] + size.to_bytes(4, "little") + head[56:], size)


def test_the_largest_image_is_stored_in_little_memory_and_one_byte_more_is_refused(world, catalogue, manager, key):
    key()
    facts = {"hub_models": [catalogue.models["alder"]], "version": TARGET, "by": manager, "at": world.at}
    with pytest.raises(Invalid, match="The file is larger than the limit of 64 MB."):
        store_image(large(ota.MAX_SIZE + 1), **facts)
    source = large(ota.MAX_SIZE)
    signature = PRIVATE.sign(source.read(ota.MAX_SIZE))
    source.at = 0
    tracemalloc.start()
    try:
        image = store_image(source, **facts, signature=signature)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (image.size, queries.signature_of(image).state) == (ota.MAX_SIZE, "verified")
    assert peak < 4 * 1024 * 1024


class TestOverTheLimit:
    """What comes through a form or the API: counted and thrown away before any rule sees it."""

    @pytest.fixture(autouse=True)
    def small_limit(self, settings):
        settings.IMAGE_MAX_BYTES = 1024 * 1024

    def upload(self, more: int) -> SimpleUploadedFile:
        head = len(image_bytes(payload=b"x")) - 1
        return SimpleUploadedFile("hub.ota", image_bytes(payload=b"x" * (1024 * 1024 - head + more)))

    def test_at_the_form(self, sign_in_then, draft):
        at = f"/releases/{draft.reference}/image/"
        answer = sign_in_then("manager").post(at, {"file": self.upload(1), "seen": draft.version})
        assert answer.status_code == 400
        assert "The file is larger than the limit of 1 MB." in answer.content.decode()
        assert not Image.objects.exists()
        assert sign_in_then("manager").post(at, {"file": self.upload(0), "seen": draft.version}).status_code == 302

    def test_at_the_api(self, world, draft):
        client = APIClient()
        client.force_login(world.users["manager"], backend=BACKEND)
        answer = client.post(f"/api/v1/releases/{draft.reference}/image/", {"file": self.upload(1)}, format="multipart")
        assert answer.status_code == 400
        assert answer.json()["fields"]["file"] == ["The file is larger than the limit of 1 MB."]

    def test_at_a_form_that_is_done_once(self, sign_in_then, draft):
        at = f"/releases/{draft.reference}/image/"
        sent = {"file": self.upload(-9), "signature": self.upload(9), "seen": draft.version, "once": new_key()}
        answer = sign_in_then("manager").post(at, sent)
        assert answer.status_code == 400
        assert "far too long" in answer.content.decode()
        answer = sign_in_then("manager").post(at, {"file": self.upload(1), "seen": draft.version, "once": new_key()})
        assert "The file is larger than the limit of 1 MB." in answer.content.decode()


class TestSignature:
    def test_it_is_verified_with_the_manufacturers_key(self, store, key):
        image = store(signature=PRIVATE.sign(GOOD))
        assert queries.signature_of(image).state == "no_key"
        registered = key()
        assert store(signature=PRIVATE.sign(GOOD).hex().encode()) == image
        found = queries.signature_of(image)
        assert (found.state, found.words) == ("verified", "Verified with Signing key 1 (10F2) on 9 January 2017.")
        store(signature=PRIVATE.sign(GOOD))
        assert ImageSignature.objects.filter(key=registered).count() == 1
        assert Image.objects.count() == 1

    def test_an_image_without_one_says_so(self, store):
        assert queries.signature_of(store()).state == "no_signature"

    def test_a_wrong_one_is_refused(self, store, key):
        key()
        found = wrong_of(store, signature=PRIVATE.sign(GOOD + b"!"))
        assert found == {"signature": ["No valid key of manufacturer 10F2 made this signature over this file."]}

    @pytest.mark.parametrize(
        "changes",
        [{"valid_from": date(2017, 1, 10)}, {"valid_to": date(2017, 1, 8)}, {"manufacturer": "1111"}],
    )
    def test_a_key_counts_only_while_it_is_valid_and_for_its_manufacturer(self, store, key, changes):
        key(**changes)
        assert queries.signature_of(store(signature=PRIVATE.sign(GOOD))).state == "no_key"

    def test_a_revoked_key_verifies_nothing_and_is_named_where_it_did(self, store, key, world, manager):
        registered = key()
        image = store(signature=PRIVATE.sign(GOOD))
        revoke_key(registered, why="Lost.", by=manager, at=world.at)
        assert queries.signature_of(image).state == "revoked"
        with pytest.raises(NotNow, match="revoked already"):
            revoke_key(registered, why="Lost.", by=manager, at=world.at)
        key(OTHER, name="Signing key 2")
        with pytest.raises(Invalid, match="No valid key"):
            store(signature=PRIVATE.sign(GOOD))


class TestKeys:
    def test_they_are_registered_on_the_record(self, key, manager):
        registered = key(valid_to=date(2020, 1, 1))
        assert registered.history.count() == 1
        assert Entry.objects.latest("id").verb == "register_key"
        states = [registered.state(day) for day in (date(2016, 12, 31), date(2017, 1, 1), date(2020, 1, 2))]
        assert states == ["planned", "open", "expired"]

    def test_everything_wrong_is_named(self, key, world, manager):
        key()
        with pytest.raises(Invalid) as caught:
            key(manufacturer="x", valid_to=date(2016, 1, 1))
        assert set(caught.value.fields) == {"manufacturer", "valid_to", "public_key"}
        with pytest.raises(Invalid) as caught:
            key(b"short")
        assert "not an Ed25519 public key" in caught.value.fields["public_key"][0]

    @pytest.mark.parametrize("who", ["supplier", "administrator", "csp_north"])
    def test_only_dcc_registers_and_revokes(self, world, key, who):
        facts = {"manufacturer": "10F2", "name": "K", "public_key": PUBLIC.hex(), "valid_from": date(2017, 1, 1)}
        with pytest.raises(NotAllowed):
            register_key(**facts, by=world.actor(who), at=world.at)
        with pytest.raises(NotAllowed):
            revoke_key(key(), why="No.", by=world.actor(who), at=world.at)

    def test_by_pages(self, sign_in_then, world):
        client = sign_in_then("manager")
        assert "No keys yet" in client.get("/products/keys/").content.decode()
        assert client.get("/products/keys/register/").status_code == 200
        facts = {"manufacturer": "10f2", "name": "Signing key", "valid_from": "2017-01-01", "public_key": "nonsense"}
        wrong = client.post("/products/keys/register/", facts)
        assert wrong.status_code == 400 and "not an Ed25519 public key" in wrong.content.decode()
        made = client.post("/products/keys/register/", facts | {"public_key": PUBLIC.hex()}, follow=True)
        assert "Its fingerprint is" in made.content.decode()
        at = f"/products/keys/{ManufacturerKey.objects.get().pk}/revoke/"
        assert client.get(at).status_code == 200
        assert client.post(at, {"why": ""}).status_code == 400
        assert "verifies nothing any more" in client.post(at, {"why": "Lost."}, follow=True).content.decode()

    def test_by_api(self, world):
        client = APIClient()
        client.force_login(world.users["manager"], backend=BACKEND)
        root = "/api/v1/manufacturer-keys/"
        facts = {"manufacturer": "10F2", "name": "K", "public_key": PUBLIC.hex(), "valid_from": "2017-01-01"}
        made = client.post(root, facts, format="json")
        assert made.status_code == 201
        assert client.get(root).json()["count"] == 1
        revoked = client.post(f"{root}{made.json()['id']}/revoke/", {"why": "Lost."}, format="json")
        assert revoked.json()["revoked_why"] == "Lost."


def command(tmp_path: Path, body: str) -> str:
    script = tmp_path / "scan.py"
    script.write_text(f"import sys\n{body}\n")
    return f"{sys.executable} {script}"


class TestScan:
    LOOKS = "sys.exit(1 if b'EICAR' in open(sys.argv[1], 'rb').read() else 0)"

    def test_without_a_scanner_an_image_is_not_scanned(self, store, settings):
        settings.MALWARE_SCANNER = ""
        image = store()
        tasks.scan_image(image.pk)
        tasks.scan_all()
        assert queries.scan_of(image).state == "not_scanned"

    @pytest.mark.parametrize(("payload", "state"), [(b"firmware", "clean"), (b"EICAR", "infected")])
    def test_the_scanner_gets_the_file_and_its_answer_is_kept(self, store, settings, tmp_path, payload, state):
        settings.MALWARE_SCANNER = command(tmp_path, self.LOOKS)
        image = store(payload=payload)
        tasks.scan_image(image.pk)
        tasks.scan_image(image.pk)
        assert [scan.outcome for scan in image.scans.all()] == [state]
        assert queries.scan_of(image).state == state

    @pytest.mark.parametrize(
        ("body", "words"),
        [("sys.exit(3)", "The scanner answered 3."), ("import time; time.sleep(9)", "did not answer in")],
    )
    def test_any_other_answer_is_no_answer(self, store, settings, tmp_path, monkeypatch, body, words):
        monkeypatch.setattr(scanner, "SECONDS", 1 if "sleep" in body else 30)
        settings.MALWARE_SCANNER = command(tmp_path, body)
        image = store()
        tasks.scan_image(image.pk)
        found = queries.scan_of(image)
        assert found.state == "failed"
        assert words in found.words

    def test_a_scanner_that_is_not_there_is_told_apart(self, store, settings):
        settings.MALWARE_SCANNER = "/nowhere/scanner"
        image = store()
        tasks.scan_image(image.pk)
        assert "could not be started" in queries.scan_of(image).words

    def test_a_failed_scan_is_repeated_later_and_not_for_ever(self, store, world):
        image = store()
        for attempt in range(queries.MOST_FAILED_SCANS):
            at = world.at + attempt * queries.SCAN_AGAIN_AFTER
            assert list(queries.images_to_scan(at)) == [image]
            record_scan(image, outcome="failed", by=tasks.system("S"), at=at)
            assert not queries.images_to_scan(at + timedelta(minutes=1)).exists()
        assert not queries.images_to_scan(world.at + timedelta(days=9)).exists()

    def test_the_sweep_starts_the_scan_of_what_waits(self, store, settings, django_capture_on_commit_callbacks):
        settings.MALWARE_SCANNER = "true"
        store()
        with django_capture_on_commit_callbacks() as callbacks:
            tasks.scan_all()
        assert len(callbacks) == 1

    def test_a_file_that_lies_elsewhere_is_copied_for_the_scanner(self, settings, tmp_path, store, monkeypatch):
        settings.MALWARE_SCANNER = command(tmp_path, self.LOOKS)
        image = store()
        elsewhere = InMemoryStorage()
        elsewhere.save(image.file.name, ContentFile(b"EICAR"))
        image.file.storage = elsewhere
        assert scanner.scan(image.file)[0] == ImageScan.Outcome.INFECTED

    def test_no_person_records_a_scan(self, store, manager, world):
        with pytest.raises(NotAllowed):
            record_scan(store(), outcome="clean", by=manager, at=world.at)

    def test_an_infected_image_is_not_announced(self, ready, manager, world):
        record_scan(ready.image, outcome="infected", by=tasks.system("S"), at=world.at)
        assert "Found infected on 9 January 2017." in image_lacks(ready)
        with pytest.raises(NotNow, match="The malware scanner stops this image"):
            publishing.announce(ready, by=manager, at=world.at)


def test_an_image_is_never_changed(store):
    image = store()
    for statement in ("UPDATE products_image SET size = 1", "DELETE FROM products_image"):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert stat.S_ISREG(Path(image.file.path).stat().st_mode)


def test_a_download_is_on_the_record_and_by_right(store, world):
    image = store()
    with hand_out_image(image, by=world.actor("csp_north"), at=world.at) as file:
        assert (file.read(), file.file.mode) == (GOOD, "rb")
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.actor_name, entry.data) == ("download_image", "Csp North", {"sha256": image.sha256})
    with pytest.raises(NotAllowed):
        hand_out_image(image, by=world.actor("supplier"), at=world.at)


def test_a_download_by_api_is_a_file_to_be_saved(ready, world):
    client = APIClient()
    client.force_login(world.users["csp_north"], backend=BACKEND)
    publishing.announce(ready, by=world.actor("manager"), at=world.at)
    answer = client.get(f"/api/v1/releases/{ready.reference}/image/file/")
    assert b"".join(answer.streaming_content) == GOOD
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert Entry.objects.filter(verb="download_image", channel="page").count() == 1


def test_keys_cost_the_same_for_one_and_for_many(sign_in_then, key):
    client = sign_in_then("manager")
    key()
    with same_queries() as cost:
        cost.of(lambda: client.get("/products/keys/"))
        key(OTHER, name="Signing key 2")
        cost.of(lambda: client.get("/products/keys/"))


def test_hash_on_the_list(store, catalogue):
    image, entry = store(), catalogue.versions[f"alder {TARGET}"]
    states = [queries.hash_on_list(image, None).state, queries.hash_on_list(image, entry).state]
    for value in (image.sha256, "ab" * 32):
        entry.image_hash = value
        states.append(queries.hash_on_list(image, entry).state)
    assert states == ["not_listed", "none_listed", "match", "mismatch"]


def test_the_page_and_the_api_of_a_release_show_what_is_known_of_its_image(sign_in_then, ready):
    client = sign_in_then("manager")
    page = client.get(f"/releases/{ready.reference}/").content.decode()
    for words in ("ZigBee PRO", "No signature", "Not scanned", "None listed", "Download the image"):
        assert words in page
    found = client.get(f"/api/v1/releases/{ready.reference}/image/facts/").json()
    assert (found["signature"], found["scan"], found["listed_hash"]) == (
        "no_signature",
        "not_scanned",
        {"Alder 1": "none_listed"},
    )


def test_a_release_without_image_has_no_facts_of_one(sign_in_then, draft):
    client = sign_in_then("manager")
    assert client.get(f"/api/v1/releases/{draft.reference}/image/facts/").status_code == 404
    assert "Firmware image" not in client.get(f"/releases/{draft.reference}/").content.decode()


def test_image_and_signature_come_by_the_form(sign_in_then, draft, key):
    key()
    sent = {
        "file": SimpleUploadedFile("hub.ota", image_file().read()),
        "signature": SimpleUploadedFile("hub.sig", PRIVATE.sign(GOOD)),
        "seen": draft.version,
    }
    page = sign_in_then("manager").post(f"/releases/{draft.reference}/image/", sent, follow=True).content.decode()
    assert "Verified with Signing key 1" in page
