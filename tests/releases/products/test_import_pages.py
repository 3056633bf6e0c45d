import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from releases.products import forms
from releases.products.models import FirmwareVersion, ListImport
from tests.factories.fixtures import BACKEND
from tests.factories.queries import same_queries
from tests.releases.products.test_imports import CHANGED, HEAD, ROW, lines, many

pytestmark = pytest.mark.django_db
PAGE = "/products/imports/"
API = "/api/v1/product-imports/"


def text(answer) -> str:
    return answer.content.decode()


def sent(data: bytes, kind="versions") -> dict:
    return {"kind": kind, "file": SimpleUploadedFile("list.csv", data)}


@pytest.fixture
def dcc(sign_in_then, catalogue):
    return sign_in_then("manager")


@pytest.fixture
def api(world, catalogue):
    client = APIClient()
    client.force_login(world.users["manager"], backend=BACKEND)
    return client


def test_a_file_is_checked_looked_at_and_written(dcc):
    assert "Central Products List" in text(dcc.get(PAGE))
    shown = dcc.post(PAGE, sent(lines(ROW, CHANGED)), follow=True)
    assert "status: current → removed" in text(shown)
    found = ListImport.objects.get()
    assert text(dcc.get(f"{PAGE}{found.pk}/?fate=added")).count('scope="row"') == 1
    assert "No row has this fate" in text(dcc.get(f"{PAGE}{found.pk}/?fate=refused"))
    written = dcc.post(f"{PAGE}{found.pk}/write/", {"seen": found.version}, follow=True)
    assert "Written as shown: 1 added, 1 changed." in text(written)
    assert FirmwareVersion.objects.filter(version="0A010300").exists()
    assert "list.csv" in text(dcc.get(PAGE))


def test_refused_rows_are_shown_and_cannot_be_written(dcc):
    page = text(dcc.post(PAGE, sent(lines(ROW, "nonsense")), follow=True))
    assert "1 row is refused" in page
    assert "It has 1 columns, the header 10." in page
    dcc.post(PAGE, sent(lines(ROW)))
    assert "no longer kept" in text(dcc.get(f"{PAGE}{ListImport.objects.earliest('pk').pk}/"))


def test_a_file_that_is_no_list_is_refused_beside_the_field(dcc, monkeypatch):
    answer = dcc.post(PAGE, sent(b"PK\x03\x04"))
    assert answer.status_code == 400
    assert "This is an Excel workbook" in text(answer)
    assert "Choose CSV file." in text(dcc.post(PAGE, {"kind": "versions"}))
    monkeypatch.setattr(forms, "MAX_BYTES", 1024)
    assert "Divide it." in text(dcc.post(PAGE, sent(many(99))))


def test_a_large_import_costs_no_more_queries_than_a_small_one(dcc):
    pages = []
    for rows in (1, 150):
        dcc.post(PAGE, sent(many(rows)))
        pages.append(f"{PAGE}{ListImport.objects.latest('pk').pk}/")
        dcc.post(f"{pages[-1]}write/", {})
    with same_queries() as cost:
        cost.of(lambda: dcc.get(PAGE))
        cost.of(lambda: dcc.get(PAGE))
    with same_queries() as cost:
        for page in pages:
            cost.of(lambda page=page: dcc.get(page))


def test_the_same_by_api(api):
    assert api.get(API).json()["count"] == 0
    made = api.post(API, sent(lines(ROW, CHANGED)), format="multipart")
    assert (made.status_code, made.json()["added"], made.json()["changed"]) == (201, 1, 1)
    at = f"{API}{made.json()['id']}/"
    shown = api.get(f"{at}lines/", {"fate": "changed"}).json()["results"]
    assert shown == [{"number": 3, "fate": "changed", "subject": shown[0]["subject"], "words": shown[0]["words"]}]
    assert api.post(f"{at}write/", {"version": 99}, format="json").status_code == 409
    assert api.post(f"{at}write/", {"version": made.json()["version"]}, format="json").json()["state"] == "written"
    wrong = api.post(API, sent(HEAD.replace("chts,", "").encode()), format="multipart")
    assert wrong.status_code == 400
    assert "Lacking columns: chts." in wrong.json()["fields"]["file"][0]


def test_the_public_reads_the_lists_by_api(client, catalogue):
    found = client.get("/api/v1/firmware-versions/", {"chts": "1.1", "hub_model__manufacturer": "10F2"}).json()
    assert found["count"] == 4
    assert client.get("/api/v1/hub-models/").json()["results"][0]["hardware_version"] == "0001"
    assert client.get("/api/v1/validity-periods/").status_code == 200
    assert client.get("/api/v1/product-imports/").status_code == 401


def test_a_keeper_adds_and_changes_entries_by_api(api, catalogue):
    root, model = "/api/v1/firmware-versions/", catalogue.models["alder"]
    entry = {"hub_model": model.pk, "version": "0A010300", "chts": "1.2", "gbcs": "4.0", "listed_on": "2017-01-09"}
    made = api.post(root, entry, format="json")
    assert made.status_code == 201
    at = f"{root}{made.json()['id']}/"
    change = entry | {"gbcs": "4.1", "seen": made.json()["fingerprint"]}
    assert api.put(at, change, format="json").json()["gbcs"] == "4.1"
    assert api.put(at, change, format="json").status_code == 409
    again = api.post(root, entry, format="json")
    assert again.status_code == 400
    wrong = api.put(at, entry | {"removed_on": "2017-02-01"}, format="json")
    assert wrong.json()["fields"] == {"removed_on": ["A current entry has no date of removal."]}
    row = {"specification": "GBCS", "version": "4.0", "installation_from": "2017-01-09"}
    assert api.post("/api/v1/validity-periods/", row, format="json").status_code == 201


def test_lists_by_api_cost_the_same_for_one_row_and_for_many(api, catalogue):
    for root, few in (("hub-models", {"page": 1}), ("firmware-versions", {"chts": "1.1", "version": "0A010200"})):
        with same_queries() as cost:
            cost.of(lambda root=root, few=few: api.get(f"/api/v1/{root}/", few))
            cost.of(lambda root=root: api.get(f"/api/v1/{root}/"))
