"""Throw away the bundled services' data: `python -m portal.embedded.reset`. The next start builds it anew."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

from portal.embedded.places import private_folder
from portal.embedded.trouble import Trouble
from portal.embedded.up import BASE

KEPT = ("log", "shots", "test")


def reset(var: Path) -> None:
    """Remove the database, the queue, uploads, mail, keys and remembered starts below `var`."""
    if os.environ.get("DATABASE_URL"):
        raise Trouble("DATABASE_URL names a database of your own: reset removes only the bundled one. Unset it first.")
    if not var.exists():
        return
    with (var / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble("The portal is running: stop it, then reset.") from None
        for entry in var.iterdir():
            if entry.is_dir() and entry.name not in KEPT:
                shutil.rmtree(entry)
            elif entry.is_file():
                entry.unlink()
        shutil.rmtree(private_folder(var), ignore_errors=True)


def main() -> int:
    try:
        reset(Path(os.environ.get("VAR_DIR") or BASE / "var"))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return trouble.status
    print("The demonstration data is gone; make run builds it anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
