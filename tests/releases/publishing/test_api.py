import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from releases.publishing import queries, verbs
from releases.publishing.models import Release
from tests.factories.fixtures import BACKEND
from tests.factories.releases import NOTES, image_bytes, make_announced, make_draft

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/releases/"


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


@pytest.fixture
def api(world):
    """Return a function that gives a client of the API signed in as somebody."""

    def enter(who):
        client = APIClient()
        client.force_login(world.users[who], backend=BACKEND)
        return client

    return enter


def draft_body(catalogue, **changes):
    body = {
        "title": "Joining after a power cut",
        "hub_models": [catalogue.models["alder"].pk],
        "firmware_version": "0A010200",
        "urgency_class": "urgent",
        "from_versions": [catalogue.versions["alder 0A010100"].pk],
        "planned_deployment_at": "2017-01-17T00:00:00Z",
        "planned_activation_at": "2017-01-30T00:00:00Z",
    }
    return body | changes


def test_the_whole_road_to_notice(api, world, catalogue):
    client = api("manager")
    made = client.post(ROOT, draft_body(catalogue))
    assert made.status_code == 201
    at = f"{ROOT}{made.json()['reference']}/"
    changed = client.put(at, draft_body(catalogue, title="New", version=made.json()["version"]))
    assert (changed.json()["title"], changed.json()["version"]) == ("New", 2)
    file = SimpleUploadedFile("hub.ota", image_bytes())
    with_image = client.post(at + "image/", {"file": file, "version": 2}, format="multipart")
    assert with_image.json()["image_sha256"]
    assert client.post(at + "notes/save/", {"markdown": NOTES}).json()["number"] == 2
    report = {
        "title": "Report",
        "region": "all",
        "environment": "Laboratory",
        "signatory": "A. Tester",
        "signed_on": "2017-01-06",
        "summary": "Passed",
    }
    assert client.post(at + "evidence/attach/", report).status_code == 201
    assert [row["title"] for row in client.get(at + "evidence/").json()] == ["Report"]
    announced = client.post(at + "announce/", {})
    assert (announced.json()["state"], announced.json()["tests_until"]) == ("notified", "2017-01-17T00:00:00Z")
    supplier = api("supplier")
    answer = supplier.post(at + "acknowledge/", {"organisation": "heron-power", "test_days_needed": 2, "notice": 1})
    assert (answer.status_code, answer.json()["test_days_needed"]) == (201, 2)
    assert supplier.get(at + "notices/").json()[0]["working"][0]["about"] == "Service"
    table = client.post(at + "serve/", {"organisation": "osprey-gas", "why": "By hand"}).json()
    states = {row["organisation"]: row["state"] for row in table}
    assert states["heron-power"] == "acknowledged" and states["osprey-gas"] == "served"
    assert client.get(at + "services/").json() == table
    assert supplier.get(at + "services/").status_code == 403
    assert [row["number"] for row in supplier.get(at + "notes/").json()] == [2]


def test_deciding(api, world, catalogue, announced):
    client, at = api("manager"), f"{ROOT}{announced.reference}/"
    dates = {"planned_deployment_at": "2017-01-17T00:00:00Z", "planned_activation_at": "2017-02-06T00:00:00Z"}
    amended = client.post(at + "amend/", dates | {"why": "More time"})
    assert amended.json()["planned_activation_at"] == "2017-02-06T00:00:00Z"
    client.post(at + "notes/save/", {"markdown": NOTES + "\nMore.\n"})
    assert client.post(at + "notes/publish/", {}).json()["published_at"]
    assert client.post(at + "return/", {"why": "Retest"}).json()["state"] == "draft"
    assert client.get(at + "services/").json() == []
    other = make_announced(world, catalogue)
    ended = client.post(at + "supersede/", {"why": "Better", "successor": other.reference})
    assert ended.json()["superseded_by"] == other.reference
    missing = client.post(f"{ROOT}{other.reference}/supersede/", {"why": "x", "successor": "FW-1999-001"})
    assert missing.status_code == 404
    assert client.post(f"{ROOT}{other.reference}/withdraw/", {"why": "x"}).json()["state"] == "withdrawn"


def test_an_emergency_is_approved_by_a_second_manager(api, world, catalogue):
    emergency = make_draft(
        world, catalogue, urgency_class="emergency", emergency_reason="Silence", emergency_citation="IS-7"
    )
    at = f"{ROOT}{emergency.reference}/approve/"
    own = api("manager").post(at, {})
    assert (own.status_code, own.json()["reason"][:27]) == (403, "You proposed this release: ")
    assert api("second_manager").post(at, {}).status_code == 200


class TestRefusals:
    def test_the_same_sentences_as_on_the_pages(self, api, draft):
        refused = api("manager").post(f"{ROOT}{draft.reference}/announce/", {})
        assert refused.status_code == 409
        assert "No firmware image is attached." in refused.json()["reason"]

    def test_wrong_answers_name_their_fields(self, api, catalogue):
        wrong = api("manager").post(
            ROOT, draft_body(catalogue, firmware_version="1.2", hub_models=[], from_versions=[])
        )
        assert wrong.status_code == 400
        assert set(wrong.json()["fields"]) == {"firmware_version", "hub_models"}
        far = api("manager").post(ROOT, draft_body(catalogue, planned_activation_at="9999-01-01T00:00:00Z"))
        assert far.json()["fields"] == {"planned_activation_at": ["Choose a date between 2016 and 2099."]}

    def test_a_stale_version_is_refused(self, api, world, catalogue, draft):
        verbs.save_notes(draft, "## Summary\n\nShort.", by=world.actor("manager"), at=world.at)
        late = api("manager").put(f"{ROOT}{draft.reference}/", draft_body(catalogue, version=1))
        assert late.status_code == 409

    def test_a_supplier_may_not_and_a_draft_is_not_there(self, api, catalogue, draft, announced):
        client = api("supplier")
        assert client.post(ROOT, draft_body(catalogue)).status_code == 403
        assert client.get(f"{ROOT}{draft.reference}/").status_code == 404
        assert client.post(f"{ROOT}{draft.reference}/announce/", {}).status_code == 404
        assert client.post(f"{ROOT}{announced.reference}/withdraw/", {"why": "x"}).status_code == 403

    def test_an_image_that_does_not_fit(self, api, draft):
        file = SimpleUploadedFile("hub.ota", image_bytes(image_type=7))
        wrong = api("manager").post(f"{ROOT}{draft.reference}/image/", {"file": file}, format="multipart")
        assert wrong.status_code == 400
        assert wrong.json()["fields"]["file"] == ["The image has type 0007; Alder 1 takes type 0001."]

    def test_the_public_has_no_key(self, announced):
        Release.objects.update(classification="white")
        assert APIClient().get(ROOT).status_code in (401, 403)


class TestReading:
    def test_lists_hold_what_one_may_see(self, api, draft, announced):
        assert [row["reference"] for row in api("supplier").get(ROOT).json()["results"]] == [announced.reference]
        assert api("manager").get(ROOT).json()["count"] == 2
        assert api("manager").get(f"{ROOT}?state=draft").json()["count"] == 1

    def test_amber_of_another_is_neither_listed_nor_counted(self, api, world, announced):
        Release.objects.update(classification="amber")
        announced.readers.set([world.organisations["heron"]])
        assert api("other_supplier").get(ROOT).json()["count"] == 0
        assert api("other_supplier").get(f"{ROOT}{announced.reference}/").status_code == 404
        assert api("supplier").get(ROOT).json()["count"] == 1

    def test_rows_add_no_queries(self, api, world, catalogue, announced, django_assert_max_num_queries):
        client, counts = api("manager"), []
        client.get(ROOT)
        for _ in range(2):
            with django_assert_max_num_queries(20) as captured:
                client.get(ROOT)
            counts.append(len(captured))
            for _ in range(2):
                make_draft(world, catalogue, hub_models=list(catalogue.models.values()), from_versions=[])
        assert counts[0] == counts[1]

    def test_the_whole_table_of_service_is_dccs(self, api, announced):
        assert queries.notice_in_force(announced)
        assert len(api("manager").get(f"{ROOT}{announced.reference}/services/").json()) == 4


class TestProducts:
    @pytest.mark.parametrize(
        ("name", "count"),
        [("hub-models", 2), ("firmware-versions", 4), ("device-combinations", 3), ("validity-periods", 0)],
    )
    def test_the_lists_are_for_the_parties(self, api, catalogue, name, count):
        assert api("supplier").get(f"/api/v1/{name}/").json()["count"] == count
        assert api("alternate").get(f"/api/v1/{name}/").json()["count"] == count

    def test_cells_are_those_of_the_suppliers_acted_for(self, api, catalogue):
        counts = {
            who: api(who).get("/api/v1/cells/").json()["count"] for who in ("manager", "supplier", "small_supplier")
        }
        assert counts == {"manager": 4, "supplier": 3, "small_supplier": 1}
        assert api("secretary").get("/api/v1/cells/").json()["count"] == 0

    @pytest.mark.parametrize("name", ["hub-models", "firmware-versions", "device-combinations", "cells"])
    def test_rows_add_no_queries(self, api, catalogue, name, django_assert_max_num_queries):
        client, counts = api("manager"), []
        client.get(f"/api/v1/{name}/")
        for size in (1, 3):
            with django_assert_max_num_queries(10) as captured:
                client.get(f"/api/v1/{name}/?page_size={size}")
            counts.append(len(captured))
        assert counts[0] == counts[1]
