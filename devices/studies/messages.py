"""What is told about studies: to whoever made one, when it has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.urls import reverse

from devices.studies.models import Study
from portal.delivery.messages import Notification, Recipient
from portal.people.recipients import of_user


@dataclass(frozen=True)
class StudyEnded(Notification):
    """The comparison is there to be read, or it broke."""

    kind: ClassVar[str] = "studies.study_ended"
    title: ClassVar[str] = "A study that I made has ended"
    template: ClassVar[str] = "studies/study_ended.txt"

    row: Study

    @property
    def subject(self) -> str:
        return f"Study {self.row} is {self.row.state}"

    @property
    def url(self) -> str:
        return reverse("studies:study", args=[self.row.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return ("studies.study", self.row.pk)

    def recipients(self) -> Iterable[Recipient]:
        return [of_user(self.row.user)]

    def context(self) -> dict[str, Any]:
        return {"row": self.row}
