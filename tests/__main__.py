"""`make test`: every check and every test, the fast ones first; stops at the first failure.

`python -m tests [checks|unit|races|browser|audit]...` runs some tiers only, and the audit only when it is named.
Exit status 1: something failed; 2: the machine lacks something.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from portal.embedded.postgres import DATABASE
from portal.embedded.test_services import HOME as SERVICES
from portal.embedded.test_services import another_broker, running
from portal.embedded.trouble import Trouble
from tests import chromium

BASE = Path(__file__).resolve().parents[1]
DJANGO_PLUGIN = ("-p", "pytest_django.plugin")


QUIET = ("-q", "--tb=short", "-x", "--durations=5")
BROWSER_PLUGIN = ("-p", "pytest_playwright.pytest_playwright")
PARALLEL_PLUGIN = ("-p", "xdist.plugin")


@contextmanager
def _lane(number: int) -> Iterator[dict[str, str]]:
    """Yield the environment of a command that runs beside others: a test database and a broker of its own."""
    with another_broker(SERVICES.with_name(f"lane{number}")) as broker:
        yield {"LANE": str(number), "TEST_DATABASE_NAME": f"test_lane{number}", **broker}


@dataclass(frozen=True)
class Step:
    """Commands with the title under which they are announced and, when one fails, blamed.

    Several run side by side, each in a lane; what they print is shown when all have ended.
    """

    title: str
    commands: tuple[tuple[str, ...], ...]

    def status(self, env: dict[str, str]) -> int:
        """Run it; return 0, or the status of a command that failed."""
        if len(self.commands) == 1:
            return subprocess.run(self.commands[0], cwd=BASE, env=env).returncode
        with ExitStack() as stack:
            apart = [stack.enter_context(_lane(number)) for number in range(1, len(self.commands) + 1)]
            printed = [stack.enter_context(TemporaryFile("w+")) for _ in self.commands]
            started = [
                subprocess.Popen(command, cwd=BASE, env=env | own, stdout=file, stderr=subprocess.STDOUT)
                for command, own, file in zip(self.commands, apart, printed, strict=True)
            ]
            found = [child.wait() for child in started]
            for file in printed:
                file.seek(0)
                print(file.read(), flush=True)
        return next((one for one in found if one), 0)


def tool(title: str, module: str, *arguments: str) -> Step:
    return Step(title, ((sys.executable, "-m", module, *arguments),))


def manage(title: str, *arguments: str) -> Step:
    return Step(title, ((sys.executable, "manage.py", *arguments),))


def pytest(title: str, *arguments: str, plugins: tuple[str, ...] = ()) -> Step:
    """A pytest run that loads only the plugins it names: loading all that are installed takes 20 s."""
    return tool(title, "pytest", *QUIET, *DJANGO_PLUGIN, *plugins, *arguments)


def lanes(title: str, mark: str, files: Iterable[Path], *, plugins: tuple[str, ...] = ()) -> Step:
    """The marked tests of these files in two lanes about as long as each other.

    One at a time they keep one core busy: a journey waits for the browser and the browser for it, races wait for locks.
    """
    found: tuple[list[Path], list[Path]] = [], []
    for file in sorted(files, key=lambda file: (-file.stat().st_size, file.name)):
        min(found, key=lambda lane: sum(one.stat().st_size for one in lane)).append(file)
    run = (sys.executable, "-m", "pytest", *QUIET, *DJANGO_PLUGIN, *plugins, "-m", mark)
    return Step(title, tuple((*run, *(str(file.relative_to(BASE)) for file in lane)) for lane in found))


def with_races() -> Iterator[Path]:
    """Yield the files that hold race tests: those of their folder, and single ones beside what they are about."""
    for file in (BASE / "tests").rglob("test_*.py"):
        if file.parent.name == "races" or "@pytest.mark.race" in file.read_text():
            yield file


EDGE = ("pages", "api", "sweep", "admin", "feed")  # what the names of files end with that test what people meet
APART = {"architecture", "audit", "journeys", "matrix", "races"}  # folders that are steps of their own
AT_EDGE = sorted(
    str(file.relative_to(BASE))
    for name in EDGE
    for file in (BASE / "tests").rglob(f"test_*{name}.py")
    if not APART & set(file.parts)
)


TIERS: dict[str, tuple[Step, ...]] = {
    "checks": (
        tool("lint", "ruff", "check", "."),
        tool("format", "ruff", "format", "--check", "."),
        Step("import law", ((str(Path(sys.executable).with_name("lint-imports")), "--no-logo"),)),
        pytest("architecture", "tests/architecture"),
        manage("migrations match the models", "makemigrations", "--check", "--dry-run"),
        manage("diagrams match the tables", "diagrams", "--check"),
        tool("types", "mypy"),
    ),
    "unit": (
        pytest(
            "unit and database, with the coverage of rules, verbs and cores",
            "tests",
            *("-m", "not race and not browser"),
            *(f"--ignore=tests/{name}" for name in sorted(APART)),
            *(f"--ignore={name}" for name in AT_EDGE),  # rules have tests of their own, and the tracer costs half
            *("--cov", "--cov-config=tests/coverage.ini", "--cov-report=term"),
            *("--numprocesses=2", "--dist=loadfile"),
            plugins=("-p", "pytest_cov.plugin", *PARALLEL_PLUGIN),
        ),
        pytest(
            "pages, API and administration",
            *AT_EDGE,
            *("-m", "not race and not browser", "--numprocesses=2", "--dist=loadfile"),
            plugins=PARALLEL_PLUGIN,
        ),
        pytest(
            "every route by everybody",
            "tests/matrix",
            *("--numprocesses=2", "--dist=load"),  # one file, so not by files; and each process lays the world once
            plugins=PARALLEL_PLUGIN,
        ),
    ),
    "races": (lanes("races on real connections", "race", with_races()),),
    "browser": (
        lanes("journeys in a browser", "browser", (BASE / "tests/journeys").glob("test_*.py"), plugins=BROWSER_PLUGIN),
    ),
    "audit": (
        tool(
            "every page: at 400 % zoom, by keyboard, without scripts",
            "pytest",
            *("-q", "--tb=short", *DJANGO_PLUGIN, *BROWSER_PLUGIN, "tests/audit"),
        ),
    ),
}
SLOW = ("audit",)  # only by name
TABLES = manage("tables, made once and copied by every process that tests", "migrate", "--verbosity=0")


def steps(tiers: list[str]) -> Iterator[Step]:
    """Yield the steps of these tiers, the tables before the first that needs them."""
    if "checks" in tiers:
        yield from TIERS["checks"]
    if rest := [name for name in tiers if name != "checks"]:
        yield TABLES
    for name in rest:
        yield from TIERS[name]


def run(steps: list[Step], env: dict[str, str]) -> int:
    """Run the steps in turn; return 0, or 1 at the first that fails. Prints what was run and how long it took."""
    began = time.monotonic()
    for number, step in enumerate(steps, start=1):
        print(f"\n=== {number}/{len(steps)} {step.title}", flush=True)
        started = time.monotonic()
        status = step.status(env)
        now = time.monotonic()
        if status != 0:
            print(f"\nFAILED: {step.title} (status {status}), {now - began:.0f} s in all.", flush=True)
            return 1
        print(f"--- {step.title}: {now - started:.1f} s", flush=True)
    print(f"\nPASSED: all {len(steps)} steps, {time.monotonic() - began:.0f} s in all.", flush=True)
    return 0


def environment() -> dict[str, str]:
    """What every step sees: the demonstration's settings, nothing of the person's own set-up."""
    own = {"DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "VAR_DIR", "SECRET_KEY", "ALLOWED_HOSTS"}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return kept | {"DEMO": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONUNBUFFERED": "1"}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(TIERS):
        print(f"No such tier: {', '.join(sorted(unknown))}. There are {', '.join(TIERS)}.", file=sys.stderr)
        return 2
    chosen = [name for name in TIERS if name in names or not names and name not in SLOW]
    env = environment()
    try:
        if {"browser", "audit"} & set(chosen):
            env["CHROMIUM"] = chromium.find_or_install()
        with running() as addresses:
            return run(list(steps(chosen)), env | addresses | {"TEST_DATABASE_TEMPLATE": DATABASE})
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return trouble.status
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
