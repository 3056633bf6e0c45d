"""The journeys' visitors, for sweeps over every page."""

from pathlib import Path

import pytest

from tests.journeys.conftest import browser_type_launch_args, visit  # noqa: F401 - fixtures

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.audit)
            item.add_marker(pytest.mark.django_db(transaction=True))
