"""The project's own files, for the tests that read them."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[2]
FLOORS = ("portal", "releases", "devices")


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """Every Python file of the three floors but migrations, parsed."""
    files = (file for floor in FLOORS for file in sorted((BASE / floor).rglob("*.py")))
    return tuple(
        (file.relative_to(BASE), ast.parse(file.read_text()))
        for file in files
        if "migrations" not in file.parts and "node_modules" not in file.parts
    )


def templates() -> list[Path]:
    return sorted((BASE / "templates").rglob("*.html"))


def documents() -> list[Path]:
    found = [BASE / "README.md", *sorted((BASE / "docs").rglob("*.md"))]
    return [file for file in found if file.exists()]


@cache
def contracts() -> tuple[dict[str, Any], ...]:
    """The import law as written in pyproject.toml."""
    settings = tomllib.loads((BASE / "pyproject.toml").read_text())
    return tuple(settings["tool"]["importlinter"]["contracts"])


def app_ranks() -> dict[str, int]:
    """App module → height; neighbours share one. Read from the import law, so that there is one order only."""
    ranks: dict[str, int] = {}
    for height, floor in enumerate(FLOORS):
        (layers,) = (
            contract["layers"]
            for contract in contracts()
            if contract["type"] == "layers" and contract.get("containers") == [floor]
        )
        for step, line in enumerate(reversed(layers)):
            for name in line.split("|"):
                ranks[f"{floor}.{name.strip()}"] = height * 100 + step
    return ranks


def calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    """Calls of a function by its bare name or as an attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == name) or (
                isinstance(called, ast.Attribute) and called.attr == name
            ):
                yield node
