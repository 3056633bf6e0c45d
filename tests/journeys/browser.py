"""What a journey does with a page besides reading and clicking: sign in, look at it at both widths, check it."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Error, Page, Response

from tests.html import mistakes

BASE = Path(__file__).resolve().parents[2]
SHOTS = BASE / "var" / "shots"
PICTURES = BASE / "docs" / "pictures"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
REFUSALS = {400, 403, 404, 405, 409, 429}  # answers to a document that a journey may ask for on purpose


@dataclass
class Watch:
    """Collects what must never happen on any page of one visitor; `origin` is the portal's own address."""

    origin: str
    troubles: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._script_error)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A refused document is reported here too; `_response` judges it by its status.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text}")

    def _script_error(self, error: Error) -> None:
        self.troubles.append(f"script: {error.message}")

    def _response(self, response: Response) -> None:
        if not response.url.startswith((self.origin, "data:", "blob:")):
            self.troubles.append(f"another host: {response.url}")
        document = response.request.resource_type in ("document", "xhr", "fetch")
        if response.status >= 400 and not (document and response.status in REFUSALS):
            self.troubles.append(f"{response.status}: {response.url}")


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the form, as a person does; fails when the page after it is still the sign-in page."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert urlsplit(page.url).path != "/accounts/login/", page.locator("main").inner_text()


def axe(page: Page) -> None:
    """Fail with readable text when the page breaks a WCAG 2.2 AA rule that a machine can find."""
    found = Axe().run(page, options={**WCAG, "resultTypes": ["violations"]})
    assert not found.violations_count, f"{page.url}\n{found.generate_report()}"


def valid_html(page: Page) -> None:
    """Fail when the document, as the server sent it, is not strictly valid."""
    answer = page.request.get(page.url)
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert not (found := mistakes(answer.text())), f"{page.url}\n" + "\n".join(found)


@cache
def shown_in_documents() -> frozenset[str]:
    """Return the names of the pictures that the documents show."""
    documents = (BASE / "README.md", *(BASE / "docs").rglob("*.md"))
    return frozenset(name for file in documents for name in re.findall(r"pictures/([\w-]+)\.png", file.read_text()))


def shot(page: Page, name: str, *, desktop_only: bool = False) -> None:
    """Write a picture of the whole page at both widths to var/shots; and of its first screen to the documents, when
    they are renewed and one of them shows it."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for suffix, size in (("", DESKTOP), ("-phone", PHONE)):
        if suffix and desktop_only:
            continue
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict of the two numbers is what it takes
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{page.url} is {overflow} px too wide at {size['width']} px"
        page.screenshot(path=SHOTS / f"{name}{suffix}.png", full_page=True)
        if not suffix and os.environ.get("DOCS_PICTURES") and name in shown_in_documents():
            page.screenshot(path=PICTURES / f"{name}.png")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def look(page: Page, name: str) -> None:
    """Everything a page must stand: valid markup, axe at both widths, no sideways scrolling; leaves pictures."""
    valid_html(page)
    axe(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    axe(page)
    shot(page, name)


Visit = Callable[..., Page]
