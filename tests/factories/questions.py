"""Questions and content requests for tests, made with the verbs."""

from datetime import datetime

from releases.publishing.models import Release
from releases.questions import verbs
from releases.questions.models import ContentRequest, Question
from tests.factories.world import World


def make_question(
    world: World,
    release: Release,
    *,
    who: str = "supplier",
    of: str = "heron",
    at: datetime | None = None,
    text: str = "Does the display need a new pairing?",
    section: str = "",
) -> Question:
    """Return a question asked by somebody for an organisation."""
    return verbs.ask(
        release,
        text=text,
        section=section,
        organisation=world.organisation(of),
        by=world.actor(who),
        at=at or world.at,
    )


def make_request(
    world: World, *, who: str = "supplier", of: str = "heron", title: str = "Meter swaps", at: datetime | None = None
) -> ContentRequest:
    """Return a content request put on the list by somebody for an organisation."""
    return verbs.request_content(
        title=title,
        wanted="What a fitter must know when a meter is swapped during the rollout.",
        organisation=world.organisation(of),
        by=world.actor(who),
        at=at or world.at,
    )
