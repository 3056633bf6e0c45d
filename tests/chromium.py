"""Finds the Chromium for the browser tests; the test driver's own download is never used."""

import os
import shutil
import subprocess

from portal.embedded.trouble import Trouble

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The program named by CHROMIUM, else the first known name on the path."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None)


def find_or_install() -> str:
    """Return Chromium's path; as root on a Debian machine install it first. Raises Trouble: never skip silently."""
    if found := find():
        return found
    if os.environ.get("CHROMIUM"):
        raise Trouble(f"CHROMIUM names {os.environ['CHROMIUM']}, which is not a program.")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests.", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", "update"], env=quiet)
        subprocess.run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"], env=quiet)
        if found := find():
            return found
    raise Trouble("The browser tests need Chromium: install it, or set CHROMIUM to the path of one.")


def launch_arguments() -> list[str]:
    """Chromium refuses to run as root inside its sandbox."""
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
