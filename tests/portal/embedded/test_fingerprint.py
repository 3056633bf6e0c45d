"""A start skips only what has been done for exactly this code."""

import os

from portal.embedded.fingerprint import Remembered, of_code, of_files


def test_it_changes_with_every_written_file_and_every_fact(tmp_path):
    file = tmp_path / "models.py"
    file.write_text("a")
    os.utime(file, (1, 1))
    first = of_files([file], "here")

    assert of_files([file], "here") == first
    assert of_files([file], "there") != first
    os.utime(file, (2, 2))
    assert of_files([file], "here") != first


def test_it_covers_a_migration_that_appears(tmp_path):
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "portal").mkdir()
    before = of_code(tmp_path)

    (tmp_path / "portal" / "0002_more.py").write_text("")

    assert of_code(tmp_path) != before


def test_nothing_is_remembered_of_a_start_that_failed(tmp_path):
    remembered = Remembered(tmp_path / "migrated")
    assert not remembered.is_still("x")

    remembered.keep("x")
    assert remembered.is_still("x")
    assert not remembered.is_still("y")

    remembered.forget()
    assert not remembered.is_still("x")
