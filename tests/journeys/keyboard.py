"""A visitor with a keyboard and nothing else: Tab, arrows, Space, Enter and typing; never the mouse."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from playwright.sync_api import Locator, Page

from portal.working_days import LONDON

FAR = 400  # presses of Tab after which a person gives up
FOCUSED = "element => element === document.activeElement"


@dataclass
class Keyboard:
    """The keys of one visitor, on the page they look at."""

    page: Page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def to(self, wanted: Locator) -> None:
        """Press Tab until the first of these has the focus. Fails for one that Tab never reaches."""
        wanted.first.wait_for(state="attached")
        for _ in range(FAR):
            if wanted.first.evaluate(FOCUSED):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach {wanted} on {self.page.url}")

    def follow(self, name: str, *, role: Literal["link", "button"] = "link", exact: bool = False) -> None:
        """Follow a link with Enter."""
        self.to(self.page.get_by_role(role, name=name, exact=exact))
        with self.page.expect_navigation():
            self.press("Enter")

    def push(self, name: str) -> None:
        """Press a button with Enter; a link drawn as a button is one."""
        self.follow(name, role="button")

    def type(self, box: str | Locator, text: str) -> None:
        """Go to a box, found by its label, and write over what is in it."""
        self.to(self.page.get_by_label(box, exact=True) if isinstance(box, str) else box)
        self.press("Control+A")
        self.page.keyboard.insert_text(text)

    def date(self, legend: str, at: date | datetime) -> None:
        """Fill the boxes of a date, and of its time where `at` has one."""
        group = self.page.get_by_role("group", name=legend)
        local = at.astimezone(LONDON) if isinstance(at, datetime) else at
        for label, value in (("Day", local.day), ("Month", local.month), ("Year", local.year)):
            self.type(group.get_by_label(label), str(value))
        if isinstance(local, datetime):
            self.type(group.get_by_label("Time, 24-hour"), f"{local:%H:%M}")

    def tick(self, label: str) -> None:
        """Tick a box with Space."""
        self.to(self.page.get_by_label(label, exact=True))
        self.press("Space")

    def choose(self, label: str) -> None:
        """Choose a radio: Tab to its group, then the arrow until it is the one."""
        wanted = self.page.get_by_label(label, exact=True)
        group = self.page.locator(f"input[type=radio][name={wanted.get_attribute('name')}]")
        chosen = group.and_(self.page.locator(":checked"))
        if chosen.count():
            self.to(chosen)
        else:
            self.to(group)
            self.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {label}")

    def pick(self, label: str, option: str) -> None:
        """Pick from a list that drops down, by typing the beginning of the option's name."""
        box = self.page.get_by_label(label)
        self.to(box)
        self.page.keyboard.type(option)
        assert box.locator("option:checked").inner_text() == option

    def upload(self, label: str, file: Any) -> None:
        """Go to the box and hand over the file; the dialog between the two is the system's, not the page's."""
        box = self.page.get_by_label(label)
        self.to(box)
        box.set_input_files(file)

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/accounts/login/")
        self.type(self.page.locator("input[name=login]"), email)
        self.type(self.page.locator("input[name=password]"), password)
        self.push("Sign in")
