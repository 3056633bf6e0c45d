"""The life of a question on a release, and of a request for content in all release notes."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class QuestionState(models.TextChoices):
    ASKED = "asked", "Asked"
    ANSWERED = "answered", "Answered"
    NOTED = "noted", "In the notes"
    WITHDRAWN = "withdrawn", "Withdrawn"


QUESTION = StateMachine(
    "question",
    QuestionState,
    moves=table(asked="answered withdrawn", answered="answered noted", noted="", withdrawn=""),
    owners={"asked": "DCC", "answered": "DCC", "noted": "nobody", "withdrawn": "nobody"},
    initial="asked",
)


class RequestState(models.TextChoices):
    REQUESTED = "requested", "Requested"
    LATER = "later", "Later"
    ACCEPTED = "accepted", "In the template"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    RETIRED = "retired", "Out of the template"


CONTENT_REQUEST = StateMachine(
    "content request",
    RequestState,
    moves=table(
        requested="accepted declined later withdrawn",
        later="accepted declined withdrawn",
        accepted="retired",
        declined="",
        withdrawn="",
        retired="",
    ),
    owners={
        "requested": "DCC",
        "later": "DCC",
        "accepted": "nobody",
        "declined": "nobody",
        "withdrawn": "nobody",
        "retired": "nobody",
    },
    initial="requested",
)
