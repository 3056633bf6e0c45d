"""The lives of an objection and of a ballot (Objection and ballot)."""

from django.db import models

from portal.workflow.state_machine import StateMachine, table


class ObjectionState(models.TextChoices):
    LODGED = "lodged", "Lodged"
    RETURNED = "returned", "Returned with reasons"
    ADMITTED = "admitted", "Admitted"
    ACCEPTED = "accepted", "Remedy accepted"
    NARROWED = "narrowed", "Narrowing proposed"
    AGREED = "agreed", "Narrowing agreed"
    CONTESTED = "contested", "Contested"
    DETERMINED = "determined", "Determined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    LAPSED = "lapsed", "Lapsed with its release"


OBJECTION = StateMachine(
    "objection",
    ObjectionState,
    moves=table(
        lodged="admitted returned withdrawn lapsed",
        returned="",
        admitted="accepted narrowed contested withdrawn lapsed",
        accepted="",
        narrowed="agreed contested withdrawn lapsed",
        agreed="",
        contested="determined accepted withdrawn lapsed",
        determined="contested",
        withdrawn="",
        lapsed="",
    ),
    owners={
        "lodged": "SECAS",
        "returned": "nobody",
        "admitted": "DCC",
        "accepted": "nobody",
        "narrowed": "Objector",
        "agreed": "nobody",
        "contested": "SECAS and the committee",
        "determined": "nobody",
        "withdrawn": "nobody",
        "lapsed": "nobody",
    },
    initial="lodged",
)
UNSETTLED = (
    ObjectionState.LODGED,
    ObjectionState.ADMITTED,
    ObjectionState.NARROWED,
    ObjectionState.CONTESTED,
)


class BallotState(models.TextChoices):
    DRAFT = "draft", "Draft"
    NOTICED = "noticed", "Notice given"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    INQUORATE = "inquorate", "Inquorate"
    TIED = "tied", "Tied"
    ADVISED = "advised", "Recommended"
    DECIDED = "decided", "Decided"
    PUBLISHED = "published", "Published"
    APPEALED = "appealed", "Appealed"
    VOID = "void", "Void"


BALLOT = StateMachine(
    "ballot",
    BallotState,
    moves=table(
        draft="noticed void",
        noticed="open void",
        open="closed inquorate void",
        closed="inquorate tied advised decided void",
        inquorate="open decided void",
        tied="advised decided void",
        advised="void",
        decided="published void",
        published="appealed",
        appealed="",
        void="",
    ),
    owners={
        "draft": "SECAS",
        "noticed": "SECAS",
        "open": "Members",
        "closed": "The portal",
        "inquorate": "SECAS",
        "tied": "Chair",
        "advised": "SECAS and the Panel",
        "decided": "SECAS",
        "published": "nobody",
        "appealed": "SECAS",
        "void": "nobody",
    },
    initial="draft",
)
UNDECIDED = (
    BallotState.DRAFT,
    BallotState.NOTICED,
    BallotState.OPEN,
    BallotState.CLOSED,
    BallotState.INQUORATE,
    BallotState.TIED,
)
OBJECTION_STANDS = {  # where the name of a state does not end the sentence "The objection is …"
    ObjectionState.ACCEPTED: "settled: DCC accepted its remedy",
    ObjectionState.NARROWED: "waiting for the objector to agree to a narrowing, or not",
    ObjectionState.AGREED: "settled: the objector agreed to a narrowing",
}
STANDS = {  # where the name of a state does not end the sentence "The ballot is …"
    BallotState.DRAFT: "a draft",
    BallotState.NOTICED: "waiting for voting to open",
    BallotState.CLOSED: "closed and not counted yet",
    BallotState.INQUORATE: "without quorum",
    BallotState.ADVISED: "a recommendation, on which the Panel determines",
    BallotState.APPEALED: "decided and under appeal",
}
BEFORE_PUBLICATION = tuple(state for state in BallotState if BALLOT.allows(state, BallotState.VOID))
