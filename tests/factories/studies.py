"""Studies to test with."""

from datetime import datetime

from devices.studies import verbs
from devices.studies.models import Study
from devices.studies.tasks import PORTAL
from devices.studies.verbs import Question
from releases.publishing.models import Release
from tests.factories.world import World

FEW = Question("All approaches", ["notice", "holds"], runs=3, figures={"fault": 1.0, "canary": 50})


def make(world: World, release: Release | None = None, *, who: str = "manager", question: Question = FEW) -> Study:
    """A study that nobody has begun to play."""
    return verbs.make_study(release, question=question, by=world.actor(who), at=world.at)


def played(row: Study, at: datetime) -> Study:
    """The study once a worker has played it."""
    while verbs.play_next(row.pk, by=PORTAL, at=at):
        pass
    verbs.finish(row.pk, by=PORTAL, at=at)
    return Study.objects.get(pk=row.pk)
