"""``manage.py run_rollout``: what cannot be run is said in one sentence, and the terminal shows what the page shows."""

from io import StringIO

import html5lib
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from devices.demonstration import rehearsal, terminal
from devices.demonstration.desk import MANAGER
from devices.demonstration.rehearsal import Look
from devices.rollouts import outcomes, queries
from devices.rollouts.models import Rollout
from devices.simulator.scenarios import SCENARIOS
from portal.embedded import programs
from portal.people.demo_accounts import ACCOUNTS
from portal.people.models import User
from tests.factories import crew
from tests.factories.fixtures import BACKEND


def run(**options) -> str:
    out = StringIO()
    call_command("run_rollout", stdout=out, **options)
    return out.getvalue()


def test_the_scenarios_are_named_with_what_they_are_like():
    lines = run(list=True).splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [[one.name, one.summary] for one in SCENARIOS.values()]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"scenario": "frog"}, f"There is no scenario 'frog': choose one of {', '.join(SCENARIOS)}."),
        ({"hubs": 0}, "Give between 20,000 and 30,000,000 hubs: with fewer the waves cannot be judged."),
        ({"hubs": 10**12}, "Give between 20,000 and 30,000,000 hubs: with fewer the waves cannot be judged."),
    ],
)
def test_what_cannot_be_run_is_said_in_one_sentence(options, sentence):
    with pytest.raises(CommandError) as refusal:
        run(**options)
    assert str(refusal.value) == sentence


def test_no_rehearsal_in_production(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="this portal is in production"):
        run()


def test_half_of_the_services(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgres:///portal")
    with pytest.raises(CommandError, match="^Only DATABASE_URL is set: set both"):
        run()


def test_more_hubs_than_the_disk_holds(monkeypatch, settings, tmp_path):
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("devices.demonstration.management.commands.run_rollout.BYTES_A_HUB", 10**15)
    settings.VAR_DIR = tmp_path / "var"
    with pytest.raises(CommandError, match="^The disk has room for about 0 hubs: free some space, or choose fewer.$"):
        run()


def test_a_portal_in_use_is_left_alone(world):
    with pytest.raises(CommandError, match="^DATABASE_URL names a portal that is in use"):
        run()


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (59.6, "1:00"), (3_671, "61:11")])
def test_a_duration_in_words(seconds, words):
    assert terminal.clock_of(seconds) == words


def test_progress_says_the_wave_the_rate_and_the_expected_end(road):
    road.start()
    road.turn()
    road.turn()
    road.turn()
    figures = queries.figures(road.fresh())
    look = Look(road.rollout, figures, seconds=4.0)
    done = figures.hubs - figures.by_state[0] - figures.by_state[1] - figures.by_state[6]
    assert look.done == done > 0
    left = terminal.clock_of((350 - done) * 4 / done)
    assert terminal.progress(look).startswith(
        f"0:04 deploying wave 1 of 2 | {done / 4:,.0f} hubs/s, about {left} to go | "
    )
    assert "rate" not in terminal.progress(Look(road.rollout, figures, seconds=0.0))


def test_nobody_moves_it(road, monkeypatch):
    monkeypatch.setattr(rehearsal, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(rehearsal, "LOOK_SECONDS", 0.001)
    with pytest.raises(rehearsal.Stuck, match="The rollout is deploying and nothing has moved"):
        list(rehearsal.run(road.rollout, lambda who: road.manager if who == MANAGER else road.second))


def rows(page: str) -> list[list[str]]:
    """Every row of every table of a page, cell by cell."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    return [["".join(cell.itertext()).strip() for cell in row] for row in root.iter("tr")]


def columns(shown: str) -> dict[str, list[str]]:
    """The lines of the terminal by their head, cell by cell."""
    lines = [line.rstrip() for line in shown.splitlines() if line.strip()]
    return {line[:14].strip(): line[14:].split() for line in lines}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_terminal_page_and_api_show_the_same(client: Client):
    with crew.running(programs.worker, programs.beat, logs="races"):
        shown = run(hubs=20_000)
    rollout = Rollout.objects.get()
    assert f"Rollout {rollout} is finished." in shown
    [email] = [account.email for account in ACCOUNTS if account.key == MANAGER]
    client.force_login(User.objects.get(email=email), backend=BACKEND)

    told = client.get(f"/api/v1/rollouts/{rollout}/").json()
    found = columns(shown)
    regions = list(told["by_region"])
    for state, count in told["by_state"].items():
        expected = [told["by_region"][region][state] for region in regions] + [count]
        assert found[state.capitalize()] == [f"{n:,}" for n in expected]
    assert found[""] == [*regions, "All"]

    page = rows(client.get(f"/rollouts/{rollout}/").content.decode())
    for wave in told["waves"]:
        state, hubs, reached, failed = found[str(wave["number"])]
        [row] = [row for row in page if len(row) == 7 and row[0] == str(wave["number"])]
        assert [row[1].lower(), row[2], row[3], row[5]] == [state, hubs, reached, failed]
        assert all(verdict["why"] in shown for verdict in wave["verdicts"].values())
    named = {f"{code} {text}" for words in outcomes.WORDS.values() for code, text in words.items()}
    answers = [row for row in page if row[0] in named | {"No answer yet, asked again", "Timed out"}]
    assert len(answers) == 12
    assert all(
        any(line.split() == f"{words} {count}".split() for line in shown.splitlines()) for words, count in answers
    )
