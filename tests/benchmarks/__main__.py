"""`make bench PART=rollout HUBS=100000`: run the parts named, or all; one JSON line a measure on standard output.

A part is a module of this folder with `measure(*, hubs, rounds)` that yields dictionaries with `name`, `value`,
`unit`, `against` (what the figure is held against), `ratio` and `rounds`; lying here registers it. Every part gets
a database of its own, migrated and empty, and a folder of its own for files.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import django
from django.core.cache import cache
from django.db import connection

HERE = Path(__file__).parent
PARTS = sorted(file.stem for file in HERE.glob("[a-z]*.py"))
KEYS = {"name", "value", "unit", "against", "ratio", "rounds"}


@contextmanager
def empty_portal() -> Iterator[None]:
    """A migrated database for one part, gone afterwards."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    cache.clear()
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def run(part: str, *, hubs: int, rounds: int) -> None:
    """Print the measures of one part as they come."""
    module = import_module(f"tests.benchmarks.{part}")
    with empty_portal():
        for measure in module.measure(hubs=hubs, rounds=rounds):
            if lacking := KEYS - set(measure):
                raise ValueError(f"{part}: a measure lacks {', '.join(sorted(lacking))}")
            print(json.dumps(measure), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--hubs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    files = tempfile.mkdtemp(prefix="portal-bench-")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "1", "VAR_DIR": files, "LOG_LEVEL": "WARNING"}
    django.setup()
    try:
        for part in arguments.parts or PARTS:
            run(part, hubs=arguments.hubs, rounds=arguments.rounds)
    finally:
        shutil.rmtree(files, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
