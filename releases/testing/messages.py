"""What is told about test windows and their results."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people.models import Role
from portal.people.recipients import of_organisation, with_role
from releases.publishing.classification import told
from releases.testing.models import Closure, Extension, TestResult, TestWindow, WaitingPlace


class _AboutWindow(Notification):
    window: TestWindow
    at: datetime

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the release's classification
        return self.window.release.is_restricted

    @property
    def about(self) -> str:
        return self.window.release.reference

    @property
    def url(self) -> str:
        return reverse("testing:window", args=[self.window.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("testing.window", self.window.pk)

    def context(self) -> dict[str, Any]:
        return {"window": self.window}

    def recipients(self) -> Iterable[Recipient]:
        """The organisation it is for, and the agent that booked it."""
        found = [of_organisation(self.window.organisation)]
        if self.window.for_another:
            found.append(of_organisation(self.window.booked_by_organisation))
        return told(found, self.window.release, self.at)


@dataclass(frozen=True)
class WindowBooked(_AboutWindow):
    kind: ClassVar[str] = "testing.booked"
    title: ClassVar[str] = "A test window of mine was booked"
    template: ClassVar[str] = "testing/booked.txt"

    window: TestWindow
    at: datetime

    @property
    def subject(self) -> str:
        return f"Test window {self.window} booked for {self.window.release.reference}"


@dataclass(frozen=True)
class WindowCancelled(_AboutWindow):
    kind: ClassVar[str] = "testing.cancelled"
    title: ClassVar[str] = "A test window of mine was cancelled"
    template: ClassVar[str] = "testing/cancelled.txt"

    window: TestWindow
    by_name: str
    why: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"Test window {self.window} cancelled"

    def context(self) -> dict[str, Any]:
        return {"window": self.window, "by_name": self.by_name, "why": self.why}


@dataclass(frozen=True)
class WindowMoved(_AboutWindow):
    kind: ClassVar[str] = "testing.moved"
    title: ClassVar[str] = "A test window of mine was moved"
    template: ClassVar[str] = "testing/moved.txt"

    window: TestWindow
    was: str
    by_name: str
    why: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"Test window {self.window} moved"

    def context(self) -> dict[str, Any]:
        return {"window": self.window, "was": self.was, "by_name": self.by_name, "why": self.why}


@dataclass(frozen=True)
class WindowMissed(_AboutWindow):
    kind: ClassVar[str] = "testing.missed"
    title: ClassVar[str] = "Nobody came to a test window of mine"
    template: ClassVar[str] = "testing/missed.txt"

    window: TestWindow
    why: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"Test window {self.window} recorded as a no-show"

    def context(self) -> dict[str, Any]:
        return {"window": self.window, "why": self.why}


@dataclass(frozen=True)
class ExtensionAsked(_AboutWindow):
    kind: ClassVar[str] = "testing.extension_asked"
    title: ClassVar[str] = "Somebody asks to keep a test window for longer"
    template: ClassVar[str] = "testing/extension_asked.txt"

    window: TestWindow
    extension: Extension
    at: datetime

    @property
    def subject(self) -> str:
        return f"{self.window.organisation} asks to keep test window {self.window} for longer"

    def context(self) -> dict[str, Any]:
        return {"window": self.window, "extension": self.extension}

    def recipients(self) -> Iterable[Recipient]:
        return with_role(Role.RELEASE_MANAGER, self.at)


@dataclass(frozen=True)
class ExtensionAnswered(_AboutWindow):
    kind: ClassVar[str] = "testing.extension_answered"
    title: ClassVar[str] = "My wish to keep a test window for longer was answered"
    template: ClassVar[str] = "testing/extension_answered.txt"

    window: TestWindow
    extension: Extension
    at: datetime

    @property
    def subject(self) -> str:
        return f"Extension of test window {self.window} {self.extension.get_state_display().lower()}"

    def context(self) -> dict[str, Any]:
        return {"window": self.window, "extension": self.extension}


@dataclass(frozen=True)
class WindowMeetsClosure(_AboutWindow):
    kind: ClassVar[str] = "testing.closure"
    title: ClassVar[str] = "A test window of mine falls in a closure"
    template: ClassVar[str] = "testing/closure.txt"

    window: TestWindow
    closure: Closure
    at: datetime

    @property
    def subject(self) -> str:
        return f"{self.window.environment} is closed during test window {self.window}"

    def context(self) -> dict[str, Any]:
        return {"window": self.window, "closure": self.closure}


@dataclass(frozen=True)
class FailsReported(_AboutWindow):
    """DCC hears of failed cases at once; whether an issue follows is the supplier's choice."""

    kind: ClassVar[str] = "testing.failed"
    title: ClassVar[str] = "A user test failed"
    template: ClassVar[str] = "testing/failed.txt"

    window: TestWindow
    results: list[TestResult]
    at: datetime

    @property
    def subject(self) -> str:
        count = len(self.results)
        return f"{count} failed test{'' if count == 1 else 's'} on {self.window.release.reference}"

    def context(self) -> dict[str, Any]:
        return {"window": self.window, "results": self.results}

    def recipients(self) -> Iterable[Recipient]:
        return with_role(Role.RELEASE_MANAGER, self.at)


class _AboutWaiting(Notification):
    entry: WaitingPlace
    at: datetime

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the release's classification
        return self.entry.release.is_restricted

    @property
    def about(self) -> str:
        return self.entry.release.reference

    @property
    def url(self) -> str:
        return reverse("testing:waiting_list")

    @property
    def reference(self) -> tuple[str, int]:
        return ("testing.waitingplace", self.entry.pk)

    def context(self) -> dict[str, Any]:
        return {"entry": self.entry}

    def recipients(self) -> Iterable[Recipient]:
        """The organisation that waits, and the agent that asked for it."""
        found = [of_organisation(self.entry.organisation)]
        if self.entry.for_another:
            found.append(of_organisation(self.entry.asked_by_organisation))
        return told(found, self.entry.release, self.at)


@dataclass(frozen=True)
class PlaceOffered(_AboutWaiting):
    kind: ClassVar[str] = "testing.offered"
    title: ClassVar[str] = "A place I wait for is offered"
    template: ClassVar[str] = "testing/offered.txt"

    entry: WaitingPlace
    at: datetime

    @property
    def subject(self) -> str:
        return f"A place in {self.entry.environment} is offered for {self.entry.release.reference}"


@dataclass(frozen=True)
class WaitingEnded(_AboutWaiting):
    kind: ClassVar[str] = "testing.waiting_ended"
    title: ClassVar[str] = "I no longer wait for a place"
    template: ClassVar[str] = "testing/waiting_ended.txt"

    entry: WaitingPlace
    why: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"No place in {self.entry.environment} for {self.entry.release.reference}"

    def context(self) -> dict[str, Any]:
        return {"entry": self.entry, "why": self.why}
