from datetime import date

import pytest

from releases.products.models import HubModel
from releases.publishing.defaults import ensure_defaults
from releases.publishing.models import UrgencyClass
from releases.publishing.terms import DEFAULT_CLASSES

pytestmark = pytest.mark.django_db
CLASSES = "/admin/publishing/urgencyclass/"


def row(**changes):
    facts = {
        "name": "urgent",
        "effective_from": "2018-01-01",
        "meant_for": "Defects",
        "deployment_notice_working_days": 6,
        "activation_notice_days": 8,
        "activation_notice_working_days": 0,
        "test_working_days": 6,
        "hypercare_months": 1,
        "reminder_days": 3,
        "least_coverage_percent": 0,
    }
    return facts | changes


def test_the_defaults_are_the_table(catalogue):
    found = {one.name: one.terms for one in UrgencyClass.objects.all()}
    assert found == {terms.code: terms for terms in DEFAULT_CLASSES}
    UrgencyClass.objects.filter(name="urgent").update(test_working_days=9)
    ensure_defaults()
    assert UrgencyClass.objects.count() == 4
    assert UrgencyClass.objects.get(name="urgent").test_working_days == 9


def test_an_administrator_adds_a_version_of_a_class(sign_in, catalogue):
    client = sign_in("administrator")
    assert client.get(CLASSES).status_code == 200
    assert client.post(f"{CLASSES}add/", row()).status_code == 302
    made = UrgencyClass.objects.get(effective_from=date(2018, 1, 1))
    client.post(f"{CLASSES}{made.pk}/change/", row(test_working_days=7))
    made.refresh_from_db()
    assert (made.test_working_days, made.version, made.history.count()) == (7, 2, 2)


def test_never_below_seven_clear_days(sign_in, catalogue):
    page = sign_in("administrator").post(f"{CLASSES}add/", row(activation_notice_days=6))
    assert page.status_code == 200
    assert "seven_clear_days" in page.content.decode() or "violated" in page.content.decode()
    assert not UrgencyClass.objects.filter(effective_from=date(2018, 1, 1)).exists()


def test_a_version_in_use_stays(sign_in, announced):
    used = announced.urgency_class
    assert sign_in("administrator").post(f"{CLASSES}{used.pk}/change/", row()).status_code == 403


def test_product_lists_are_kept(sign_in, catalogue):
    client = sign_in("administrator")
    model = catalogue.models["alder"]
    facts = {name: getattr(model, name) for name in ("manufacturer_name", "manufacturer", "model", "image_type")}
    form = facts | {"name": "Alder 1a", "hardware_min": 1, "hardware_max": 3}
    assert client.post(f"/admin/products/hubmodel/{model.pk}/change/", form).status_code == 302
    assert HubModel.objects.get(pk=model.pk).name == "Alder 1a"
    assert client.get(f"/admin/products/hubmodel/{model.pk}/history/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "products/cell",
        "products/image",
        "products/firmwareversion",
        "products/validityperiod",
        "products/devicemodel",
        "products/devicecombination",
        "publishing/release",
        "publishing/notice",
        "publishing/noticeservice",
        "publishing/acknowledgement",
        "publishing/evidence",
        "publishing/notesrevision",
        "publishing/waitingnote",
        "publishing/standingsection",
    ],
)
def test_every_list_opens_for_the_administrator_alone(sign_in, announced, address):
    assert sign_in("administrator").get(f"/admin/{address}/").status_code == 200
    assert sign_in("manager").get(f"/admin/{address}/").status_code in (302, 403)


@pytest.mark.parametrize(
    "address", ["publishing/release", "publishing/notice", "publishing/evidence", "products/image"]
)
def test_states_and_proofs_are_not_edited_here(sign_in, announced, address):
    client = sign_in("administrator")
    assert client.get(f"/admin/{address}/add/").status_code == 403
    pk = {"release": announced.pk, "notice": announced.notices.get().pk, "evidence": announced.evidence.get().pk}
    number = pk.get(address.split("/")[1], announced.image_id)
    assert client.post(f"/admin/{address}/{number}/change/", {"title": "x"}).status_code == 403
    assert client.post(f"/admin/{address}/{number}/delete/", {"post": "yes"}).status_code == 403
