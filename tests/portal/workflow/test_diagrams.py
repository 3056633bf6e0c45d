"""Diagrams in the documents are drawn from the tables."""

import pytest
from django.core.management import CommandError, call_command

from portal.workflow.diagrams import redrawn, stale
from portal.workflow.state_machine import machines

OLD = "# States\n\n<!-- machine: hold -->\nold\n<!-- end -->\n\nMore.\n"


def test_only_what_stands_between_the_marks_is_redrawn():
    new = redrawn(OLD)

    assert new == f"# States\n\n<!-- machine: hold -->\n{machines['hold'].diagram()}\n<!-- end -->\n\nMore.\n"
    assert redrawn(new) == new


def test_an_unknown_machine_is_named():
    with pytest.raises(KeyError, match="flying"):
        redrawn("<!-- machine: flying -->\n<!-- end -->")


def test_stale_documents_are_found(tmp_path):
    old, current = tmp_path / "old.md", tmp_path / "current.md"
    old.write_text(OLD)
    current.write_text(redrawn(OLD))

    assert stale([old, current]) == [old]


def test_the_command_checks_and_writes(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(OLD)

    with pytest.raises(CommandError, match="README.md"):
        call_command("diagrams", "--check")

    call_command("diagrams")
    call_command("diagrams", "--check")
    assert "[*] --> placed" in (tmp_path / "README.md").read_text()
