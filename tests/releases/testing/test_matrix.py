"""Coverage as the database counts it, on its page, at the gate and by API."""

import random
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from releases.gates import release_wide
from releases.gates.conditions import Standing
from releases.products.models import Cell, DeviceCombination, DeviceModel
from releases.publishing.models import Release
from releases.testing import coverage as figures
from releases.testing import matrix, queries, verbs
from releases.testing.findings import Found
from releases.testing.models import TestCase, TestResult
from tests.factories import coverage as intended
from tests.factories.findings import DAY, environment, make_window
from tests.factories.queries import same_queries

pytestmark = pytest.mark.django_db
API = "/api/v1/test-coverage/"


@pytest.fixture
def window(world, announced):
    return make_window(world, announced)


@pytest.fixture
def supplier(sign_in_then, world, window):
    return sign_in_then("supplier")


def report(world, window, catalogue, outcome="pass", codes=("JOIN",), on="dual", who="supplier", days=0):
    rows = [
        Found(catalogue.combinations[on], case, outcome, "0A010200", "Dark.")
        for case in TestCase.objects.filter(code__in=codes)
    ]
    at = window.starts_at + timedelta(hours=1, days=days)
    return verbs.report_results(window, rows, by=world.actor(who), at=at)


def page(release, name="coverage") -> str:
    return reverse(f"testing:{name}", args=[release.reference])


def text(answer) -> str:
    return answer.content.decode()


# The statement


@pytest.mark.parametrize("seed", range(4))
def test_the_database_counts_as_the_measure_does_on_generated_worlds(world, announced, catalogue, seed):
    """Random combinations, homes, suppliers, cases and results of three organisations, all drawn from one seed."""
    draw = random.Random(seed)
    environment()
    homes, own = _homes(draw, world, catalogue)
    cases = queries.cases()[: draw.randint(1, 12)]
    TestCase.objects.exclude(pk__in=[case.pk for case in cases]).update(retired_at=world.at)
    _results(draw, world, announced, [*homes, catalogue.combinations["birch"].pk])
    said = [figures.Report(*row) for row in queries.results_of(announced).values_list(*REPORT)]
    numbers = [case.pk for case in queries.cases()]
    found = matrix.weigh(announced, [world.organisation("osprey").pk])
    assert found.all_homes == intended.measure(homes, numbers, said)
    assert found.own_homes == intended.measure(own, numbers, said)
    known = intended.standings(said)
    for line in matrix.drawn(found.everybody, len(numbers)):
        expected = [known.get((line.combination.pk, case), figures.Standing.UNTESTED) for case in numbers]
        assert line.standings == expected


REPORT = ("window__organisation_id", "combination_id", "case_id", "outcome", "pk")


def _homes(draw, world, catalogue) -> tuple[dict[int, int], dict[int, int]]:
    """Add combinations and cells; return the homes of all and those of one supplier, by combination."""
    Cell.objects.all().delete()
    displays = [
        DeviceModel.objects.create(type="IHD", name=f"IHD {number}", manufacturer="10F2", model=f"0000020{number}")
        for number in range(draw.randint(1, 6))
    ]
    model = catalogue.models["alder"]
    made = [
        DeviceCombination.objects.create(hub_model=model, esme=catalogue.devices["esme"], display=one, smets=2)
        for one in displays
    ]
    suppliers = [world.organisation(name) for name in ("heron", "osprey", "fernlight")]
    osprey, number, homes, own = suppliers[1], 0, dict[int, int](), dict[int, int]()
    for combination in made:
        for region in ("north", "central", "south"):
            number += 1
            electricity, gas, count = draw.choice(suppliers), draw.choice([None, *suppliers]), draw.randint(0, 40)
            Cell.objects.create(
                number=number,
                region=region,
                combination=combination,
                firmware=catalogue.versions["alder 0A010100"],
                han_variant="single",
                electricity_supplier=electricity,
                gas_supplier=gas,
                homes=count,
            )
            if count:
                homes[combination.pk] = homes.get(combination.pk, 0) + count
                if osprey in (electricity, gas):
                    own[combination.pk] = own.get(combination.pk, 0) + count
    return homes, own


def _results(draw, world, release, combinations) -> None:
    windows = [
        make_window(world, release, who=who, of=of)
        for who, of in (("supplier", "heron"), ("other_supplier", "osprey"), ("small_supplier", "fernlight"))
    ]
    cases = list(TestCase.objects.all())
    TestResult.objects.bulk_create(
        TestResult(
            window=draw.choice(windows),
            combination_id=draw.choice(combinations),
            case=draw.choice(cases),
            outcome=draw.choice(["pass", "pass", "fail", "blocked"]),
            reported_by_name="Somebody",
            reported_at=world.at,
        )
        for _ in range(draw.randint(0, 120))
    )


def test_results_on_another_release_do_not_count(world, window, announced, catalogue, ready):
    report(world, window, catalogue)
    assert matrix.coverage(announced).covered_cell_homes == 350
    assert matrix.coverage(ready).covered_cell_homes == 0


# The page


def test_the_matrix_shows_standings_and_gaps(supplier, world, window, announced, catalogue):
    osprey = make_window(world, announced, who="other_supplier", of="osprey")
    report(world, window, catalogue, codes=("JOIN", "READ"))
    report(world, osprey, catalogue, "fail", codes=("READ",), who="other_supplier")
    report(world, window, catalogue, "blocked", codes=("DUAL",))
    shown = text(supplier.get(page(announced)))
    for words in ('"app-cover__covered">Pass', '"app-cover__failed">Fail', '"app-cover__blocked">Blocked'):
        assert shown.count(words) == 1
    assert "3,850" in shown  # 350 homes x 11 cases not covered
    assert "Homes of the suppliers you act for" in shown


def test_the_advice_leads_to_a_filled_booking_form(supplier, announced, catalogue):
    answer = supplier.get(page(announced), {"slots": "2"})
    (advised,) = answer.context["advice"].rows
    assert (advised.combination, advised.open_cases, advised.gain) == (catalogue.combinations["dual"], 12, 4200)
    assert "rises from 0.0 % to 100.0 %" in text(answer)
    form = supplier.get(answer.context["book"]).context["form"]
    assert form["combinations"].value() == [catalogue.combinations["dual"].pk]


def test_a_combination_asked_for_is_offered_however_light(supplier, announced, catalogue, monkeypatch):
    monkeypatch.setattr("releases.testing.forms.LISTED_COMBINATIONS", 0)
    asked = f"{page(announced, 'book')}?combinations={catalogue.combinations['dual'].pk}&combinations=x"
    form = supplier.get(asked).context["form"]
    assert list(form.known) == [catalogue.combinations["dual"].pk]


def test_own_homes_weigh_unless_all_are_asked_for(sign_in_then, world, announced):
    environment()
    client = sign_in_then("other_supplier")
    assert client.get(page(announced)).context["advice"].whole == 50 * 12
    assert client.get(page(announced), {"homes": "all"}).context["advice"].whole == 350 * 12
    manager = sign_in_then("manager")
    assert manager.get(page(announced), {"homes": "own", "slots": "2"}).context["advice"].whole == 350 * 12


@pytest.mark.parametrize("slots", ["0", "21", "x", ""])
def test_slots_that_are_none_fall_back_to_three(supplier, announced, slots):
    answer = supplier.get(page(announced), {"slots": slots})
    assert answer.status_code == 200
    assert answer.context["form"].chosen_slots == 3


def test_where_only_fails_are_left_there_is_nothing_to_test(supplier, world, window, announced, catalogue):
    codes = [case.code for case in queries.cases()]
    report(world, window, catalogue, codes=codes[1:])
    report(world, window, catalogue, "fail", codes=codes[:1])
    assert "has an open fail" in text(supplier.get(page(announced)))


def test_what_a_window_to_come_covers_is_not_advised_again(sign_in_then, supplier, world, window, announced, catalogue):
    named = make_window(world, announced, combinations=[catalogue.combinations["dual"]])
    assert "Nothing more: what is left is booked already" in text(supplier.get(page(announced)))
    assert "1 combination left out: windows to come of yours name it." in text(supplier.get(page(announced)))
    advice = supplier.get(f"{API}{announced.reference}/next/", {"slots": 1}).json()
    assert (advice["booked"], advice["combinations"], advice["before"]) == (1, [], advice["after"])
    assert sign_in_then("other_supplier").get(page(announced)).context["advice"].rows
    verbs.cancel(named, by=world.actor("supplier"), at=world.at)
    assert sign_in_then("supplier").get(page(announced)).context["advice"].rows


def test_a_release_in_no_home_has_an_empty_matrix(sign_in_then, world, announced):
    Cell.objects.all().delete()
    assert "No home has a hub model of this release." in text(sign_in_then("manager").get(page(announced)))


def afresh(client, address):
    """Ask for a page of which nothing is kept."""
    cache.clear()
    return client.get(address)


def test_what_is_counted_is_kept_until_somebody_reports(supplier, sign_in_then, world, window, announced, catalogue):
    def shown(client) -> str:
        return text(client.get(page(announced))).partition("<main")[2].partition('id="next"')[0]

    untested = shown(supplier)
    with CaptureQueriesContext(connection) as again:
        assert shown(supplier) == untested
    assert not any("products_cell" in query["sql"] for query in again.captured_queries)
    report(world, window, catalogue)
    passed = shown(supplier)
    report(world, window, catalogue, "fail")
    assert len({untested, passed, shown(supplier)}) == 3
    assert "Homes of the suppliers you act for" not in shown(sign_in_then("manager"))


def test_the_page_costs_the_same_for_one_and_three_combinations(supplier, world, window, announced, catalogue):
    with same_queries() as cost:
        report(world, window, catalogue)
        cost.of(lambda: afresh(supplier, page(announced)))
        for number, on in enumerate(("single", "birch"), start=10):
            cell = catalogue.cells["north"]
            cell.pk, cell.combination = number, catalogue.combinations[on]
            cell.save(force_insert=True)
        announced.hub_models.add(catalogue.models["birch"])
        report(world, window, catalogue, on="single")
        cost.of(lambda: afresh(supplier, page(announced)))


# Over time


def test_the_course_has_a_share_for_each_day(supplier, world, window, announced, catalogue, set_clock):
    report(world, window, catalogue)
    report(world, window, catalogue, codes=("READ", "DUAL"), days=2)
    days = matrix.over_time(announced, window.starts_at + 3 * DAY)
    assert [(day.day, round(12 * share)) for day, share in days] == [(9, 0), (10, 1), (11, 1), (12, 3)]
    set_clock(window.starts_at + 3 * DAY)
    shown = text(supplier.get(page(announced, "coverage_over_time")))
    assert "Homes covered by user tests" in shown
    assert '<td class="num">25</td>' in shown


def test_before_the_announcement_there_is_no_course(sign_in_then, world, ready):
    environment()
    assert matrix.over_time(ready, world.at) == []
    assert "Nothing to draw yet" in text(sign_in_then("manager").get(page(ready, "coverage_over_time")))


# The gate


def condition(release, at):
    facts = release_wide.Facts(release, at)
    return next(one for one in release_wide.conditions(facts, "activation") if one.title == "Coverage by user tests")


def asks_for(release, percent: int) -> None:
    release.class_terms = {**release.terms.as_snapshot(), "least_coverage": percent}
    release.save()


def test_the_gate_shows_coverage_where_the_class_asks_for_none(world, window, announced, catalogue):
    report(world, window, catalogue)
    found = condition(announced, world.at)
    assert (found.standing, found.reason) == (
        Standing.NOT_NEEDED,
        "8.3 % of 350 homes are covered; the class asks for no minimum.",
    )


def test_the_gate_stays_shut_below_the_share_of_the_class(world, window, announced, catalogue):
    asks_for(announced, 9)
    report(world, window, catalogue)
    found = condition(announced, world.at)
    assert found.standing == Standing.UNMET
    assert "8.3 % of 350 homes are covered; the class asks for at least 9 %:" in found.reason
    report(world, window, catalogue, codes=("READ",))
    assert condition(announced, world.at).standing == Standing.MET
    report(world, window, catalogue, "fail", codes=("READ",))
    assert condition(announced, world.at).standing == Standing.UNMET


def test_the_share_is_not_rounded_up_to_the_minimum(world, window, announced, catalogue):
    asks_for(announced, 17)
    report(world, window, catalogue, codes=("READ", "JOIN"))  # 16.67 %
    found = condition(announced, world.at)
    assert found.standing == Standing.UNMET
    assert "16.6 %" in found.reason


def test_no_share_is_asked_where_users_do_not_test_or_no_home_is_concerned(world, announced):
    asks_for(announced, 50)
    Release.objects.filter(pk=announced.pk).update(approach="notice_only")
    announced.refresh_from_db()
    assert condition(announced, world.at).standing == Standing.NOT_NEEDED
    Release.objects.filter(pk=announced.pk).update(approach="consultation")
    Cell.objects.all().delete()
    announced.refresh_from_db()
    assert condition(announced, world.at).standing == Standing.MET


# API


def test_the_api_gives_the_matrix_and_the_advice(supplier, world, window, announced, catalogue):
    report(world, window, catalogue)
    here = f"{API}{announced.reference}/"
    assert supplier.get(here).json()["homes_on_untested_combinations"] == 0
    (row,) = supplier.get(here + "combinations/").json()
    assert (row["homes"], row["standings"]["JOIN"], row["standings"]["READ"]) == (350, "covered", "untested")
    advice = supplier.get(here + "next/", {"slots": 1, "own": "true"}).json()
    assert (round(advice["before"], 4), advice["after"]) == (0.0833, 1.0)
    assert [(one["combination"], one["open_cases"]) for one in advice["combinations"]] == [(row["combination"], 11)]
    assert supplier.get(here + "next/", {"slots": 0}).status_code == 400
