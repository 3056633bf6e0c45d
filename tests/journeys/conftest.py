"""A live portal with a real worker, and visitors in Chromium whose every page is watched."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from portal.embedded import programs
from tests import chromium
from tests.factories import crew
from tests.journeys.browser import DESKTOP, Visit, Watch, sign_in

HERE = Path(__file__).parent
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser driver runs an event loop in the test's thread


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": chromium.find_or_install(),
        "args": chromium.launch_arguments(),
        "headless": not os.environ.get("HEADED"),
    }


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """Return a function that opens the portal for one more visitor: `visit()`, `visit(email, password)`.

    Each visitor has cookies of their own. `width=390` is a phone; `scripts=False` turns scripts off. When the
    test ends, a console error, a breach of the content policy, a broken file or a call to another host on any
    page of any visitor fails it.
    """
    contexts: list[BrowserContext] = []
    watch = Watch(live_server.url)

    def enter(email: str = "", password: str = "", *, width: int = DESKTOP["width"], scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": DESKTOP["height"]},
            locale="en-GB",
            timezone_id="Europe/London",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        if email:
            sign_in(page, email, password)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not watch.troubles, "\n".join(watch.troubles)


@pytest.fixture
def page(visit: Visit) -> Page:
    """One visitor at a desk, not signed in."""
    return visit()


@pytest.fixture
def phone(visit: Visit) -> Page:
    """One visitor with a phone, not signed in."""
    return visit(width=390)


@pytest.fixture
def background(transactional_db: None) -> Iterator[None]:
    """A real worker and a real beat on the test's database, as `make run` starts them."""
    with crew.running(programs.worker, programs.beat, logs=f"journeys{os.environ.get('LANE', '')}"):
        yield
