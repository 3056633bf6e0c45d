"""What is told about files of hubs: to whoever sent one, when it has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.urls import reverse

from devices.enquiries.models import FileEnquiry
from devices.enquiries.states import FileState
from portal.delivery.messages import Notification, Recipient
from portal.people.recipients import of_user


@dataclass(frozen=True)
class FileEnded(Notification):
    """The result is there to be fetched, or the file could not be answered."""

    kind: ClassVar[str] = "enquiries.file_ended"
    title: ClassVar[str] = "A file of hubs that I sent is answered"
    template: ClassVar[str] = "enquiries/file_ended.txt"

    row: FileEnquiry

    @property
    def subject(self) -> str:
        done = self.row.state == FileState.DONE
        return f"Hub enquiry {self.row} {'is answered' if done else 'could not be answered'}"

    @property
    def url(self) -> str:
        return reverse("enquiries:file", args=[self.row.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("enquiries.fileenquiry", self.row.pk)

    def recipients(self) -> Iterable[Recipient]:
        return [of_user(self.row.user)]

    def context(self) -> dict[str, Any]:
        return {"row": self.row}
