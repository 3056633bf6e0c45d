"""What a release's ending, or its return to draft, leaves behind in the apps above, which settle it by asking here.

What was begun under a notice that no longer stands (a test window, an objection, a ballot, a rollout) is set aside.
"""

from django.db.models import F, Q

from portal.journal.queries import timeline
from releases.publishing.models import Release
from releases.publishing.states import ENDED_EARLY, ReleaseState

_ACTS = {
    "withdraw": "withdrawn",
    "supersede": "superseded",
    "reject": "rejected",
    "return_to_draft": "returned to draft",
}


def set_aside(since: str) -> Q:
    """Return the condition on rows with a `release` that were begun, by their field `since`, under a notice gone.

    The release ended early or is a draft again, or has been announced anew since.
    """
    gone = Q(release__state__in=(ReleaseState.DRAFT, *ENDED_EARLY))
    return gone | Q(**{f"{since}__lt": F("release__announced_at")})


def why_set_aside(release: Release) -> str:
    """Return in words which act set them aside and its reason: "FW-2017-001 was withdrawn: not needed"."""
    acts = timeline(Release._meta.label_lower, release.pk).filter(verb__in=_ACTS)
    last = acts.last()
    if last is None:
        return f"The notice of {release.reference} no longer stands."
    return f"{release.reference} was {_ACTS[last.verb]}" + (f": {last.why}" if last.why else ".")
