"""An Amber and a Red release with marker words in them, searched for in everything, as everybody who may not know.

Every page, list, export, feed, search, call, mail and administration page is asked before they exist and after: no
marker is found, and lists, counts and calendars are the same to the letter. The same searches find the markers where
they may be read, so that a blind search fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib import admin
from django.core import mail
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from devices.rollouts import verbs as rollouts
from portal.delivery.models import Delivery
from portal.delivery.tasks import deliver_all
from portal.workflow.models import ClockSetting
from releases.ballots import verbs as ballots
from releases.products.cohorts import Cohort
from releases.products.models import Cell, HubModel
from releases.publishing import verbs as publishing
from releases.publishing.models import Release
from releases.publishing.verbs import Readership
from tests.factories.findings import make_hold, make_issue, make_window
from tests.factories.releases import MAKER, NOTES, evidence_facts, image_file
from tests.factories.rollouts import QUICK
from tests.factories.world import World
from tests.matrix.table import ROWS, Row
from tests.matrix.test_matrix import ask, rolled_back
from tests.matrix.things import AUDIENCES, Things, everything

pytestmark = pytest.mark.django_db
MARKER, REFERENCES = "quokkamarker", {"amber": "FW-2099-4711", "red": "FW-2099-0815"}
HIDDEN = re.compile(rf"{MARKER}|FW-2099|0ABC[12]", re.IGNORECASE)
ENTITLED = {"manager", "second", "secretary"}  # of the audiences; besides them only a supplier named on both
OUTSIDERS = [name for name in AUDIENCES if name not in ENTITLED]
NOISE = re.compile(r'name="(csrfmiddlewaretoken|once)" value="\w+"|"csrfmiddlewaretoken": "\w+"')
PLACES = ("/releases/", "/issues/", "/holds/", "/rollouts/", "/calendar/", "/api/v1/releases/")
# Nothing of releases: a fresh secret on each look, and the journal's totals, which count every act of everybody alike.
ELSEWHERE = ("account_", "mfa_", "api-", "pages:gallery", "people:record", "record-")
LISTS = [row for row in ROWS if row.method == "GET" and not row.about and not row.route.startswith(ELSEWHERE)]


@dataclass
class Secrets:
    """What hangs on the two releases, by the word that `tests.matrix.table` has for it."""

    kwargs: list[dict[str, dict[str, object]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def things(django_db_setup, django_db_blocker) -> Iterator[Things]:
    with django_db_blocker.unblock(), everything() as made:
        yield made


@pytest.fixture(scope="module")
def frozen(things: Things) -> Iterator[None]:
    """Portal time and real time stand still, so that ages in words do not change between two looks."""
    with time_machine.travel(timezone.now(), tick=False):
        ClockSetting.objects.update(real_base=timezone.now(), portal_base=things.world.at + timedelta(hours=1))
        yield


def looked(things: Things) -> dict[tuple[str, str], str]:
    """Return what every page and call without an object in its address shows to each of the outsiders."""
    found = {}
    for row in LISTS:
        for audience in OUTSIDERS:
            with rolled_back(things.clients[audience]):
                found[row.route, audience] = NOISE.sub("", body(ask(things.clients[audience], row, things)))
    return found


@pytest.fixture(scope="module")
def before(things: Things, frozen: None) -> dict[tuple[str, str], str]:
    return looked(things)


@pytest.fixture(scope="module")
def secrets(things: Things, before) -> Secrets:
    world = things.world
    made = Secrets()
    model = HubModel.objects.get(name="Birch 2")
    for colour, version in (("amber", "0ABC1000"), ("red", "0ABC2000")):
        made.kwargs.append(tell_all(world, model, colour, version))
    return made


def tell_all(world: World, model: HubModel, colour: str, version: str) -> dict[str, dict[str, object]]:
    """Make a release known to one supplier only, with everything that can hang on it; return its addresses."""
    manager, at = world.actor("manager"), world.at
    release = draft(world, model, version, REFERENCES[colour])
    release = publishing.attach_image(
        release, image_file(image_type=2, file_version=int(version, 16)), by=manager, at=at
    )
    publishing.save_notes(release, NOTES.replace("None known.", f"The {MARKER}."), by=manager, at=at)
    file = ContentFile(MARKER.encode(), f"{MARKER}.txt")
    document = evidence_facts(title=f"Report on {MARKER}", summary=MARKER, signatory=MARKER, file=file)
    evidence = publishing.attach_evidence(release, document, by=manager, at=at)
    release.refresh_from_db()
    release = publishing.announce(release, by=manager, at=at)
    north = Cohort(suppliers=frozenset({world.organisation("fernlight").pk}))
    issue = make_issue(world, release, who="small_supplier", of="fernlight", title=f"The {MARKER}", cohort=north)
    hold = make_hold(world, release, cohort=north)
    days = {"amber": 2, "red": 3}[colour]
    window = make_window(
        world, release, who="small_supplier", of="fernlight", where="own-lab", start=at + timedelta(days=days)
    )
    grounds = ballots.Grounds(issues=[issue], cohort=north, evidence=MARKER, remedy="hold")
    objection = ballots.lodge(
        release,
        supplier=world.organisation("fernlight"),
        grounds=grounds,
        by=world.actor("small_supplier"),
        at=at,
    )
    rollout = rollouts.plan(release, QUICK, by=manager, at=at)
    if colour == "red":
        release.named_people.set([world.users["small_supplier"]])
        Release.objects.filter(pk=release.pk).update(classification="red")
    rows = {"release": release, "issue": issue, "hold": hold, "window": window, "rollout": rollout, "lodged": objection}
    named: dict[str, dict[str, object]] = {name: {"reference": row.reference} for name, row in rows.items()}
    named |= {"release_of_issue": {"release": release.reference}}
    return named | {"evidence": {"reference": release.reference, "pk": evidence.pk}}


def draft(world: World, model: HubModel, version: str, reference: str) -> Release:
    facts = publishing.Facts(
        title=f"Repair of the {MARKER}",
        hub_models=[model],
        firmware_version=version,
        urgency_class="urgent",
        classification="amber",
        readers=[world.organisation("fernlight")],
        planned_deployment_at=datetime(2017, 1, 17, tzinfo=UTC),
        planned_activation_at=datetime(2017, 1, 30, tzinfo=UTC),
    )
    release = publishing.draft_release(facts, by=world.actor("manager"), at=world.at)
    Release.objects.filter(pk=release.pk).update(reference=reference)
    release.refresh_from_db()
    return release


def body(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace") + response.get("Location", "") + response.get("Content-Disposition", "")


def test_the_world_is_as_the_sweep_believes(things, secrets):
    assert set(Cell.objects.filter(combination__hub_model__name="Birch 2").values_list("homes", flat=True)) == {30}
    assert f"{MAKER:04X}" == "10F2"
    assert date(2017, 1, 9) == things.world.at.date()


def test_who_may_know_finds_it(things, secrets):
    """The control: these searches find the markers where they are."""
    for audience in ("manager", "second"):
        for address in (
            "/releases/",
            "/issues/",
            "/holds/",
            "/testing/",
            "/rollouts/",
            "/calendar/",
            "/api/v1/releases/",
        ):
            assert HIDDEN.search(body(things.clients[audience].get(address))), address
    for named in secrets.kwargs:
        page = body(things.clients["manager"].get(reverse("publishing:release", kwargs=named["release"])))
        assert f"Report on {MARKER}" in page and f"The {MARKER}." in page


def test_lists_counts_and_feeds_are_as_without_them(things, before, secrets):
    after = looked(things)
    assert [key for key, shown in after.items() if HIDDEN.search(shown)] == []
    assert [key for key, shown in after.items() if shown != before[key]] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.about], ids=lambda row: f"{row.method} {row.route}")
def test_no_address_of_theirs_is_there(things, secrets, row: Row):
    for named in secrets.kwargs:
        if row.about not in named:
            continue
        aimed = Things(things.world, {**things.kwargs, **named}, things.clients, things.named, things.forms)
        for audience in OUTSIDERS:
            with rolled_back(things.clients[audience]):
                answer = ask(things.clients[audience], row, aimed)
                assert not HIDDEN.search(without_address(body(answer), named)), audience
                refusals = (302, 401, 403, 404, 405, 415)  # 415: turned away before anything was looked up
                assert answer.status_code in refusals, f"{audience}: {answer.status_code}"


def without_address(shown: str, named: dict[str, dict[str, object]]) -> str:
    """Leave out the address that was asked for, which sign-in repeats."""
    return re.sub(r"next=[^\"&\s]+", "", shown)


@pytest.mark.parametrize("words", [MARKER, "FW-2099", "4711", "0ABC", "Repair"])
def test_no_filter_and_no_search_finds_them(things, secrets, words):
    asked = [
        f"/releases/?search={words}",
        f"/issues/?words={words}",
        f"/api/v1/releases/?search={words}",
    ]
    for audience in OUTSIDERS:
        for address in asked:
            with rolled_back(things.clients[audience]):
                shown = body(things.clients[audience].get(address))
                assert not HIDDEN.search(shown.replace(words, "")), f"{address} as {audience}"


def test_the_administration_shows_none_of_it(things, secrets):
    client, asked = things.clients["administrator"], 0
    for model, _ in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses = [reverse(f"{name}_changelist")]
        if model._meta.app_label in ("publishing", "issues", "holds", "testing", "ballots", "rollouts"):
            for row in model._default_manager.order_by("-pk")[:6]:
                addresses += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history")]
        for address in addresses:
            with rolled_back(client):
                assert not HIDDEN.search(body(client.get(address))), address
            asked += 1
    assert asked > 60


def test_no_message_reaches_anybody_else(things, secrets):
    """Mail about them carries a link and no words of theirs; inboxes of others hold nothing of them."""
    deliver_all()
    world = things.world
    managers = {world.users[who].pk for who in ("manager", "second_manager", "secretary", "small_supplier")}
    knowing = {world.organisation(name).pk for name in ("fernlight", "dcc", "secas")}
    told = [one for one in Delivery.objects.select_related("message") if HIDDEN.search(words_of(one))]
    assert told
    assert [one for one in told if one.user_id not in managers and one.organisation_id not in knowing] == []
    for sent in mail.outbox:
        text = re.sub(r"https?://\S+", "", f"{sent.subject} {sent.body}")
        assert not HIDDEN.search(text), sent.subject


def words_of(delivery: Delivery) -> str:
    message = delivery.message
    return f"{message.subject} {message.body} {message.url}"


def test_opened_to_all_they_are_there(things, secrets):
    """The control of the whole: what hid them was their classification."""
    release = Release.objects.get(reference=REFERENCES["amber"])
    client = things.clients["other"]
    with rolled_back(client):
        by = things.world.actor("manager")
        publishing.reclassify(release, Readership("green"), why="Agreed", by=by, at=things.world.at)
        cache.clear()
        for address in PLACES:
            assert HIDDEN.search(body(client.get(address))), address
