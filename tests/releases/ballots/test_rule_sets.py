"""Versions of the voting rules: who adds one, what it may say, and which ballot is decided under it."""

import copy
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from portal.delivery.models import Delivery, Message
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed
from releases.ballots import rulesets, verbs
from releases.ballots.defaults import rules_at, stored_rules_at
from releases.ballots.models import RuleSet
from releases.ballots.rulesets import Counting
from releases.ballots.verbs import RuleSetFacts
from releases.ballots.versions import versions
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
API = "/api/v1/rule-sets/"
FIRST = date(2017, 2, 1)


def changed(**changes):
    return copy.deepcopy(rulesets.DEFAULT) | changes


def facts(**changes) -> RuleSetFacts:
    one = RuleSetFacts("One voice a category", FIRST, changed(counting="per_category", quorum_votes=4))
    return replace(one, **changes)


def add(world, what=None, *, who="secretary", why="Small Suppliers asked for it.") -> RuleSet:
    return verbs.add_rule_set(what or facts(), by=world.actor(who), at=world.at, why=why)


def text(answer) -> str:
    body: str = answer.content.decode()
    return body


@pytest.fixture
def secretary(sign_in_then):
    return sign_in_then("secretary")


def test_a_version_stands_from_its_first_day_on(world):
    first = stored_rules_at(world.at)
    made = add(world)
    assert (made.number, first.number) == (2, 1)
    assert rules_at(world.at).counting is Counting.PER_MEMBER
    later = world.at + 40 * DAY
    assert (rules_at(later).counting, rules_at(later).quorum_votes) == (Counting.PER_CATEGORY, 4)
    assert [(one.row.number, one.standing, one.until) for one in versions(world.at)] == [
        (2, "planned", None),
        (1, "in force", FIRST),
    ]
    assert [(one.row.number, one.standing) for one in versions(later)] == [(2, "in force"), (1, "past")]
    entry = Entry.objects.get(verb="add_rule_set")
    assert (entry.why, entry.subject_id) == ("Small Suppliers asked for it.", made.pk)


def test_committees_secretaries_and_dcc_are_told_in_words(world):
    add(world)
    (message,) = Message.objects.filter(kind="ballots.rules_change")
    assert "one voice" in message.body
    assert "Small Suppliers asked for it." in message.body
    told = set(Delivery.objects.filter(message=message).values_list("recipient", flat=True))
    assert {"Chair", "Secretary", "Manager"} <= told


@pytest.mark.parametrize("who", ["manager", "supplier", "chair", "administrator"])
def test_only_the_secretary_keeps_the_rules(world, who):
    with pytest.raises(NotAllowed, match="Only the SECAS secretary keeps the voting rules"):
        add(world, who=who)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": " "}, "title", "Give the rules a title"),
        ({"effective_from": date(2017, 1, 9)}, "effective_from", "Choose a day after today"),
        ({"rules": changed(quorum_share="1/0")}, "rules", "quorum_share must be a fraction"),
        ({"rules": changed(quorum_share="half")}, "rules", "quorum_share must be a fraction"),
        ({"rules": changed(counting="by_weight")}, "rules", "counting must be one of: per_member, per_category"),
        ({"rules": []}, "rules", "The rule set must be an object"),
        ({"rules": changed(clocks=3)}, "rules", "The clocks must be an object"),
        ({"rules": changed(override_share="1/2")}, "override_share", "At least 2/3 is the rule"),
        ({"rules": changed(quorum_votes=101)}, "quorum_votes", "Give at most 100 votes"),
        (
            {"rules": changed(clocks=changed()["clocks"] | {"voting": {"urgent": 2, "others": 61}})},
            "voting",
            "Give at most 60 Working Days",
        ),
    ],
)
def test_rules_that_cannot_stand_are_refused(world, changes, field, sentence):
    with pytest.raises(Invalid) as refused:
        add(world, facts(**changes))
    assert sentence in refused.value.fields[field][0]
    assert not RuleSet.objects.filter(number__gt=1).exists()


def test_a_change_has_a_reason_and_a_day_of_its_own(world):
    with pytest.raises(Invalid) as refused:
        add(world, why=" ")
    assert set(refused.value.fields) == {"why"}
    add(world)
    with pytest.raises(Invalid, match="needs to be put right") as refused:
        add(world)
    assert "A version from 1 February 2017 on exists" in refused.value.fields["effective_from"][0]


# Pages


def sent(**changes) -> dict[str, str]:
    clocks = {
        f"{name}_{which}": str(days)
        for name, clock in rulesets.DEFAULT["clocks"].items()
        for which, days in clock.items()
    }
    answers = {
        "title": "One voice a category",
        "effective_from": "2017-02-01",
        "counting": "per_category",
        "quorum_share": "2 / 4",
        "quorum_votes": "4",
        "override_share": "3/4",
        "why": "Small Suppliers asked for it.",
    }
    return clocks | answers | changes


def test_what_is_typed_is_read_in_words_before_it_is_added(secretary):
    address = reverse("ballots:add_rules")
    assert "Portal" not in text(secretary.get(address)).partition("<form")[2].partition("</form>")[0]
    checked = text(secretary.post(address, sent(check="yes")))
    assert "at least 1/2 of the entitled members and at least 4 votes" in checked
    assert "one voice" in checked
    assert "Worked examples" in checked
    assert RuleSet.objects.count() == 1
    done = text(secretary.post(address, sent(), follow=True))
    assert "Version 2 stands from 1 February 2017 on." in done
    assert "Small Suppliers asked for it." in done
    assert RuleSet.objects.get(number=2).rules["quorum_share"] == "1/2"


def test_wrong_answers_are_kept_beside_the_sentence(secretary):
    answer = secretary.post(reverse("ballots:add_rules"), sent(quorum_share="most", voting_urgent="0"))
    assert answer.status_code == 400
    assert "Give a share above 0 and at most 1 as a fraction" in text(answer)
    assert 'value="most"' in text(answer)
    refused = secretary.post(reverse("ballots:add_rules"), sent(override_share="1/2"))
    assert refused.status_code == 400
    assert "At least 2/3 is the rule" in text(refused)


def test_everybody_reads_every_version(client, world, set_clock):
    set_clock(world.at)
    add(world)
    page = text(client.get(reverse("ballots:rules")))
    assert "Planned" in page
    assert "Add a version" not in page
    assert "one voice" in text(client.get(reverse("ballots:rule_set", args=[2])))
    assert client.get(reverse("ballots:rule_set", args=[3])).status_code == 404


def test_the_page_costs_the_same_however_many_versions(client, world, set_clock):
    set_clock(world.at)
    with same_queries() as cost:
        stored_rules_at(world.at)
        cost.of(lambda: client.get(reverse("ballots:rules")))
        for number in (1, 2):
            add(world, facts(effective_from=FIRST + number * DAY))
        cost.of(lambda: client.get(reverse("ballots:rules")))


# API


def test_the_api_lists_and_adds_versions(secretary, world):
    body = {"title": "More votes", "effective_from": "2017-03-01", "rules": changed(quorum_votes=5), "why": "Asked."}
    made = secretary.post(API, body, content_type="application/json")
    assert made.status_code == 201
    assert "at least 5 votes cast" in " ".join(made.json()["words"])
    assert [row["number"] for row in secretary.get(API).json()["results"]] == [2, 1]
    wrong = secretary.post(API, body | {"rules": {}}, content_type="application/json")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["effective_from", "rules"])


def test_the_api_costs_the_same_however_many_versions(secretary, world):
    with same_queries() as cost:
        stored_rules_at(world.at)
        cost.of(lambda: secretary.get(API))
        for number in (1, 2):
            add(world, facts(effective_from=FIRST + number * DAY))
        cost.of(lambda: secretary.get(API))
