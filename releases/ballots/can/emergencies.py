"""When the notice of an Emergency can be put to an expedited vote, and when its review."""

from portal.workflow.rules import when
from releases.ballots.models import Ballot
from releases.ballots.paper import Kind
from releases.ballots.states import BallotState
from releases.publishing.models import Release, UrgencyClass
from releases.publishing.states import IN_SERVICE_OF_NOTICE, ReleaseState

UNDER_WAY = (ReleaseState.ACTIVE, ReleaseState.HALTED, ReleaseState.HYPERCARE)


def _emergency(release: Release, kind: Kind, what: str) -> str | None:
    if release.urgency_class.name != UrgencyClass.Name.EMERGENCY:
        return f"Only an Emergency has {what}."
    before = Ballot.objects.filter(release=release, kind=kind).exclude(state=BallotState.VOID)
    since = release.announced_at
    standing = before.filter(drafted_at__gte=since).first() if since else None
    return f"{standing.reference} is {what} of {release.reference} already." if standing else None


@when
def draft_waiver(release: Release) -> str | None:
    """Rule: an expedited ballot without objection; recipients are still served first (Urgency classes)."""
    reason = _emergency(release, Kind.WAIVER, "an expedited ballot")
    if reason:
        return reason
    if release.announced_at is None:
        return "Announce the release first: its recipients are served before the notice can be waived."
    if release.state not in IN_SERVICE_OF_NOTICE:
        return f"The release is {release.get_state_display().lower()}: there is no notice to waive."
    return None


@when
def draft_review(release: Release) -> str | None:
    """Rule: within 10 Working Days of the first activation, and may hold the remainder (Urgency classes)."""
    reason = _emergency(release, Kind.REVIEW, "a review ballot")
    if reason:
        return reason
    if release.first_activation_at is None or release.state not in UNDER_WAY:
        return "An Emergency is reviewed once its activation has begun."
    return None
