"""What is told about releases, and to whom."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people.models import Appointment, Organisation, OrganisationKind, Role, User
from portal.people.recipients import of_organisations, of_user, with_role
from releases.publishing.classification import told
from releases.publishing.models import Amendment, Notice, NoticeShare, Release
from releases.publishing.scope import recipients as to_be_served


class _AboutRelease(Notification):
    """To every organisation that is to be served notice of the release."""

    release: Release

    @property
    def restricted(self) -> bool:  # type: ignore[override]  # decided by the release's classification
        return self.release.is_restricted

    @property
    def about(self) -> str:
        return self.release.reference

    @property
    def url(self) -> str:
        return reverse("publishing:release", args=[self.release.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("publishing.release", self.release.pk)

    def recipients(self) -> Iterable[Recipient]:
        return of_organisations(to_be_served(self.release))

    def context(self) -> dict[str, Any]:
        return {"release": self.release}


@dataclass(frozen=True)
class NoticeServed(_AboutRelease):
    """The statutory notice itself; its successful delivery starts the recipient's clock.

    `to` are the organisations served: all of them when announced, one when it gains hubs or appears later.
    """

    kind: ClassVar[str] = "publishing.notice"
    title: ClassVar[str] = "Notice of a firmware release"
    template: ClassVar[str] = "publishing/notice.txt"
    statutory: ClassVar[bool] = True
    then: ClassVar[str] = "publishing.record_services"

    release: Release
    notice: Notice
    to: tuple[Organisation, ...]

    @property
    def subject(self) -> str:
        return f"Notice of firmware release {self.release.reference}: {self.release.title}"

    @property
    def reference(self) -> tuple[str, int]:
        return ("publishing.notice", self.notice.pk)

    def recipients(self) -> Iterable[Recipient]:
        own = own_parts(self.notice, self.to)
        return [replace(one, addition=own.get(one.organisation_id or 0, "")) for one in of_organisations(self.to)]

    def context(self) -> dict[str, Any]:
        before = self.release.notices.filter(number__lt=self.notice.number).order_by("-number").first()
        models = ", ".join(str(model) for model in self.release.hub_models.all())
        return {"release": self.release, "notice": self.notice, "models": models, "before": before}


def own_parts(notice: Notice, to: Iterable[Organisation]) -> dict[int, str]:
    """Return in words what the notice concerns of each recipient: a supplier's homes by region and hub model.

    An agent reads the homes of each supplier that has appointed it; another User has none to read of.
    """
    shares: dict[int, list[NoticeShare]] = {}
    rows = notice.shares.select_related("hub_model").order_by("region", "hub_model__name")
    for share in rows:
        shares.setdefault(share.organisation_id, []).append(share)
    agents: dict[int, list[Organisation]] = {}
    current = Appointment.objects.current(notice.issued_at).select_related("supplier").order_by("supplier__name")
    for appointment in current:
        agents.setdefault(appointment.rsa_id, []).append(appointment.supplier)
    return {one.pk: _own_part(one, shares, agents.get(one.pk, [])) for one in to}


def _own_part(one: Organisation, shares: dict[int, list[NoticeShare]], principals: list[Organisation]) -> str:
    if one.kind == OrganisationKind.SUPPLIER:
        own = shares.get(one.pk, [])
        lines = [f"- {row.get_region_display()}, {row.hub_model}: {_homes(row.homes)}" for row in own]
        whole = _homes(sum(row.homes for row in own))
        return "\n".join([f"It concerns {whole} of yours{':' if own else ' today.'}", *lines]) + "\n"
    if principals:
        counts = {each.name: sum(row.homes for row in shares.get(each.pk, [])) for each in principals}
        lines = [f"- {name}: {_homes(count)}" for name, count in counts.items()]
        return "\n".join(["Of the suppliers that have appointed you it concerns:", *lines]) + "\n"
    return ""


def _homes(count: int) -> str:
    return f"{count:,} home{'' if count == 1 else 's'}" if count else "no homes"


@dataclass(frozen=True)
class NoticeReminder(_AboutRelease):
    """A reminder to those who have not acknowledged the notice; it restarts no clock and is no service."""

    kind: ClassVar[str] = "publishing.reminder"
    title: ClassVar[str] = "Reminder of a notice that is not acknowledged"
    template: ClassVar[str] = "publishing/reminder.txt"
    statutory: ClassVar[bool] = True

    release: Release
    notice: Notice
    to: tuple[Organisation, ...]

    @property
    def subject(self) -> str:
        return f"Reminder: acknowledge the notice of release {self.release.reference}"

    @property
    def url(self) -> str:
        return reverse("publishing:acknowledge", args=[self.release.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("publishing.notice", self.notice.pk)

    def recipients(self) -> Iterable[Recipient]:
        return of_organisations(self.to)

    def context(self) -> dict[str, Any]:
        return {"release": self.release, "notice": self.notice}


@dataclass(frozen=True)
class NoticeAmended(_AboutRelease):
    """Dates moved later; an amendment restarts no clock."""

    kind: ClassVar[str] = "publishing.amendment"
    title: ClassVar[str] = "Later dates or new notes of a release"
    template: ClassVar[str] = "publishing/amendment.txt"
    statutory: ClassVar[bool] = True

    release: Release
    amendment: Amendment

    @property
    def subject(self) -> str:
        return f"Amendment: release {self.release.reference}"

    def context(self) -> dict[str, Any]:
        return {"release": self.release, "amendment": self.amendment}


@dataclass(frozen=True)
class NotesPublished(_AboutRelease):
    kind: ClassVar[str] = "publishing.notes_published"
    title: ClassVar[str] = "New release notes"
    template: ClassVar[str] = "publishing/notes_published.txt"

    release: Release
    number: int

    @property
    def subject(self) -> str:
        return f"Release {self.release.reference}: revision {self.number} of the notes"

    def recipients(self) -> Iterable[Recipient]:
        published = self.release.notes.get(number=self.number).published_at or self.release.drafted_at
        return told(super().recipients(), self.release, published, own=self.release.notes_classification)

    def context(self) -> dict[str, Any]:
        return {"release": self.release, "number": self.number}


@dataclass(frozen=True)
class ReleaseMoved(_AboutRelease):
    """The release changed its state in a way its recipients must know."""

    kind: ClassVar[str] = "publishing.moved"
    title: ClassVar[str] = "A release moved on, was stopped or ended"
    template: ClassVar[str] = "publishing/moved.txt"
    statutory: ClassVar[bool] = True

    release: Release
    what: str
    why: str

    @property
    def subject(self) -> str:
        return f"Release {self.release.reference} {self.what}"

    def context(self) -> dict[str, Any]:
        return {"release": self.release, "what": self.what, "why": self.why}


@dataclass(frozen=True)
class Reclassified(_AboutRelease):
    """Those who may read a release from now on hear of it."""

    kind: ClassVar[str] = "publishing.reclassified"
    title: ClassVar[str] = "A release was opened to me"
    template: ClassVar[str] = "publishing/reclassified.txt"

    release: Release
    organisations: tuple[Organisation, ...]
    people: tuple[User, ...]

    @property
    def subject(self) -> str:
        return f"You may now read release {self.release.reference}"

    def recipients(self) -> Iterable[Recipient]:
        return [*of_organisations(self.organisations), *map(of_user, self.people)]


@dataclass(frozen=True)
class ApprovalWanted(_AboutRelease):
    """DCC's release managers are asked for the second approval of an Emergency."""

    kind: ClassVar[str] = "publishing.approval_wanted"
    title: ClassVar[str] = "An Emergency waits for a second approver"
    template: ClassVar[str] = "publishing/approval_wanted.txt"

    release: Release
    asked: tuple[Recipient, ...]

    @property
    def subject(self) -> str:
        return f"Emergency release {self.release.reference} waits for a second approver"

    def recipients(self) -> Iterable[Recipient]:
        return self.asked


def release_managers(release: Release, at: datetime) -> tuple[Recipient, ...]:
    """Return the release managers other than the one who proposed the release."""
    everybody = with_role(Role.RELEASE_MANAGER, at)
    return tuple(one for one in everybody if one.user_id != release.drafted_by_id)
