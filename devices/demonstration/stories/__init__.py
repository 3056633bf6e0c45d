"""The releases of the demonstration, one function each; together they stand in every state of the lifecycle."""

from collections.abc import Iterator

from devices.demonstration.stage import Stage, Story
from devices.demonstration.stories import asked, compared, habits, past, post, present, readers, underway


def every_story(stage: Stage) -> Iterator[Story]:
    """Yield all stories of the demonstration, oldest first."""
    for tell in (
        past.closed,
        past.rejected,
        past.in_hypercare,
        past.withdrawn,
        past.superseded,
        underway.active,
        underway.halted,
        underway.disputed,
        underway.cleared,
        present.in_testing,
        present.class_to_come,
        present.emergency_draft,
        present.scheduled_draft,
        present.just_served,
        asked.content,
        asked.on_a_release,
        readers.evidence_again,
        readers.classified,
        habits.habits,
        habits.enquiry,
        post.read,
        compared.study,
    ):
        yield tell(stage)
