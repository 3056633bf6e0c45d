"""Studies: made by DCC and SECAS, played by workers part by part, read by everybody, as page, files and API."""

import csv
import io
import json
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from devices.studies import can, queries, ready, shown, tasks, verbs
from devices.studies.approaches import APPROACH
from devices.studies.assumptions import settings as figures_of
from devices.studies.fleet import Fleet
from devices.studies.models import Study, StudyPart
from devices.studies.results import MEASURES, run
from devices.studies.tasks import PORTAL
from portal.delivery.models import Message
from portal.journal.models import Entry
from portal.workflow.errors import Invalid, NotAllowed, NotNow
from releases.publishing.models import Release
from tests.architecture.sources import BASE
from tests.factories.queries import same_queries
from tests.factories.studies import FEW, make, played
from tests.html import mistakes

pytestmark = pytest.mark.django_db
API = "/api/v1/studies/"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch, served):
    """Parts of two runs, in a world with homes and a release."""
    monkeypatch.setattr(verbs, "RUNS_A_PART", 2)


def url(name: str, *about: Study) -> str:
    return reverse(f"studies:{name}", args=[row.reference for row in about])


# Making one


def test_a_study_keeps_the_homes_of_its_release_and_every_figure(world, served):
    row = make(world, served)
    fleet = Fleet.from_json(row.fleet)
    assert (row.reference[:3], row.state, row.homes, fleet.total) == ("ST-", "queued", 350, 350)
    assert row.digest == queries.digest_of(Study.objects.get().fleet) and len(row.figures) > 20
    assert [(part.first, part.last) for part in row.parts.all()] == [(0, 2), (2, 3)]
    assert Entry.objects.get(verb="make_study").data["fleet"] == row.digest
    assert set(fleet.suppliers) >= {"Heron Power", "Osprey Gas"} and fleet.regions
    assert fleet.homes_of_each().sum() > 350  # homes with a gas supplier of their own count for both


def test_a_study_of_every_home_is_scaled_to_what_is_asked(world):
    row = make(world, question=replace(FEW, homes=50_000))
    assert row.release is None and row.homes == pytest.approx(50_000, rel=0.01)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"runs": 1_000_000}, "runs", "Enter a whole number from 1 to 1,000 for runs."),
        ({"runs": 0}, "runs", "from 1 to"),
        ({"seed": -1}, "seed", "from 0 to"),
        ({"homes": 10}, "homes", "from 1,000 to 30,000,000"),
        ({"approaches": []}, "approaches", "Choose at least one approach."),
        ({"approaches": ["anarchy"]}, "approaches", "Choose at least one approach."),
        ({"title": "  "}, "title", "Give the study a title"),
        ({"kind": "ghosts"}, "kind", "Choose one of the kinds"),
        ({"counting": "loudest"}, "counting", "Choose how votes are counted."),
        ({"figures": {"fault": 7}}, "fault", "from 0 to 1"),
    ],
)
def test_absurd_questions_are_refused_by_name_and_cost_nothing(world, changes, field, says):
    with pytest.raises(Invalid) as refused:
        make(world, question=replace(FEW, **changes))
    assert says in " ".join(refused.value.fields[field]) and not Study.objects.exists()


def test_a_release_that_concerns_no_home_has_nothing_to_study(world, served):
    served.hub_models.clear()
    with pytest.raises(Invalid, match="no home"):
        make(world, served)


def test_who_makes_studies_and_how_many_at_once(world):
    for who in ("supplier", "chair", "rsa"):
        with pytest.raises(NotAllowed, match="secretary make"):
            make(world, who=who)
    make(world, who="secretary")
    for _ in range(can.AT_ONCE):
        row = make(world)
    with pytest.raises(NotNow, match="3 studies of your organisation are under way"):
        make(world)
    verbs.cancel(row, by=world.actor("manager"), at=world.at)
    make(world)


# Playing it


def test_a_study_is_played_in_parts_and_its_maker_is_told(world, served):
    row = make(world, served)
    assert not verbs.finish(row.pk, by=PORTAL, at=world.at)  # nothing is played
    assert verbs.play_next(row.pk, by=PORTAL, at=world.at)
    assert queries.played(Study.objects.get()) == 2 and Study.objects.get().state == "running"
    assert not verbs.finish(row.pk, by=PORTAL, at=world.at)
    row = played(row, world.at)
    assert (row.state, queries.played(row), row.parts.count()) == ("done", 3, 0)
    assert row.results == run(
        Fleet.from_json(row.fleet),
        figures_of(row.figures),
        ["notice", "holds"],
        range(3),
        seed=1,
        kind="",
        counting="per_member",
    )
    assert Message.objects.filter(subject=f"Study {row} is done").count() == 1
    assert not verbs.play_next(row.pk, by=PORTAL, at=world.at) and not verbs.finish(row.pk, by=PORTAL, at=world.at)


def test_the_task_plays_to_the_end_and_what_breaks_ends_it_with_a_sentence(world):
    row = make(world)
    for left in (1, 0, 0):  # a part each time, so that other work waits no longer; then it is put together
        tasks.play(row.pk)
        assert row.parts.filter(results__isnull=True).count() == left
    assert Study.objects.get().state == "done"
    broken = make(world)
    Study.objects.filter(pk=broken.pk).update(figures={"nonsense": 1})
    tasks.play(broken.pk)
    broken.refresh_from_db()
    assert broken.state == "failed" and "could not play" in broken.why and not broken.parts.exists()
    assert Message.objects.filter(subject=f"Study {broken} is failed").exists()
    verbs.give_up(broken.pk, by=PORTAL, at=world.at)  # once is enough
    assert queries.played(broken) == 0


def test_a_study_that_nobody_plays_is_published_again(world):
    row = make(world)
    tasks.sweep()
    assert verbs.republish() == 0
    Study.objects.filter(pk=row.pk).update(hinted_at=timezone.now() - 2 * verbs.SILENCE)
    assert (verbs.republish(), verbs.republish()) == (1, 0)


def test_a_study_is_cancelled_by_those_who_made_it_before_it_ends(world):
    row = make(world)
    verbs.play_next(row.pk, by=PORTAL, at=world.at)
    with pytest.raises(NotAllowed, match="made this study"):
        verbs.cancel(row, by=world.actor("secretary"), at=world.at)
    row = verbs.cancel(row, by=world.actor("manager"), at=world.at)
    assert row.state == "cancelled" and not StudyPart.objects.exists()
    assert not verbs.play_next(row.pk, by=PORTAL, at=world.at)
    with pytest.raises(NotNow, match="is cancelled"):
        verbs.cancel(row, by=world.actor("manager"), at=world.at)


# Reading it


def test_others_read_what_is_done_on_releases_they_see(world, served):
    row = make(world, served)
    assert not queries.studies(world.actor("supplier")).exists()
    assert queries.studies(world.actor("manager")).get() == row
    row = played(row, world.at)
    assert queries.studies(world.actor("supplier")).get() == row
    Release.objects.update(classification="red")
    assert not queries.studies(world.actor("supplier")).exists()


def test_the_page_shows_progress_then_results_with_their_working(sign_in_then, world, served):
    row = make(world, served)
    client = sign_in_then("manager")
    page = client.get(url("study", row))
    assert "0 of 3" in page.text.replace("&nbsp;", " ") or "Runs played" in page.text
    assert "Cancel the study" in page.text and mistakes(page.text) == []
    assert client.get(url("results_csv", row)).status_code == 404
    row = played(row, world.at)
    page = client.get(url("study", row))
    for words in ("What it says", "Consultation with cohort holds", "Heron Power", "What is assumed", "(changed)"):
        assert words in page.text
    assert mistakes(page.text) == []
    fragment = client.get(url("progress", row), headers={"HX-Request": "true"})
    assert fragment["HX-Refresh"] == "true" and "Cancel" not in fragment.text
    assert "HX-Refresh" not in client.get(url("progress", row))
    release = client.get(reverse("publishing:release", args=[served.reference])).text
    assert url("study", row) in release and "Compare approaches" in release
    assert url("studies") in client.get("/rollouts/").text


def test_what_was_assumed_of_a_kind_of_problem_is_shown_and_kept_for_another_like_it(sign_in_then, world, served):
    row = played(make(world, served, question=replace(FEW, figures={"gas_visits": 0})), world.at)
    client = sign_in_then("manager")
    page = client.get(url("study", row))
    assert page.text.count("0 % (changed)") == 1 and mistakes(page.text) == []
    older = {key: value for key, value in row.figures.items() if not key.startswith("gas_")}
    Study.objects.filter(pk=row.pk).update(figures=older)  # of a time when these could not be changed
    form = client.get(f"{url('make')}?like={row.reference}").context["form"]
    assert (form["gas_visits"].value(), form["joins_visits"].value()) == (0.2, 0.5)
    assert "0 % (changed)" not in client.get(url("study", row)).text
    assert client.get(url("results_json", row)).status_code == 200


def test_a_study_is_made_by_form_and_another_like_it(sign_in_then, world, served):
    client = sign_in_then("manager")
    page = client.get(f"{url('make')}?release={served.reference}")
    assert f'value="{served.pk}" selected' in page.text and mistakes(page.text) == []
    fields = page.context["form"]
    shown = {name: fields[name].value() for name in fields.fields}
    answers = {name: "" if value is None else value for name, value in shown.items()} | {
        "title": "Ours",
        "runs": "3",
        "seed": "9",
    }
    wrong = client.post(url("make"), answers | {"runs": "1000000", "fault": "7"})
    assert wrong.status_code == 400 and "<details" in wrong.text and "open" in wrong.text
    assert "Ours" in wrong.text and not Study.objects.exists()
    crossed = client.post(url("make"), answers | {"rate_least": "0.9", "rate_most": "0.1"})
    assert crossed.status_code == 400 and "below the lowest" in crossed.text
    made = client.post(url("make"), answers)
    row = Study.objects.get()
    assert made["Location"] == url("study", row) and (row.runs, row.seed, row.release) == (3, 9, served)
    again = client.get(f"{url('make')}?like={row.reference}")
    assert 'value="Ours"' in again.text and 'value="9"' in again.text
    assert client.post(url("cancel", row)).status_code == 302
    assert "Cancelled on" in client.get(url("study", row)).text


def test_a_study_that_failed_says_so(sign_in_then, world):
    row = make(world)
    verbs.give_up(row.pk, by=PORTAL, at=world.at)
    assert "could not play this study" in sign_in_then("manager").get(url("study", row)).text


def test_results_as_csv_json_and_paper(sign_in_then, world, served):
    row = played(make(world, served), world.at)
    client = sign_in_then("supplier")
    table = list(csv.DictReader(io.StringIO(client.get(url("results_csv", row)).content.decode("utf-8-sig"))))
    assert len([line for line in table if line["About"] == "measure"]) == 2 * len(MEASURES)
    file = json.loads(client.get(url("results_json", row)).content)
    study = file["study"]
    again = run(
        Fleet.from_json(file["fleet"]),
        figures_of(study["figures"]),
        study["approaches"],
        range(study["runs"]),
        seed=study["seed"],
        kind=study["kind"],
        counting=study["counting"],
    )
    assert again == file["runs"]  # with the file alone anybody can run it again
    assert all(one["source"] for one in file["assumptions"])
    assert client.get(url("results_pdf", row)).content.startswith(b"%PDF-")
    assert [entry.data["as"] for entry in Entry.objects.filter(verb="export").order_by("pk")] == ["csv", "json", "pdf"]


def test_a_study_of_every_home_has_its_paper_too(sign_in_then, world):
    row = played(make(world), world.at)
    assert sign_in_then("supplier").get(url("results_pdf", row)).content.startswith(b"%PDF-")


def test_the_reading_says_what_cannot_be_told_apart(world):
    row = played(make(world, question=replace(FEW, figures={"fault": 0.0})), world.at)
    harmed, *_ = shown.in_words(queries.readings(row))
    assert "cannot be told from it by this many runs" in harmed
    alone = played(make(world, question=replace(FEW, approaches=["notice"])), world.at)
    assert all(sentence.endswith(".") for sentence in shown.in_words(queries.readings(alone)))
    three = played(make(world, question=replace(FEW, approaches=list(APPROACH)[:3], figures={"fault": 0.0})), world.at)
    assert "Consultation and Scheduling cannot" in shown.in_words(queries.readings(three))[0]
    far = shown.in_words([_reading(row, "notice", 1), _reading(row, "holds", 9)])
    assert far[0].endswith("most under Consultation with cohort holds, 9 homes.")


def _reading(row: Study, approach: str, value: float):
    first = queries.readings(row)[0]
    spread = replace(first.spreads["harmed"], mean=value, least=value, most=value)
    return replace(first, approach=approach, spreads={one.name: spread for one in MEASURES})


# By API


def test_by_api(sign_in_then, world, served):
    client = sign_in_then("manager")
    body = {"title": "By key", "release": served.reference, "approaches": ["notice"], "runs": 2, "figures": {"soak": 1}}
    made = client.post(API, body, content_type="application/json")
    assert made.status_code == 201, made.json()
    reference = made.json()["reference"]
    assert client.get(f"{API}{reference}/results/").status_code == 404
    assert client.post(f"{API}{reference}/cancel/").json()["state"] == "cancelled"
    assert client.post(API, body | {"release": "REL-9999"}, content_type="application/json").status_code == 404
    wrong = client.post(API, body | {"figures": {"soak": 900}}, content_type="application/json")
    assert wrong.status_code == 400 and "soak" in wrong.json()["fields"]
    row = played(make(world), world.at)
    assert client.get(f"{API}{row.reference}/results/").json()["study"]["seed"] == 1
    assert {one["key"] for one in client.get(f"{API}assumptions/").json()} == set(row.figures)
    assert client.post(API, {**body, "release": None}, content_type="application/json").status_code == 201


@pytest.mark.parametrize("address", ["/studies/", API])
def test_a_list_of_studies_costs_the_same_for_one_and_three(sign_in_then, world, served, address):
    client = sign_in_then("manager")
    with same_queries() as cost:
        for count in (1, 2):
            for _ in range(count):
                make(world, served)
            cost.of(lambda: client.get(address))


# The ready study


def test_the_documents_show_what_the_model_gives():
    document = (BASE / "docs" / "studies.md").read_text()
    assert document.partition("<!-- study -->")[2].partition("<!-- end -->")[0].strip() == ready.table()
