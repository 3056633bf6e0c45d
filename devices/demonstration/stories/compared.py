"""The working group's comparison: what each approach would have done with the homes of today."""

from devices.demonstration.stage import Stage, Story
from devices.studies import verbs as studies
from devices.studies.approaches import APPROACHES
from devices.studies.tasks import PORTAL

RUNS = 40  # enough to read, and played in seconds while the demonstration is built


def study(stage: Stage) -> Story:
    """Let the secretary make a study of every home, scaled to a million, and a worker play it."""
    yield stage.day(-6, 14, 5)
    asked = studies.Question(
        "Strawman: every approach on the homes of today", [one.name for one in APPROACHES], runs=RUNS, homes=1_000_000
    )
    row = studies.make_study(None, question=asked, by=stage.actor("secretary"), at=stage.at)
    while studies.play_next(row.pk, by=PORTAL, at=stage.at):
        pass
    studies.finish(row.pk, by=PORTAL, at=stage.at)
