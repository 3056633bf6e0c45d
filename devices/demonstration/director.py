"""Plays all stories side by side in the order of time, so that records come in the order in which things happened."""

import heapq
from collections.abc import Iterable
from datetime import datetime
from itertools import count

from devices.demonstration.stage import Stage, Story
from portal.workflow import clock


def play(stage: Stage, stories: Iterable[Story]) -> int:
    """Resume each story at the moments it asks for, up to the present; return how many scenes were played.

    The portal clock stands at each scene's moment, for this thread only.
    """
    order = count()
    waiting: list[tuple[datetime, int, Story]] = []
    for story in stories:
        _wait(waiting, next(story, None), next(order), story)
    scenes = 0
    while waiting and waiting[0][0] <= stage.now:
        stage.at, place, story = heapq.heappop(waiting)
        with clock.standing_at(stage.at):
            stage.keep_clocks()
            following = next(story, None)
            stage.deliver()
        _wait(waiting, following, place, story)
        scenes += 1
    return scenes


def _wait(waiting: list[tuple[datetime, int, Story]], until: datetime | None, place: int, story: Story) -> None:
    if until is not None:
        heapq.heappush(waiting, (until, place, story))
