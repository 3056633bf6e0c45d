import logging

from celery import shared_task

from portal.workflow import clock
from portal.workflow.actor import system
from portal.workflow.errors import NotNow
from releases.gates import touched, verbs
from releases.publishing.models import Release
from releases.publishing.states import ReleaseState

log = logging.getLogger(__name__)


@shared_task(name="gates.clear_all")
def clear_all() -> None:
    """Clear every notified release whose activation gate has opened; take back what no longer holds."""
    at, by = clock.now(), system("Gate keeper")
    for release in Release.objects.filter(state__in=[ReleaseState.NOTIFIED, ReleaseState.CLEARED]):
        verb = verbs.clear if release.state == ReleaseState.NOTIFIED else verbs.unclear
        try:
            verb(release, by=by, at=at)
        except NotNow as refusal:
            log.debug("%s: %s", release.reference, refusal.reason)


@shared_task(name="gates.forget_touches")
def forget_touches() -> None:
    """Forget which transactions wrote to what the gates read, once no gate remembers from before them."""
    touched.forget()
