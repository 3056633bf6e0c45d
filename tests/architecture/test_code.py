"""Laws of the code that the linters do not know."""

import ast
import configparser
import re
from pathlib import Path

import pytest

from tests.architecture.sources import BASE, calls, contracts, modules

NAME = re.compile(r"(?<![\w./])((?:portal|releases|devices|templates|tests|docs)/[\w./-]+\.\w+)")


def test_nothing_is_imported_inside_a_function():
    found = [
        f"{file}:{inner.lineno}"
        for file, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert found == []


def test_portal_time_is_handed_to_rules_queries_and_verbs():
    """Time is a parameter: only the edge reads the portal clock.

    The exception is casting a vote, which may wait for a lock while the ballot closes and must look again.
    Verbs may read real time for what is not portal time: a proof of identity, the wait between two mails.
    """
    exception = "releases/ballots/verbs/voting.py"
    read = {"portal": {("clock", "now")}, "any": {("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}}
    found = [
        f"{file}: {ast.unparse(node)}"
        for file, tree in modules()
        for clocks, applies in ((read["portal"], is_inner(file) and str(file) != exception), (read["any"], True))
        for owner, name in clocks
        for node in calls(tree, name)
        if applies and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == owner
    ]

    assert found == []


def is_inner(file: Path) -> bool:
    inner = {"verbs.py", "can.py", "may.py", "queries.py", "models.py", "states.py"}
    return file.name in inner or not {"verbs", "can"}.isdisjoint(file.parts)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_have_hashes_and_no_address(lock):
    text = (BASE / lock).read_text()

    assert "--hash=sha256:" in text
    assert "://" not in text
    assert "--index" not in text
    assert "--extra-index" not in text
    assert "--find-links" not in text


def test_every_pure_core_is_held_to_full_coverage():
    (cores,) = (contract["source_modules"] for contract in contracts() if contract["type"] == "forbidden")
    coverage = configparser.ConfigParser()
    coverage.read(BASE / "tests" / "coverage.ini")
    covered = coverage["report"]["include"].split()

    assert [core for core in cores if core.replace(".", "/") + ".py" not in covered] == []


def test_coverage_names_no_missing_file():
    coverage = configparser.ConfigParser()
    coverage.read(BASE / "tests" / "coverage.ini")

    assert [
        name for name in coverage["report"]["include"].split() if "*" not in name and not (BASE / name).exists()
    ] == []


def test_code_names_no_missing_file():
    named = {(file, name) for file, _ in modules() for name in NAME.findall((BASE / file).read_text())}

    assert sorted(f"{file}: {name}" for file, name in named if not (BASE / name).exists()) == []
