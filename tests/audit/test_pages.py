"""Every page of the portal, as some of its people see it: at 400 % zoom, by keyboard, without scripts.

Slow, and therefore apart from the other tests. All that is wrong with all pages is said at once.
"""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.factories.world import PASSWORD
from tests.journeys.browser import axe, valid_html
from tests.matrix.table import ROWS, people
from tests.matrix.things import AUDIENCES, Things, make_things

ZOOMED = {"width": 320, "height": 256}  # 1280 x 1024 at 400 % (WCAG 1.4.10)
# Pages of others' making, files, and addresses that answer once only.
LEFT_OUT = ("admin:", "api-docs", "people:personal_feed", "account_logout")
WHO = ("public", "manager", "supplier", "secretary", "member", "administrator")

TABBABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter(one => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true}))
    .filter(one => one.type !== 'radio' || one.checked || ![...one.form.elements].some(
        other => other.name === one.name && (other.checked || other.compareDocumentPosition(one) === 4)))"""
FOCUSED = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    window.seen ??= new Set();
    const again = window.seen.has(one);
    window.seen.add(one);
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        again, name: one.outerHTML.slice(0, 90),
        shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
        there: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    };
}"""


@pytest.fixture
def things(transactional_db) -> Things:
    return make_things()


def pages_of(audience: str, things: Things) -> Iterator[str]:
    """Yield the address of every page that this audience gets to see."""
    for row in ROWS:
        if row.method != "GET" or audience not in people(row.through) or row.route.startswith(LEFT_OUT):
            continue
        address = reverse(row.route, kwargs=things.kwargs[row.about] if row.about else None)
        if not address.startswith("/api/"):
            yield address


def is_page(page: Page, address: str) -> bool:
    """Go there; return whether it is a page of this portal, and not a file, a fragment or a way elsewhere."""
    answer = page.request.get(address, max_redirects=0)
    if answer.status != 200 or not answer.headers["content-type"].startswith("text/html"):
        return False
    if "<html" not in answer.text()[:500]:
        return False
    page.goto(address)
    return True


def too_wide(page: Page) -> Iterator[str]:
    page.set_viewport_size(ZOOMED)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if overflow > 0:
        yield f"is {overflow} px too wide at 400 % zoom"


def by_keyboard(page: Page) -> Iterator[str]:
    """Tab from the top to the end: everything is reached once, the focus is seen, and nothing holds it fast."""
    for _ in range(page.evaluate(f"({TABBABLE})().length") + 20):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["again"]:
            break
        if not focused["shown"]:
            yield f"shows no focus on {focused['name']}"
        if not focused["there"]:
            yield f"has the focus out of sight on {focused['name']}"
    missed = f"({TABBABLE})().filter(one => !window.seen?.has(one)).map(one => one.outerHTML.slice(0, 90))"
    for name in page.evaluate(missed):
        yield f"does not let the keyboard reach {name}"


def dead(page: Page) -> Iterator[str]:
    """Without scripts: a form has a button that sends it, and no button is shown that does nothing."""
    for form in page.locator("form").all():
        if not form.evaluate("f => [...f.elements].some(one => one.type === 'submit' || one.type === 'image')"):
            yield f"has a form that nothing sends: {form.get_attribute('action')}"
    for button in page.locator("button[type=button]:visible").all():
        yield f"shows a dead button: {button.inner_text()}"


@pytest.mark.parametrize("audience", WHO)
def test_every_page(things, visit, audience):
    signed = (f"{AUDIENCES[audience]}@portal.example", PASSWORD) if AUDIENCES[audience] else ()
    page, plain = visit(*signed), visit(*signed, scripts=False)
    wrong, count = [], 0
    for address in dict.fromkeys(pages_of(audience, things)):
        page.set_viewport_size({"width": 1280, "height": 900})
        if not is_page(page, address):
            continue
        count += 1
        heading = page.locator("h1").first.inner_text()
        found = [*by_keyboard(page)]
        for check in (axe, valid_html):
            try:
                check(page)
            except AssertionError as error:
                found.append(str(error))
        found += too_wide(page)
        plain.goto(address)
        if plain.locator("h1").first.inner_text() != heading:
            found.append("has another heading without scripts")
        found += dead(plain)
        wrong += [f"{address} {what}" for what in found]
    assert count > 10, f"only {count} pages were found"
    assert not wrong, "\n".join(wrong)
