"""A folder for the state of services that run for the time being: gone afterwards, also after a run that was killed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.places import private_folder
from portal.embedded.process import alive


@contextmanager
def folder(home: Path) -> Iterator[Path]:
    """Yield this process's own folder below `home` and remove it afterwards, first what killed runs left there."""
    for left in home.glob("[0-9]*"):
        if not alive(int(left.name)):
            _remove(left)
    var = home / str(os.getpid())
    try:
        yield var
    finally:
        _remove(var)


def _remove(var: Path) -> None:
    shutil.rmtree(private_folder(var), ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)
