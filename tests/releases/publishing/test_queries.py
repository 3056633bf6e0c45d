import pytest

from portal.workflow.actor import ANONYMOUS, system
from releases.publishing import listing, queries, verbs
from releases.publishing.models import Release
from releases.publishing.service import Recipient, service_table
from releases.publishing.states import ReleaseState
from tests.factories.releases import NOTES, make_draft, make_ready

pytestmark = pytest.mark.django_db
EVERYBODY = {"public", "manager", "supplier", "other_supplier", "rsa", "secretary", "observer", "csp_north", "member"}


def readers(world, release):
    """Return who of everybody sees the release, whether it is looked for or has been read already."""
    actors = {who: ANONYMOUS if who == "public" else world.actor(who) for who in EVERYBODY}
    seen = {who for who, actor in actors.items() if queries.visible_to(actor).filter(pk=release.pk).exists()}
    assert seen == {who for who, actor in actors.items() if queries.known_to(actor, [release]) == {release.pk}}
    return seen


def classified(release, colour, **named):
    Release.objects.filter(pk=release.pk).update(classification=colour)
    for field, rows in named.items():
        getattr(release, field).set(rows)
    release.refresh_from_db()


class TestClassification:
    def test_drafts_are_dccs_alone(self, world, draft):
        for colour in ("white", "green", "amber"):
            classified(draft, colour, readers=[world.organisations["heron"]])
            assert readers(world, draft) == {"manager"}

    def test_white_is_public(self, world, announced):
        classified(announced, "white")
        assert readers(world, announced) == EVERYBODY

    def test_green_is_for_the_parties(self, world, announced):
        assert readers(world, announced) == EVERYBODY - {"public"}

    def test_amber_is_for_the_named_their_agents_and_secas(self, world, announced):
        classified(announced, "amber", readers=[world.organisations["heron"]])
        assert readers(world, announced) == {"manager", "supplier", "rsa", "secretary"}

    def test_amber_of_another_is_not_the_agents(self, world, announced):
        classified(announced, "amber", readers=[world.organisations["osprey"]])
        assert readers(world, announced) == {"manager", "other_supplier", "secretary"}

    def test_red_is_for_the_named_people(self, world, announced):
        classified(announced, "red", named_people=[world.users["observer"]])
        assert readers(world, announced) == {"manager", "observer"}

    def test_the_clock_sees_everything(self, draft):
        assert list(queries.visible_to(system("clock"))) == [draft]

    def test_a_release_that_went_back_to_draft_stays_known(self, world, announced):
        verbs.return_to_draft(announced, by=world.actor("manager"), at=world.at, why="Retest")
        assert "supplier" in readers(world, announced)


class TestReads:
    def test_reach_counts_homes_once_and_suppliers_all(self, world, announced):
        assert queries.reach(announced) == queries.Reach(homes=350, suppliers=2, told=4)

    def test_own_homes_are_those_of_the_suppliers_acted_for(self, world, announced):
        homes = {who: queries.own_homes(announced, world.actor(who)) for who in ("supplier", "rsa", "other_supplier")}
        assert homes == {"supplier": 350, "rsa": 350, "other_supplier": 50}
        assert queries.own_homes(announced, world.actor("small_supplier")) == 0

    def test_without_from_versions_any_other_version_is_concerned(self, world, catalogue):
        release = make_draft(world, catalogue, from_versions=[], hub_models=list(catalogue.models.values()))
        assert queries.reach(release).homes == 380

    def test_filters(self, world, catalogue, announced):
        manager = world.actor("manager")
        other = make_draft(
            world,
            catalogue,
            title="Birch uplift",
            hub_models=[catalogue.models["birch"]],
            from_versions=[],
            urgency_class="major",
        )
        for chosen, found in (
            ({"search": "power cut"}, [announced]),
            ({"search": "FW-2017"}, [other, announced]),
            ({"state": ["draft"]}, [other]),
            ({"urgency_class": ["urgent"]}, [announced]),
            ({"hub_model": catalogue.models["birch"]}, [other]),
            ({}, [other, announced]),
        ):
            assert list(listing.listed(manager, chosen)) == found
        assert list(listing.listed(manager, {}, sort="reference")) == [announced, other]
        assert list(listing.listed(manager, {}, sort="-title")) == [announced, other]
        assert list(listing.listed(manager, {}, sort="password")) == [other, announced]

    def test_notes_in_preparation_are_dccs(self, world, announced):
        manager, supplier = world.actor("manager"), world.actor("supplier")
        verbs.save_notes(announced, NOTES + "\nMore.\n", by=manager, at=world.at)
        assert [one.number for one in queries.revisions(announced, manager)] == [3, 2, 1]
        assert [one.number for one in queries.revisions(announced, supplier)] == [2]
        assert queries.current_notes(announced, drafts=False).number == 2

    def test_the_service_table_says_how_far_each_recipient_is(self, world, announced):
        verbs.acknowledge(announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at)
        verbs.serve_by_other_means(
            announced, world.organisations["osprey"], why="By hand", by=world.actor("manager"), at=world.at
        )
        rows = service_table(queries.notice_in_force(announced))
        assert {str(row.organisation): row.state for row in rows} == {
            "Fernlight Energy": "queued",
            "Heron Power": "acknowledged",
            "Meterwrights": "queued",
            "Osprey Gas": "served",
        }

    def test_a_line_without_delivery_waits(self, world):
        assert Recipient(world.organisations["heron"], None, None, None, 0, 0, None).state == "waiting"

    def test_the_service_table_takes_six_queries_whatever_its_length(self, announced, django_assert_num_queries):
        notice = queries.notice_in_force(announced)
        with django_assert_num_queries(6):
            service_table(notice)

    def test_nothing_was_served_for_no_notice(self, draft):
        assert queries.served(None) == {}
        assert queries.served_suppliers(draft) == {}


def test_state_names_are_those_of_the_table():
    assert set(ReleaseState.values) == set(Release.machine.moves)


def test_ready_is_a_draft(world, catalogue):
    assert make_ready(world, catalogue).state == "draft"


def test_rows_say_what_they_are(world, announced):
    verbs.acknowledge(announced, world.organisations["heron"], by=world.actor("supplier"), at=world.at)
    notice = announced.notices.get()
    assert str(notice) == "FW-2017-001 notice 1"
    assert str(notice.services.get()) == "FW-2017-001 notice 1 served on Heron Power"
    assert str(notice.acknowledgements.get()) == "Heron Power acknowledged FW-2017-001 notice 1"
    assert str(announced.notes.first()) == "FW-2017-001 notes, revision 2"
    assert str(announced.evidence.get()) == "Section T test report"
    assert str(announced) == "FW-2017-001 Joining after a power cut"
