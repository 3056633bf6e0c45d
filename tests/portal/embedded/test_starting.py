"""What can be wrong with a machine is said in one sentence, before anything is started."""

import errno
import os
import shutil
import signal
import socket
from pathlib import Path

import pytest

from portal.embedded.places import _own, find_place, private_folder
from portal.embedded.postgres import Postgres
from portal.embedded.reset import reset
from portal.embedded.test_services import running
from portal.embedded.trouble import Trouble, explain, failed
from portal.embedded.up import Portal


def portal(var: Path, port: int, host: str = "127.0.0.1") -> Portal:
    return Portal(
        host=host,
        port=port,
        var=var,
        demo=True,
        say=lambda line: None,
        unknown_migrations=lambda applied: set(),
        greet=lambda address, seconds: None,
    )


@pytest.fixture
def handlers():
    """Running a portal takes over the signals of this process."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_busy_port(tmp_path, handlers):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(Trouble, match=rf"^Port {port} is in use: .* make run PORT={port + 1}\.$"):
            portal(tmp_path, port).run()


def test_an_impossible_port(tmp_path, handlers):
    with pytest.raises(Trouble, match="^80000 is not a port"):
        portal(tmp_path, 80_000).run()


def test_an_address_of_another_machine(tmp_path, handlers):
    with pytest.raises(Trouble, match="^Cannot listen on 192.0.2.1 port 8123"):
        portal(tmp_path, 8123, host="192.0.2.1").run()


def test_a_second_supervisor_on_the_same_state(tmp_path):
    first, second = portal(tmp_path, 8123), portal(tmp_path, 8124)

    with (
        first._alone(),
        pytest.raises(Trouble, match=rf"already running \(process {os.getpid()}, http://127.0.0.1:8123/\)"),
        second._alone(),
    ):
        pytest.fail("both hold the lock")


def test_resetting_while_it_runs_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "migrated").write_text("x")

    with portal(tmp_path, 8123)._alone(), pytest.raises(Trouble, match="is running"):
        reset(tmp_path)

    assert (tmp_path / "migrated").exists()


def test_resetting_keeps_logs_and_removes_the_rest(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name in ("log", "services", "media"):
        (tmp_path / name).mkdir()
    (tmp_path / "migrated").write_text("x")

    reset(tmp_path)

    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["log"]


def test_resetting_never_touches_a_database_of_your_own(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://example/own")

    with pytest.raises(Trouble, match="database of your own"):
        reset(tmp_path)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(tmp_path, number):
    assert str(explain(OSError(number, "no"), tmp_path)) == (
        f"The disk that holds {tmp_path} is full: free some space, then start again."
    )


def test_a_disk_that_fills_while_a_program_runs(tmp_path):
    log = tmp_path / "migrate.log"
    log.write_text("ERROR: could not extend file: No space left on device\n")

    assert "is full" in str(failed("Migrating", log))


def test_a_failing_program_shows_the_end_of_its_log(tmp_path):
    log = tmp_path / "migrate.log"
    log.write_text("one\ntwo\n")

    assert str(failed("Migrating", log)) == f"Migrating failed; the end of {log} says:\n    one\n    two"


def test_data_of_an_older_database(tmp_path):
    place = find_place(tmp_path / "var")
    database = Postgres(place)
    database.folder.mkdir()
    (database.folder / "PG_VERSION").write_text("16\n")

    with pytest.raises(Trouble, match="written by PostgreSQL 16, this is 18"):
        database.create()
    shutil.rmtree(private_folder(tmp_path / "var"), ignore_errors=True)


def test_a_private_folder_that_somebody_else_opened(tmp_path):
    (tmp_path / "private").mkdir(mode=0o755)

    with pytest.raises(Trouble, match="not a private folder"):
        _own(tmp_path / "private", None)


def test_deep_folders_put_their_sockets_elsewhere(tmp_path):
    var = tmp_path / ("deep" * 20) / "var"
    place = find_place(var)
    try:
        assert len(os.fsencode(place.sockets / ".s.PGSQL.5432")) < 107
        assert place.sockets.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(private_folder(var))


def test_no_folder_above_the_data_is_changed(tmp_path):
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in tmp_path.parents]

    with running(tmp_path / "services") as addresses:
        assert set(addresses) == {"DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL"}

    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in tmp_path.parents] == before
    assert list((tmp_path / "services").iterdir()) == []
