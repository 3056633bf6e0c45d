"""Documents name only what exists."""

import re

from tests.architecture.sources import BASE, documents

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(
    r"`((?:portal|releases|devices|templates|tests|docs|\.ci)/[\w./-]*|Makefile|manage\.py|[\w-]+\.(?:lock|toml))`"
)
TARGET = re.compile(r"`make ([a-z]+)")


def test_links_lead_somewhere():
    found = [
        f"{file.relative_to(BASE)}: {target}"
        for file in documents()
        for target in LINK.findall(file.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (file.parent / target).exists()
    ]

    assert found == []


def test_named_files_exist():
    found = [
        f"{file.relative_to(BASE)}: {name}"
        for file in documents()
        for name in PATH.findall(file.read_text())
        if not (BASE / name).exists()
    ]

    assert found == []


def test_every_setting_of_the_environment_is_described_to_operators():
    own = {"DEBUG", "TEST_DATABASE_NAME", "TEST_DATABASE_TEMPLATE"}  # for who builds the portal
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"', (BASE / "portal" / "settings.py").read_text()))
    described = (BASE / "docs" / "operators.md").read_text()
    assert sorted(name for name in read - own if not re.search(rf"`{name}\b", described)) == []


def test_named_commands_exist():
    makefile = (BASE / "Makefile").read_text()
    found = [
        f"{file.relative_to(BASE)}: make {target}"
        for file in documents()
        for target in TARGET.findall(file.read_text())
        if not re.search(rf"^{target}:", makefile, re.M)
    ]

    assert found == []
