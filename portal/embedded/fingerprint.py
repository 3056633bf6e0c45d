"""Remembers what the last start has already done, so that the next start need not do it again."""

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path


def of_files(files: Iterable[Path], *facts: str) -> str:
    """A digest that changes when a file appears, goes or is written, or a fact changes."""
    digest = hashlib.sha256(repr((sys.version, sys.prefix, facts)).encode())
    for file in sorted(files):
        found = file.stat()
        digest.update(f"{os.fspath(file)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def of_code(base: Path, *facts: str) -> str:
    """Covers migrations and defaults: every Python file of the three floors and the locked packages."""
    floors = (file for floor in ("portal", "releases", "devices") for file in (base / floor).rglob("*.py"))
    return of_files([*floors, base / "requirements.lock"], *facts)


def of_static(base: Path, *facts: str) -> str:
    """Covers everything that collectstatic copies."""
    folders = base.glob("*/*/static")
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return of_files([*files, base / "requirements.lock"], *facts)


class Remembered:
    """A file in `var/` that holds the fingerprint of the last success."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def is_still(self, fingerprint: str) -> bool:
        return self.file.exists() and self.file.read_text() == fingerprint

    def keep(self, fingerprint: str) -> None:
        self.file.write_text(fingerprint)

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)
