"""Settings that tests need and what every kind of test shares."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase, override_settings
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile("portal", deadline=None)  # a busy machine is no failure
hypothesis_settings.load_profile("portal")
pytest_plugins = ["tests.factories.fixtures"]  # the small world: who exists, and signing in as them

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name files and keys by what they are: their content may be new in every process that collects."""
    return argname if isinstance(val, bytes) or isinstance(val, str) and "\n" in val else None


def own_cache() -> dict[str, dict[str, str]]:
    """The cache of this process: emptying it must not empty that of the workers beside it."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    apart = "&" if "?" in settings.REDIS_URL else "?"
    location = f"{settings.REDIS_URL}{apart}db={int(number) + 1}"
    return {"default": {**settings.CACHES["default"], "LOCATION": location}}


@pytest.fixture(scope="session", autouse=True)
def test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fast hashing, static files without collecting, and every written file below a folder of the session."""
    folder: Path = tmp_path_factory.mktemp("portal")
    (static := folder / "static").mkdir()
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES=STORAGES,
        CACHES=own_cache(),
        VAR_DIR=folder,
        MEDIA_ROOT=folder / "media",
        STATIC_ROOT=static,
        KEYS_DIR=folder / "keys",
        EMAIL_FILE_PATH=folder / "mail",
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    ):
        yield


def _empty_tables(case: TransactionTestCase) -> None:
    """Empty the tables after a test that commits, but leave what Django itself writes after migrating.

    Its own way makes content types, permissions and grants anew each time, which takes longer than all the rest.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    emptied = sorted(tables - {ContentType._meta.db_table, Permission._meta.db_table})
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), emptied))


@pytest.fixture(scope="session", autouse=True)
def emptying() -> Iterator[None]:
    """Let tests that commit end by `_empty_tables`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty_tables)
        yield


@pytest.fixture(autouse=True)
def empty_cache(request: pytest.FixtureRequest) -> None:
    """Throttles and counters of one test never reach the next; pure tests never meet the cache."""
    if {"db", "transactional_db", "live_server"} & set(request.fixturenames) or request.node.get_closest_marker(
        "django_db"
    ):
        cache.clear()


@pytest.fixture
def at() -> datetime:
    """A Working Day in ordinary hours, for verbs that take the time."""
    return datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def time_machine_at() -> Iterator[Callable[[datetime], None]]:
    """Return a function that sets the system clock to an instant for the rest of the test."""
    with ExitStack() as stack:

        def travel(moment: datetime) -> None:
            stack.enter_context(time_machine.travel(moment, tick=False))

        yield travel
