"""Changing who may read a release: what it would do, who is told, and what is kept of it."""

import pytest
from django.urls import reverse

from portal.delivery.messages import Recipient
from portal.delivery.models import Delivery, Message
from portal.journal.models import Entry
from portal.workflow.actor import ANONYMOUS, system
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.publishing import classification, verbs
from releases.publishing.models import Evidence, Release
from releases.publishing.verbs import Readership
from tests.factories.releases import NOTES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_worlds_time(set_clock, world):
    set_clock(world.at)


@pytest.fixture
def reclassify(world):
    def reclassify(release, to, who="manager", why="Agreed with the Panel", **more):
        return verbs.reclassify(release, Readership(to, **more), why=why, by=world.actor(who), at=world.at)

    return reclassify


def suppliers(world, *names):
    return [world.organisation(name) for name in names or ("heron", "osprey")]


class TestEffect:
    def change(self, world, release, to, readers=(), people=()):
        readers, people = {one.pk for one in readers}, {one.pk for one in people}
        return classification.effect_of_reclassifying(release, to, readers, people, world.at)

    def test_opening_to_the_public(self, world, announced):
        found = self.change(world, announced, "white")
        assert (found.public, found.organisations, found.losing) == (True, [], [])

    def test_closing_to_the_named(self, world, announced):
        found = self.change(world, announced, "amber", suppliers(world, "heron"))
        names = {one.name for one in found.losing}
        assert "Osprey Gas" in names and "CSP North" in names
        assert not names & {"Heron Power", "Meterwrights", "DCC", "SECAS"}  # an agent of a named supplier stays

    def test_closing_to_people(self, world, announced):
        found = self.change(world, announced, "red", people=[world.users["observer"]])
        assert world.organisation("heron") in found.losing
        assert found.people == []
        assert {one.name for one in found.keeping} == {"Manager", "Observer", "Second Manager"}

    def test_from_red_to_the_public_and_back(self, world, announced):
        Release.objects.update(classification="red")
        announced.refresh_from_db()
        announced.named_people.set([world.users["chair"]])
        found = self.change(world, announced, "white")
        assert found.public and world.organisation("heron") in found.organisations
        assert [one.name for one in found.losing_people] == ["Chair"]  # of no organisation, but sees as the public
        Release.objects.update(classification="white")
        announced.refresh_from_db()
        assert self.change(world, announced, "green").losing_public


class TestVerb:
    def test_those_who_gain_sight_are_told_and_nobody_else(self, world, announced, reclassify):
        reclassify(announced, "amber", readers=suppliers(world))
        assert not Message.objects.filter(kind="publishing.reclassified").exists()
        announced.refresh_from_db()
        reclassify(announced, "green")
        told = set(Delivery.objects.filter(message__kind="publishing.reclassified").values_list("recipient", flat=True))
        assert "Fernlight Energy" in told and "Heron Power" not in told

    def test_named_people_are_told(self, world, draft, reclassify):
        Release.objects.update(announced_at=world.at, classification="amber")
        draft.refresh_from_db()
        reclassify(draft, "red", named_people=[world.users["observer"]])
        (delivery,) = Delivery.objects.filter(message__kind="publishing.reclassified")
        assert (delivery.user_id, delivery.message.restricted) == (world.users["observer"].pk, True)

    def test_it_is_journalled_with_its_reason(self, world, announced, reclassify):
        reclassify(announced, "white", notes_classification="green")
        entry = Entry.objects.get(verb="reclassify")
        assert entry.why == "Agreed with the Panel"
        assert entry.data == {"was": "green", "now": "white", "notes": "green", "readers": []}

    @pytest.mark.parametrize(
        ("to", "more", "field"),
        [
            ("green", {"notes_classification": "amber"}, "readers"),
            ("green", {"notes_classification": "red"}, "named_people"),
            ("green", {"notes_classification": "white"}, "notes_classification"),
            ("green", {"why": " "}, "why"),
        ],
    )
    def test_contradictions_are_named(self, announced, reclassify, to, more, field):
        with pytest.raises(Invalid) as caught:
            reclassify(announced, to, **more)
        assert list(caught.value.fields) == [field]

    def test_who_was_served_must_be_able_to_read_it(self, world, announced, reclassify):
        with pytest.raises(NotNow, match="not named as readers: Osprey Gas"):
            reclassify(announced, "amber", readers=suppliers(world, "heron"))
        with pytest.raises(NotNow, match="could not read the notice"):
            reclassify(announced, "red", named_people=[world.users["observer"]])

    def test_once_it_is_over_it_may_be_red(self, world, announced, reclassify):
        withdrawn = verbs.withdraw(announced, by=world.actor("manager"), at=world.at, why="Not needed")
        assert reclassify(withdrawn, "red", named_people=[world.users["observer"]]).classification == "red"

    def test_only_dcc(self, announced, reclassify):
        with pytest.raises(NotAllowed):
            reclassify(announced, "white", who="supplier")


class TestNotes:
    def test_they_may_be_stricter_than_the_release(self, world, announced, client, sign_in):
        Release.objects.update(classification="white", notes_classification="green")
        page = reverse("publishing:release", args=[announced.reference])
        revisions = reverse("publishing:revisions", args=[announced.reference])
        assert "joining defect" not in client.get(page).content.decode()
        assert "joining defect" not in client.get(revisions).content.decode()
        assert "joining defect" in sign_in("supplier").get(page).content.decode()

    def test_news_of_them_reaches_their_readers_only(self, world, announced):
        announced.readers.set(suppliers(world, "heron"))
        Release.objects.update(notes_classification="amber")
        announced.refresh_from_db()
        verbs.save_notes(announced, NOTES + "More.", by=world.actor("manager"), at=world.at)
        announced.refresh_from_db()
        verbs.publish_notes(announced, by=world.actor("manager"), at=world.at)
        told = Delivery.objects.filter(message__kind="publishing.notes_published").values_list("recipient", flat=True)
        assert set(told) == {"Heron Power", "Meterwrights"}


class TestOneObject:
    def test_the_same_answer_as_in_sets(self, world, announced):
        document = Evidence.objects.get()
        for row in (announced, document):
            assert classification.sees(row, world.actor("supplier"))
            assert classification.sees(row, system("clock"))
            assert not classification.sees(row, ANONYMOUS)

    def test_mail_goes_to_those_who_may_know(self, world, announced):
        heron, osprey = suppliers(world)
        people = {who: Recipient(who, user_id=world.users[who].pk) for who in ("supplier", "other_supplier", "manager")}
        everybody = [Recipient("h", organisation_id=heron.pk), Recipient("o", organisation_id=osprey.pk)]
        everybody += people.values()
        assert classification.told(everybody, announced, world.at) == everybody
        assert classification.told(everybody, None, world.at) == everybody
        announced.classification = "amber"
        announced.readers.set([heron])
        names = [one.name for one in classification.told(everybody, announced, world.at)]
        assert names == ["h", "supplier", "manager"]
        announced.classification = "red"
        announced.named_people.set([world.users["other_supplier"]])
        names = [one.name for one in classification.told(everybody, announced, world.at)]
        assert names == ["other_supplier", "manager"]


class TestPages:
    def form(self, world, **changes):
        return {"classification": "amber", "readers": [one.pk for one in suppliers(world)], "why": "Agreed"} | changes

    def test_the_effect_is_shown_before_it_is_done(self, world, announced, sign_in):
        client, page = sign_in("manager"), reverse("publishing:reclassify", args=[announced.reference])
        assert "Now: Green" in client.get(page).content.decode()
        shown = client.post(page, self.form(world, preview="yes")).content.decode()
        assert "organisations would lose sight of it" in shown and "Fernlight Energy" in shown
        announced.refresh_from_db()
        assert announced.classification == "green"
        assert client.post(page, self.form(world)).status_code == 302
        announced.refresh_from_db()
        assert announced.classification == "amber"

    def test_what_is_wrong_is_said_beside_it(self, world, announced, sign_in):
        client, page = sign_in("manager"), reverse("publishing:reclassify", args=[announced.reference])
        answer = client.post(page, self.form(world, classification="green", notes_classification="white"))
        assert answer.status_code == 400
        assert "cannot be read more widely" in answer.content.decode()

    def test_by_api(self, world, announced, sign_in):
        client, url = sign_in("manager"), f"/api/v1/releases/{announced.reference}/classification/"
        body = {"classification": "amber", "readers": ["heron-power", "osprey-gas"]}
        found = client.post(f"{url}effect/", body, content_type="application/json").json()
        assert "Fernlight Energy" in found["losing"] and not found["public"]
        answer = client.post(url, {**body, "why": "Agreed"}, content_type="application/json")
        assert answer.json()["classification"] == "amber"

    def test_a_red_release_is_read_on_the_record(self, world, announced, sign_in):
        Release.objects.update(classification="red")
        client = sign_in("manager")
        for url in (f"/releases/{announced.reference}/", f"/api/v1/releases/{announced.reference}/"):
            client.get(url)
            assert Entry.objects.filter(verb="read_red", data={"what": url}).count() == 1

    def test_a_successor_one_may_not_know_of_is_not_named(self, world, catalogue, announced, draft, sign_in):
        verbs.supersede(announced, draft, by=world.actor("manager"), at=world.at, why="Better")
        for who, sees in (("manager", True), ("supplier", False)):
            client = sign_in(who)
            page = client.get(f"/releases/{announced.reference}/").content.decode()
            api = client.get(f"/api/v1/releases/{announced.reference}/").json()
            assert (draft.reference in page) is sees
            assert (api["superseded_by"] == draft.reference) is sees
