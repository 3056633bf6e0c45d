"""What is told about meetings, and to whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse

from portal.delivery.messages import Notification, Recipient
from portal.people.recipients import of_committee
from releases.ballots.messages import secretaries
from releases.ballots.models import Meeting


@dataclass(frozen=True)
class AboutMeeting(Notification):
    """Something is known about a meeting; to who sits on its committee and to SECAS."""

    meeting: Meeting
    at: datetime

    kind: ClassVar[str] = "ballots.meeting"
    title: ClassVar[str] = "A meeting of my committee"
    template: ClassVar[str] = "ballots/meeting.txt"
    what: ClassVar[str]

    @property
    def subject(self) -> str:
        return f"{self.meeting.committee}: {self.what}"

    @property
    def url(self) -> str:
        return reverse("ballots:meeting", args=[self.meeting.reference])

    @property
    def reference(self) -> tuple[str, int]:
        return "ballots.meeting", self.meeting.pk

    def context(self) -> dict[str, Any]:
        return {"meeting": self.meeting}

    def recipients(self) -> Iterable[Recipient]:
        return [*of_committee(self.meeting.committee, self.at), *secretaries(self.at)]


class MeetingCalled(AboutMeeting):
    what = "a meeting is called"


class MeetingCancelled(AboutMeeting):
    what = "the meeting is cancelled"
